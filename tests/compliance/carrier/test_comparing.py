"""The carrier's list of opt-outs against ours: what it knows more is believed, and nothing lifts one."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import OutgoingMail
from compliance.carrier import comparing, forgetting, turns
from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent, Suppression
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.texting.conftest import contact, far_end, make_scene, now, scene
from texting import sending
from texting.models import CarrierComparison, CarrierOptOut, Contact, LineKey, Message, OptOutMismatch, OutboxEntry
from texting.providers.base import NotAccepted
from texting.providers.opt_outs import MOST_A_PAGE, OptedOut, OptOutPage
from texting.statuses import ErrorKind, MessageStatus

__all__ = ["contact", "far_end", "now", "scene"]
pytestmark = pytest.mark.django_db(transaction=True)

NONE = {"done": 0, "failed": 0, "waiting": 0, "without": 0}
STRANGER = "+12125550199"


def listed(scene, *numbers, since=None, line=None):
    return tuple(OptedOut(number, line or scene.line.number, since) for number in numbers)


def says(far_end, scene, *numbers, **how):
    far_end.pages[""] = OptOutPage(listed(scene, *numbers, **how))


def due():
    LineKey.objects.update(opt_outs_due_at=Now())


def now_in(**span):
    return timezone.now() + timedelta(**span)


def newest(scene):
    with activate(scene.organization):
        return CarrierComparison.objects.order_by("-started_at").first()


def suppressed(scene):
    with activate(scene.organization):
        return Suppression.objects.count()


def test_whom_the_carrier_knows_and_we_do_not_is_texted_no_more_and_those_in_charge_are_told(scene, far_end):
    with activate(scene.organization):
        scene.agent.is_owner = True
        scene.agent.save()
        scene.hear("Hello")
        waiting = sending.send_text(conversation=scene.conversation(), body="See you", author=scene.agent)
    says(far_end, scene, scene.number, STRANGER)
    assert comparing.compare_due() == NONE | {"done": 1}
    with activate(scene.organization):
        assert Suppression.objects.count() == 2, "also somebody whom nobody here has texted yet"
        assert Message.objects.get(pk=waiting.pk).status == MessageStatus.CANCELED
        assert not OutboxEntry.objects.exists()
        sources = set(ConsentEvent.objects.filter(action="withdrawn").values_list("source", flat=True))
        assert sources == {"carrier"}
        assert OptOutMismatch.objects.filter(suppressed=True, found_by="list").count() == 2
        assert AuditEvent.objects.filter(event="carrier_list:compared").count() == 1
    done = newest(scene)
    assert (done.state, done.listed, done.agreed, done.suppressed, done.only_ours) == ("done", 2, 0, 2, 0)
    assert OutgoingMail.objects.filter(kind="opt_outs_found").count() == 1


def test_the_next_night_finds_agreement_and_tells_nobody_again(scene, far_end):
    says(far_end, scene, STRANGER)
    comparing.compare_due()
    assert comparing.compare_due() == NONE, "once a night"
    due()
    assert comparing.compare_due() == NONE | {"done": 1}
    done = newest(scene)
    assert (done.listed, done.agreed, done.suppressed) == (1, 1, 0)
    with activate(scene.organization):
        assert OptOutMismatch.objects.count() == 1
        assert CarrierOptOut.objects.count() == 1, "of the last list only"


def test_an_opt_out_that_only_we_know_is_counted_and_stays(scene, far_end, contact):
    with activate(scene.organization):
        consent.withdraw(contact, evidence=Evidence(source=ConsentEvent.Source.AGENT))
    assert comparing.compare_due() == NONE | {"done": 1}
    assert newest(scene).only_ours == 1
    assert suppressed(scene) == 1, "an empty list lifts nothing"


def test_somebody_who_agreed_after_the_carrier_noted_their_stop_is_left_and_shown(scene, far_end, contact, now):
    with activate(scene.organization):
        scene.hear("STOP")
        scene.hear("START")
    says(far_end, scene, scene.number, since=now - timedelta(days=1))
    comparing.compare_due()
    assert suppressed(scene) == 0
    done = newest(scene)
    assert (done.suppressed, done.left) == (0, 1)
    with activate(scene.organization):
        assert OptOutMismatch.objects.get().suppressed is False


def test_a_list_that_gives_no_times_is_trusted_only_about_what_is_older_than_its_lag(scene, far_end, contact):
    with activate(scene.organization):
        scene.hear("STOP")
        scene.hear("START")
    says(far_end, scene, scene.number)
    comparing.compare_due()
    assert suppressed(scene) == 0, "they agreed a moment ago"
    due()
    with activate(scene.organization):  # begun in half an hour, as it were
        CarrierComparison.objects.create(line=scene.line, started_at=now_in(minutes=30))
    comparing.compare_due()
    assert suppressed(scene) == 1


def test_a_reply_that_merely_permits_an_answer_does_not_outweigh_the_carriers_stop(scene, far_end, contact):
    says(far_end, scene, scene.number)
    comparing.compare_due()
    assert suppressed(scene) == 1


def test_page_after_page_is_read_each_number_counted_once(scene, far_end):
    far_end.pages[""] = OptOutPage(listed(scene, STRANGER, STRANGER), next="2")
    far_end.pages["2"] = OptOutPage(listed(scene, STRANGER, "+12125550198"))
    assert comparing.compare_due() == NONE | {"done": 1}
    assert (newest(scene).listed, newest(scene).pages) == (2, 2)
    assert suppressed(scene) == 2


def test_a_failure_in_the_middle_keeps_what_was_read_and_goes_on_from_there(scene, far_end):
    far_end.pages[""] = OptOutPage(listed(scene, STRANGER), next="2")
    far_end.pages["2"] = NotAccepted(ErrorKind.TRANSIENT, retry=True)
    assert comparing.compare_due() == NONE | {"failed": 1}
    assert suppressed(scene) == 1
    assert (newest(scene).state, newest(scene).problem) == ("failed", "transient")
    far_end.pages["2"] = OptOutPage(listed(scene, "+12125550198"))
    assert comparing.compare_due() == NONE, "in an hour"
    due()
    assert comparing.compare_due() == NONE | {"done": 1}
    assert far_end.pages_asked == ["", "2", "2"]
    assert newest(scene).listed == 2
    with activate(scene.organization):
        assert CarrierComparison.objects.count() == 1


def test_time_that_is_over_ends_the_turn_and_another_one_goes_on(scene, far_end):
    far_end.pages[""] = OptOutPage(listed(scene, STRANGER), next="2")
    far_end.pages["2"] = OptOutPage(listed(scene, "+12125550198"))
    assert comparing.compare_due(seconds=0.002) == NONE | {"waiting": 1}
    assert newest(scene).state == "running"
    assert comparing.compare_due() == NONE | {"done": 1}
    assert far_end.pages_asked == ["", "2"]


@pytest.mark.parametrize(
    "page",
    [
        OptOutPage(tuple(OptedOut(STRANGER, "+12125550110") for _ in range(MOST_A_PAGE + 1))),
        OptOutPage((OptedOut(STRANGER, "+12125550110"),), next="x" * 501),
    ],
    ids=["huge page", "endless place"],
)
def test_an_answer_that_is_no_page_changes_nothing_and_is_said(scene, far_end, page):
    far_end.pages[""] = page
    assert comparing.compare_due() == NONE | {"failed": 1}
    assert (newest(scene).state, newest(scene).problem, suppressed(scene)) == ("failed", "bad_list", 0)
    assert LineKey.objects.get().opt_outs_due_at > now_in(seconds=1), "not before the next night"


def test_a_page_that_leads_to_itself_ends_the_reading(scene, far_end):
    far_end.pages[""] = OptOutPage((), next="2")
    far_end.pages["2"] = OptOutPage((), next="2")
    assert comparing.compare_due() == NONE | {"failed": 1}
    assert far_end.pages_asked == ["", "2"]


def test_a_list_without_end_is_given_up(scene, far_end, monkeypatch):
    monkeypatch.setattr(comparing, "MOST_PAGES", 5)
    far_end.pages |= {str(n or ""): OptOutPage((), next=str(n + 1)) for n in range(20)}
    assert comparing.compare_due() == NONE | {"failed": 1}
    assert len(far_end.pages_asked) == 5


def test_what_is_no_number_and_what_is_another_lines_is_counted_and_changes_nothing(scene, far_end):
    mess = ("", "12345", "Ärztin", "\x00\ud800", "+1" + "9" * 400, "HOSPITAL")
    entries = listed(scene, *mess) + listed(scene, scene.number, line="+12125550111") + listed(scene, STRANGER)
    far_end.pages[""] = OptOutPage(entries)
    assert comparing.compare_due() == NONE | {"done": 1}
    done = newest(scene)
    assert (done.unreadable, done.foreign, done.listed) == (len(mess), 1, 1)
    assert suppressed(scene) == 1


def test_another_organizations_list_changes_nothing_here(scene, far_end):
    other = make_scene("Northside Plumbing", "northside")
    with activate(other.organization):
        other.line.number = "+13125550150"
        other.line.save()
    far_end.pages[""] = OptOutPage(listed(other, STRANGER))
    assert comparing.compare_due() == NONE | {"done": 2}
    assert (suppressed(scene), suppressed(other)) == (0, 1)
    assert newest(scene).foreign == 1


def test_one_line_that_breaks_does_not_keep_the_others_from_being_compared(scene, far_end):
    other = make_scene("Northside Plumbing", "northside")
    with activate(other.organization):
        other.line.credentials = "no json"
        other.line.save()
    assert comparing.compare_due() == NONE | {"done": 1, "failed": 1}


def test_lines_that_are_off_or_for_codes_and_providers_without_a_list_are_not_asked(scene, far_end):
    for change in (
        {"is_active": False},
        {"sends_codes": True, "is_active": True},
        {"provider": "twilio", "sends_codes": False},
    ):
        with activate(scene.organization):
            type(scene.line).objects.update(**change)
        due()
        assert comparing.compare_due() == NONE | {"without": 1}
    assert far_end.pages_asked == []
    assert newest(scene) is None


def test_a_line_that_somebody_works_at_is_left_to_them(scene, far_end):
    assert turns.take().line_id == scene.line.pk
    assert turns.take() is None
    assert comparing.compare_due() == NONE


def test_nights_are_local_and_spread(scene, now):
    for zone in ("America/New_York", "Asia/Tokyo"):
        moments = [turns.next_night(make_id(n), zone, now) for n in (0, 5_000, 10_799)]
        assert len(set(moments)) == 3
        for moment in moments:
            assert now < moment <= now + timedelta(hours=25)
            assert 1 <= moment.astimezone(turns.ZoneInfo(zone)).hour < 4


def make_id(number):
    return turns.UUID(int=number)


def test_what_is_older_than_a_year_goes_but_the_last_comparison(scene, far_end):
    says(far_end, scene, STRANGER)
    comparing.compare_due()
    due()
    comparing.compare_due()
    long_ago = now_in(days=-400)
    with activate(scene.organization):
        CarrierComparison.objects.update(started_at=F("started_at") - timedelta(days=400))
        OptOutMismatch.objects.update(found_at=long_ago)
        assert forgetting.forget_old() == 2
        assert CarrierComparison.objects.count() == 1
        assert Suppression.objects.count() == 1, "what people permitted is kept"
        assert Contact.objects.count() == 1
