"""Owners, due days, reminders and signatures with the figures that were seen."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts import deactivation
from accounts.mail.writing import Written
from accounts.models import OutgoingMail
from accounts.permissions import MissingPermission
from compliance.measures import answering, reviewing
from compliance.measures.answers import Answers
from compliance.measures.reviewing import NotPossible, SignedMeanwhile, months_later
from compliance.models import MeasureDuty, MeasureReview
from compliance.reports.periods import newest
from compliance.tasks import remind_of_measures
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.compliance.measures.answered import HOSPITAL, signed_measure
from tests.texting.desk import Desk, desk

__all__ = ["desk"]

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAGE = "/settings/measures/law/pci/"


@pytest.fixture
def answered(desk) -> Desk:
    """On 2 March: every measure is first due on 1 April."""
    with time_machine.travel(NOON, tick=False), activate(desk.organization):
        answering.answer(actor=desk.cast.owner, answers=HOSPITAL)
    return desk


def mails(at: datetime) -> tuple[int, list[str]]:
    with time_machine.travel(at, tick=False):
        sent = remind_of_measures()
    rows = OutgoingMail.objects.filter(kind="measures_due").order_by("id")
    return sent, [Written.from_json(row.content).text for row in rows]


def test_the_owner_is_mailed_once_before_and_once_when_it_is_over(answered):
    cast = answered.cast
    with activate(answered.organization):
        MeasureDuty.objects.exclude(measure="pci").update(applies=False)
        reviewing.assign(actor=cast.owner, measure="pci", owner_id=cast.auditor.pk)
    assert mails(NOON)[0] == 0, "a month before"
    sent, told = mails(NOON + timedelta(days=17))
    assert sent == 1
    assert "PCI DSS" in told[0]
    for hidden in ("Rin", "Takada", "Olga", "0181"):
        assert hidden not in told[0]
    assert mails(NOON + timedelta(days=18))[0] == 0, "twice is once"
    assert mails(NOON + timedelta(days=31))[0] == 1, "it is over"
    assert mails(NOON + timedelta(days=40))[0] == 0


def test_what_nobody_sees_to_is_told_to_those_who_manage_the_register(answered):
    cast = answered.cast
    with activate(answered.organization):
        reviewing.assign(actor=cast.owner, measure="pci", owner_id=cast.auditor.pk)
        deactivation.deactivate(actor=cast.owner, member=cast.auditor)
    sent, told = mails(NOON + timedelta(days=17))
    assert sent == len(told) == 2, "the owner and the admin, one mail each for all seven"


def test_what_no_longer_applies_reminds_nobody(answered):
    with time_machine.travel(NOON, tick=False), activate(answered.organization):
        answering.answer(actor=answered.cast.owner, answers=Answers(countries=("OTHER",)))
    assert mails(NOON + timedelta(days=40)) == (0, [])


def test_a_signature_keeps_the_figures_as_they_were_and_cannot_be_changed(answered):
    owner = answered.cast.owner
    with activate(answered.organization):
        first = signed_measure(owner, "pci")
        kept = {one["key"]: one for one in first.figures}["second_factors"]
        assert (kept["part"], kept["whole"], kept["is_met"]) == (0, 6, False)
        assert {one["key"]: one["on"] for one in first.controls}["profile_pci"] is False
        assert first.gaps > 0
        assert first.next_on == months_later(timezone.localdate(), 12)
        assert MeasureDuty.objects.get(measure="pci").due_on == first.next_on
    for act in (lambda: MeasureReview.objects.update(gaps=0), lambda: MeasureReview.objects.all().delete()):
        with activate(answered.organization), pytest.raises(DatabaseError), transaction.atomic():
            act()
    with activate(answered.organization):
        assert MeasureReview.objects.get().gaps == first.gaps
        assert AuditEvent.objects.filter(event="measure:signed", actor_id=owner.pk).count() == 1


def test_the_same_click_twice_signs_once(answered):
    cast = answered.cast
    with activate(answered.organization):
        first = signed_measure(cast.owner, "pci")
        period = newest(90, today=timezone.localdate(), zone="UTC")
        with pytest.raises(SignedMeanwhile):
            reviewing.sign_off(actor=cast.admin, measure="pci", period=period, note="I too.", last_id=None)
        for measure, note in (("pci", " x "), ("pci", "x" * 2001), ("gdpr", "It does not apply")):
            with pytest.raises(NotPossible):
                reviewing.sign_off(actor=cast.admin, measure=measure, period=period, note=note, last_id=first.pk)
        with pytest.raises(MissingPermission):
            reviewing.sign_off(actor=cast.auditor, measure="pci", period=period, note="Good.", last_id=first.pk)
        assert MeasureReview.objects.count() == 1
        reviewing.sign_off(actor=cast.admin, measure="pci", period=period, note="Again.", last_id=first.pk)
        assert MeasureReview.objects.count() == 2


def test_the_page_signs_what_it_shows(answered):
    browser, today = answered.as_(answered.cast.admin), timezone.localdate()
    typed = {"note": "Checked with the bank.", "last": "", "since": today - timedelta(days=6), "until": today}
    done = browser.post(f"{PAGE}sign/", typed)
    assert done.status_code == 302
    assert "Checked with the bank." in browser.get(done["Location"]).content.decode()
    again = browser.post(f"{PAGE}sign/", typed)
    assert again.status_code == 422
    assert "Somebody signed since" in again.content.decode()
    for bad in ({"note": ""}, {"note": "x" * 3000}, {"since": "yesterday"}, {"last": "x"}, {"until": "1999-01-01"}):
        assert browser.post(f"{PAGE}sign/", {**typed, **bad}).status_code == 422, bad
    with activate(answered.organization):
        review = MeasureReview.objects.get()
        assert (review.since, review.until) == (typed["since"], typed["until"])


def test_only_somebody_who_may_read_the_register_becomes_an_owner(answered):
    browser, cast = answered.as_(answered.cast.admin), answered.cast
    day = timezone.localdate() + timedelta(days=9)
    assert browser.post(f"{PAGE}owner/", {"owner": cast.auditor.pk, "due_on": day}).status_code == 302
    for wrong in (cast.agent.pk, cast.outsider.pk, cast.leaver.pk, uuid4(), "x"):
        assert browser.post(f"{PAGE}owner/", {"owner": wrong, "due_on": day}).status_code == 422, wrong
    for wrong in ("", "soon", day - timedelta(days=400), day + timedelta(days=1000)):
        assert browser.post(f"{PAGE}owner/", {"owner": cast.auditor.pk, "due_on": wrong}).status_code == 422, wrong
    with activate(answered.organization):
        duty = MeasureDuty.objects.get(measure="pci")
        assert (duty.owner_id, duty.due_on) == (cast.auditor.pk, day)
        assert AuditEvent.objects.filter(event="measure:owned").count() == 1


def test_months_are_those_of_the_calendar():
    assert months_later(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_later(date(2026, 11, 26), 3) == date(2027, 2, 26)
    assert months_later(date(2024, 2, 29), 12) == date(2025, 2, 28)
