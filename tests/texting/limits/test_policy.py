"""Where texts may go, and what a refusal says."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tenancy.isolation import activate
from texting import sending
from texting.limits import standing
from texting.models import AllowedCountry, Decision, Message, OutboxEntry, SendingCount, SendingStop
from texting.purposes import Purpose
from texting.sending import Refused

HOME, CANADA, JAMAICA, PUERTO_RICO = "+12125550181", "+16045550123", "+18765550123", "+17875550123"


def allow(region: str) -> None:
    AllowedCountry.objects.create(region=region)
    standing.forget()


def test_the_own_country_may_be_texted_and_nothing_else(street):
    assert street.rule(HOME) == ""
    for number in (CANADA, JAMAICA, PUERTO_RICO, "+442079460018", "+12685550123"):
        assert street.rule(number) == "country"
    assert Message.objects.count() == OutboxEntry.objects.count() == 1
    assert SendingCount.objects.get(kind="day").texts == 1


def test_a_country_that_was_added_may_be_texted_and_its_neighbours_under_the_same_calling_code_not(street):
    allow("JM")
    assert street.rule(JAMAICA) == ""
    assert street.rule(PUERTO_RICO) == "country"


def test_the_own_country_is_the_organizations_not_americas(street):
    organization = street.scene.organization
    organization.country = "JM"
    organization.save()
    standing.forget()
    assert street.rule(JAMAICA) == ""
    assert street.rule(HOME) == "country"


def test_a_refusal_names_the_country_and_who_can_change_it(street):
    with pytest.raises(Refused) as refused:
        street.text(JAMAICA)
    (reason,) = refused.value.outcome.objections
    assert "Jamaica" in reason.text
    assert "Settings > Sending limits" in reason.what_to_do
    assert reason.again_at is None
    assert Decision.objects.latest("decided_at").reasons[-1]["rule"] == "country"


@pytest.mark.parametrize(
    ("number", "what"),
    [
        ("+19005550123", "premium"),
        ("+15005550123", "personal"),
        ("+448431234567", "premium"),
        ("+445512345678", "company"),
        ("+881612345678", "mobile"),
        ("+870773111632", "mobile"),
        ("+979123456789", "premium"),
        ("+80812345678", "shared_cost"),
    ],
)
def test_numbers_whose_owner_earns_by_texts_are_never_texted_whatever_is_allowed(street, number, what):
    allow("GB")
    assert street.stranger(number).number_kind == what
    assert street.rule(number) == "destination.kind"


def test_a_customer_abroad_who_says_stop_or_help_is_answered(street):
    street.scene.hear("START", number=JAMAICA)
    street.scene.hear("HELP", number=JAMAICA)
    street.scene.hear("STOP", number=JAMAICA)
    assert set(Message.objects.filter(direction="out").values_list("purpose", flat=True)) == {
        "opt_in_answer",
        "help_answer",
        "opt_out_answer",
    }
    street.scene.hear("START", number=JAMAICA)
    assert street.rule(JAMAICA) == "country"  # but a person may not write there


def test_two_machines_do_not_answer_each_other_for_ever(street):
    for _ in range(14):
        street.scene.hear("HELP")
    assert Message.objects.filter(purpose=Purpose.HELP_ANSWER).count() == 10
    street.scene.hear("STOP")
    assert Message.objects.filter(purpose=Purpose.OPT_OUT_ANSWER).count() == 1


@pytest.mark.parametrize(
    ("limit", "rule", "same"),
    [
        ({"number_hour": 2}, "rate.number", True),
        ({"member_hour": 2}, "rate.member", False),
        ({"prefix_hour": 2, "new_numbers_hour": 500}, "prefix.stopped", False),
        ({"organization_hour": 2}, "rate.organization", False),
        ({"daily_segments": 2}, "ceiling.texts", False),
        ({"daily_micros": 30_000}, "ceiling.money", False),
    ],
)
def test_each_limit_ends_at_its_number(street, limit, rule, same):
    numbers = [HOME] * 3 if same else ["+12125550181", "+12125550151", "+12125550121"]
    street.limit(**limit)
    assert [street.rule(number, body="Hi") for number in numbers] == ["", "", rule]
    assert Message.objects.count() == 2


def test_a_limit_says_when_it_ends_and_then_it_has_ended(street):
    street.limit(number_hour=1)
    now = timezone.now().replace(minute=20, second=0, microsecond=0)
    with time_machine.travel(now, tick=False):
        standing.forget()
        street.text(HOME)
        with pytest.raises(Refused) as refused:
            street.text(HOME)
    again_at = refused.value.outcome.again_at
    assert again_at == now.replace(minute=0) + timedelta(hours=1)
    assert "It is possible again from" in refused.value.outcome.objections[0].what_to_do
    with time_machine.travel(again_at, tick=False):
        standing.forget()
        assert street.rule(HOME) == ""


def test_a_ceiling_ends_at_midnight_of_the_organization(street):
    street.limit(daily_segments=1)
    street.text(HOME, body="Harbor Dental: Hi. Reply STOP to opt out.")
    with pytest.raises(Refused) as refused:
        street.text(HOME, body="Hi")
    midnight = refused.value.outcome.again_at.astimezone(standing.ZoneInfo("America/New_York"))
    assert (midnight.hour, midnight.minute) == (0, 0)
    assert midnight > timezone.now()


def test_a_raise_holds_for_its_day_only(street):
    today = timezone.now().astimezone(standing.ZoneInfo("America/New_York")).date()
    street.limit(daily_segments=0, raised_on=today, raised_segments=5)
    assert street.rule(HOME, body="Hi") == ""
    street.limit(raised_on=today - timedelta(days=1))
    assert street.rule(HOME, body="Hi") == "ceiling.texts"


def test_answers_that_are_owed_leave_when_nothing_else_does(street):
    street.limit(daily_segments=0, daily_micros=0)
    street.scene.hear("START")
    street.scene.hear("HELP")
    assert street.count("day").texts == 2  # they are counted all the same
    street.scene.hear("STOP")
    assert Message.objects.filter(direction="out").count() == 3


def test_a_stopped_block_does_not_stop_the_answer_to_who_wrote_first(street):
    contact = street.stranger(HOME)
    SendingStop.objects.create(
        rule="prefix.hourly",
        prefix="+1212555",
        prefix_index=contact.prefix_index,
        region="US",
        raised_at=timezone.now(),
    )
    standing.forget()
    assert street.rule(HOME) == "prefix.stopped"
    street.scene.hear("Are you there?", number=HOME)
    assert street.rule(HOME) == ""
    assert street.rule("+12125550182") == "prefix.stopped"
    assert street.rule(HOME, purpose=Purpose.BULK) == "prefix.stopped"


def test_the_preview_shows_the_objection_and_counts_nothing(street):
    street.limit(daily_segments=0)
    street.scene.hear("Hello")
    outcome = sending.preview(conversation=street.scene.conversation(), body="Hi", author=street.scene.agent)
    assert [reason.rule for reason in outcome.objections] == ["ceiling.texts"]
    assert not SendingCount.objects.exists()


def test_limits_of_one_organization_are_not_those_of_another(scene):
    from tests.texting.conftest import make_scene
    from tests.texting.limits.conftest import Street

    with activate(scene.organization):
        Street(scene).limit(daily_segments=0)
        assert Street(scene).rule(HOME) == "ceiling.texts"
    other = make_scene("Northside Plumbing", "northside")
    with activate(other.organization):
        assert Street(other).rule(HOME) == ""
