"""What admins change about the limits, and what they cannot."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.permissions import MissingPermission
from tenancy import audit
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.cast import Cast, make_cast
from texting import threads
from texting.limits import alarms, changing, standing
from texting.limits.bounds import Limited
from texting.limits.changing import NotPossible
from texting.models import AllowedCountry, LimitChange, SendingCount, SendingLimits, SendingStop
from texting.phone_numbers import from_provider

WHY = "A recall that every patient must hear of"


@pytest.fixture
def cast(db) -> Cast:
    made = make_cast()
    with activate(made.organization):
        yield made


def history() -> list[tuple]:
    return list(LimitChange.objects.order_by("id").values_list("what", "subject", "before", "after"))


def logged() -> list[str]:
    audit.flush()
    rows = AuditEvent.objects.filter(event__startswith="sending:").order_by("sequence")
    return list(rows.values_list("event", flat=True))


def test_an_admin_raises_todays_ceiling_and_the_money_in_proportion(cast):
    changing.raise_for_today(member=cast.admin, segments=150, reason=WHY)
    here = standing.standing()
    assert (here.segments_a_day, here.usual_segments) == (150, 50)
    assert (here.micros_a_day, here.usual_micros) == (15_000_000, 5_000_000)
    assert history() == [("raised_today", "", 50, 150)]
    assert LimitChange.objects.get().reason == WHY
    assert logged() == ["sending:ceiling_changed"]


@pytest.mark.parametrize("segments", [0, 50, 201, 10**9])
def test_a_raise_beyond_its_bounds_is_refused_with_them(cast, segments):
    with pytest.raises(NotPossible, match="between 51 and 200"):
        changing.raise_for_today(member=cast.admin, segments=segments, reason=WHY)
    assert history() == logged() == []


def test_a_raise_goes_no_further_than_the_operator_allows(cast):
    SendingLimits.objects.create(daily_segments=50, most_segments=60)
    with pytest.raises(NotPossible, match="between 51 and 60"):
        changing.raise_for_today(member=cast.admin, segments=61, reason=WHY)
    changing.raise_for_today(member=cast.admin, segments=60, reason=WHY)
    with pytest.raises(NotPossible):
        changing.raise_for_today(member=cast.admin, segments=61, reason=WHY)


@pytest.mark.parametrize("reason", ["", "   ", "\x00\x00\x00\x00\x00\x00", "why"])
def test_a_raise_needs_a_reason(cast, reason):
    with pytest.raises(NotPossible, match="why"):
        changing.raise_for_today(member=cast.admin, segments=100, reason=reason)
    assert history() == []


def test_two_raises_do_not_multiply(cast):
    changing.raise_for_today(member=cast.admin, segments=200, reason=WHY)
    with pytest.raises(NotPossible):
        changing.raise_for_today(member=cast.owner, segments=800, reason=WHY)


def test_a_ceiling_can_be_lowered_and_not_be_raised_for_good(cast):
    changing.set_ceiling(member=cast.admin, segments=20, reason=WHY)
    assert standing.standing().segments_a_day == 20
    assert standing.standing().micros_a_day == 2_000_000
    with pytest.raises(NotPossible):
        changing.set_ceiling(member=cast.admin, segments=21, reason=WHY)
    assert history() == [("ceiling", "", 50, 20)]


@pytest.mark.parametrize("texts", [2, 121])
def test_a_rate_stays_within_its_bounds(cast, texts):
    with pytest.raises(NotPossible, match="between 3 and 120"):
        changing.set_rate(member=cast.admin, limited=Limited.NUMBER, texts=texts)
    assert history() == []


def test_a_rate_is_set_and_going_back_to_the_usual_follows_later_defaults(cast):
    assert changing.set_rate(member=cast.admin, limited=Limited.NUMBER, texts=5)
    assert standing.standing().rates[Limited.NUMBER] == 5
    assert not changing.set_rate(member=cast.admin, limited=Limited.NUMBER, texts=5)
    assert changing.set_rate(member=cast.admin, limited=Limited.NUMBER, texts=30)
    assert SendingLimits.objects.get().number_hour is None
    assert history() == [("rate", "number_hour", 30, 5), ("rate", "number_hour", 5, 30)]


def test_countries_are_added_and_removed_once(cast):
    assert changing.add_country(member=cast.admin, region="JM") == "Jamaica"
    with pytest.raises(NotPossible, match="already"):
        changing.add_country(member=cast.admin, region="JM")
    assert changing.remove_country(member=cast.admin, region="JM") == "Jamaica"
    with pytest.raises(NotPossible):
        changing.remove_country(member=cast.admin, region="JM")
    assert not AllowedCountry.objects.exists()
    assert logged() == ["sending:country_added", "sending:country_removed"]


@pytest.mark.parametrize("region", ["", "ZZ", "us", "US", "001", "+1", "'; DROP"])
def test_what_is_no_country_or_the_own_one_is_not_added(cast, region):
    with pytest.raises(NotPossible):
        changing.add_country(member=cast.admin, region=region)
    with pytest.raises(NotPossible):
        changing.remove_country(member=cast.admin, region=region)
    assert not AllowedCountry.objects.exists()


def stopped() -> SendingStop:
    contact = threads.contact_for(from_provider("+12125551000"))
    SendingCount.objects.create(
        kind="prefix",
        key=bytes(contact.prefix_index),
        begins_at=timezone.now() - timedelta(minutes=1),
        texts=99,
        new_contacts=[contact.pk],
        last_digits=[1000],
    )
    alarms.stop(contact, alarms.Rule.HOURLY, {"texts": 100})
    return SendingStop.objects.get()


def test_an_alarm_is_lifted_with_a_reason_and_counting_begins_anew(cast):
    stop = stopped()
    assert standing.standing().stopped == {bytes(stop.prefix_index)}
    changing.lift_stop(member=cast.admin, stop_id=stop.pk, reason=WHY)
    assert standing.standing().stopped == frozenset()
    row = SendingCount.objects.get()
    assert (row.texts, row.new_contacts, row.last_digits) == (0, [], [])
    lifted = SendingStop.objects.get()
    assert (lifted.lifted_by, lifted.lift_reason) == (cast.admin, WHY)
    with pytest.raises(NotPossible, match="already"):
        changing.lift_stop(member=cast.owner, stop_id=stop.pk, reason=WHY)
    assert logged() == ["sending:stopped", "sending:stop_lifted"]


@pytest.mark.parametrize("who", ["agent", "supervisor", "auditor"])
def test_who_may_not_manage_the_organization_changes_nothing(cast, who):
    stop, member = stopped(), getattr(cast, who)
    for attempt in (
        lambda: changing.raise_for_today(member=member, segments=100, reason=WHY),
        lambda: changing.set_ceiling(member=member, segments=10, reason=WHY),
        lambda: changing.set_rate(member=member, limited=Limited.NUMBER, texts=5),
        lambda: changing.add_country(member=member, region="JM"),
        lambda: changing.remove_country(member=member, region="JM"),
        lambda: changing.lift_stop(member=member, stop_id=stop.pk, reason=WHY),
    ):
        with pytest.raises(MissingPermission):
            attempt()
    assert history() == [("stopped", "prefix.hourly", None, None)]
