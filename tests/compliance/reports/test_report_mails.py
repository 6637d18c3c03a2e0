"""The report by mail: each period once, counts only, to nobody who may not read reports."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine

from accounts.mail.writing import Written
from accounts.models import MembershipRole, OutgoingMail, User
from accounts.permissions import MissingPermission
from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent, ReportMail
from compliance.reports import mailing
from compliance.tasks import mail_reports
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.compliance.measures.evidence_rows import Side, text
from tests.texting.desk import FIRST, desk

__all__ = ["desk"]

PAGE = "/reports/mails/"
WEDNESDAY = datetime(2026, 3, 11, 12, tzinfo=UTC)
SUNDAY_EVENING = datetime(2026, 3, 16, 2, tzinfo=UTC)  # still Sunday in New York
MONDAY = datetime(2026, 3, 16, 12, tzinfo=UTC)
NEXT_MONDAY = datetime(2026, 3, 23, 12, tzinfo=UTC)


@pytest.fixture
def subscribed(desk):
    """The auditor wants it weekly, since Wednesday; a customer agreed on that day."""
    desk.organization.time_zone = "America/New_York"
    desk.organization.save()
    with time_machine.travel(WEDNESDAY, tick=False):
        contact = desk.hear(number=FIRST).contact
        with activate(desk.organization):
            consent.give(contact, kind=ConsentEvent.Kind.EXPRESS, evidence=Evidence(source=ConsentEvent.Source.AGENT))
            desk.cast.auditor.organization.refresh_from_db()
            assert mailing.choose(actor=desk.cast.auditor, member_id=desk.cast.auditor.pk, every="week")
    return desk


def mail_at(moment):
    with time_machine.travel(moment, tick=False):
        sent = mail_reports()
    queued = [
        Written.from_json(row.content) for row in OutgoingMail.objects.filter(kind="permission_report").order_by("id")
    ]
    return sent, [f"{mail.subject}\n{mail.text}" for mail in queued]


def test_a_week_is_mailed_once_when_it_is_over_where_the_organization_is(subscribed):
    assert mail_at(SUNDAY_EVENING) == (0, [])
    sent, (text,) = mail_at(MONDAY)
    assert sent == 1
    assert "9 Mar 2026 to 15 Mar 2026" in text
    assert "Opt-ins: 1 (0 in the time before)" in text
    assert "Texts from customers: 1 (0 in the time before)" in text
    assert "Conversations opened: 1 (0 in the time before)" in text
    for hidden in ("0181", "555", "Amelia", "Rin"):
        assert hidden not in text
    assert mail_at(MONDAY) == (0, [text]), "twice is once"
    assert mail_at(NEXT_MONDAY)[0] == 1


@pytest.mark.parametrize(("language", "answer"), [("en", "under 1 min"), ("es", "menos de 1 min")])
def test_its_figures_are_written_as_its_reader_writes_them(subscribed, language, answer):
    with time_machine.travel(WEDNESDAY, tick=False), activate(subscribed.organization):
        User.objects.filter(pk=subscribed.cast.auditor.user_id).update(language=language)
        side, person = Side(subscribed.cast.owner, subscribed.line), subscribed.contact(FIRST)
        for seconds, status in enumerate(("failed", "delivered", "delivered"), 1):
            at = WEDNESDAY + timedelta(seconds=seconds)
            text(side, at, to=person, author=subscribed.cast.agent, attempt=False, status=status)
    _sent, (mail,) = mail_at(MONDAY)
    assert "33.3 %" in mail
    assert answer in mail


def test_whoever_loses_the_right_gets_no_mail_and_is_taken_off(subscribed):
    with activate(subscribed.organization):
        MembershipRole.objects.filter(membership=subscribed.cast.auditor).delete()
    assert mail_at(MONDAY) == (0, [])
    with activate(subscribed.organization):
        assert not ReportMail.objects.exists()


def test_an_admin_chooses_for_others_and_an_auditor_for_herself(desk):
    admin, auditor = desk.as_(desk.cast.admin), desk.as_(desk.cast.auditor)
    assert "Sam Achebe" in admin.get(PAGE).content.decode()
    assert "Sam Achebe" not in auditor.get(PAGE).content.decode()
    assert admin.post(PAGE, {"member": desk.cast.supervisor.pk, "every": "month"}).status_code == 302
    assert auditor.post(PAGE, {"member": desk.cast.auditor.pk, "every": "week"}).status_code == 302
    assert auditor.post(PAGE, {"member": desk.cast.supervisor.pk, "every": ""}).status_code == 403
    with activate(desk.organization):
        assert set(ReportMail.objects.values_list("member_id", "every")) == {
            (desk.cast.supervisor.pk, "month"),
            (desk.cast.auditor.pk, "week"),
        }
        assert AuditEvent.objects.filter(event="report_mail:changed").count() == 2
    assert auditor.post(PAGE, {"member": desk.cast.auditor.pk, "every": ""}).status_code == 302
    with activate(desk.organization):
        assert ReportMail.objects.get().member_id == desk.cast.supervisor.pk


def test_nobody_is_put_on_the_list_who_may_not_read_or_is_somebody_elses(desk):
    admin = desk.as_(desk.cast.admin)
    for member in (desk.cast.agent.pk, desk.cast.leaver.pk, desk.cast.outsider.pk, uuid4()):
        assert admin.post(PAGE, {"member": member, "every": "week"}).status_code == 404
    for typed in ({}, {"member": "x", "every": "week"}, {"member": desk.cast.admin.pk, "every": "daily"}):
        assert admin.post(PAGE, typed).status_code == 422
    assert desk.as_(desk.cast.agent).get(PAGE).status_code == 403
    with activate(desk.organization):
        assert not ReportMail.objects.exists()
        with pytest.raises(MissingPermission):
            mailing.choose(actor=desk.cast.agent, member_id=desk.cast.agent.pk, every="week")
