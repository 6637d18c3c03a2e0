"""The question for permission waits for the customer's hours and is not lost; after a keyword it leaves at once."""

import pytest
from django.utils import timezone

from compliance.models import OptIn
from compliance.opt_in import opting_in
from compliance.opt_in.opting_in import ANSWER_BY
from compliance.send_policies import here
from tenancy.isolation import activate
from tests.compliance.opt_ins import asked, by_form, make_keyword, make_program
from tests.compliance.send_policies.test_hours_in_the_gate import NIGHT, moment
from tests.texting.desk import FIRST, SECOND, desk
from texting.models import Message, OutboxEntry
from texting.statuses import MessageStatus

__all__ = ["desk"]


@pytest.fixture
def at_night(monkeypatch):
    night = moment(NIGHT)
    monkeypatch.setattr(here, "now", lambda: night)
    return night


def test_a_question_at_night_waits_for_the_morning(desk, at_night):
    with activate(desk.organization):
        opted = asked(desk.line, make_program(desk.cast.admin, double_opt_in=True), left=False, number="+12125550182")
        message = Message.objects.get(pk=opted.question_id)
        [entry] = OutboxEntry.objects.filter(message_id=message.pk)
        assert message.status == MessageStatus.QUEUED
        assert entry.due_at.astimezone(timezone.get_fixed_timezone(-300)).hour in range(8, 12)
        assert at_night < entry.due_at < at_night + ANSWER_BY
        assert opted.state == OptIn.State.ASKED


def test_whoever_has_just_texted_a_keyword_is_asked_at_once_and_a_confirmation_never_waits(desk, at_night):
    with activate(desk.organization):
        double = make_program(desk.cast.admin, double_opt_in=True)
        make_keyword(desk.line, double)
        make_keyword(desk.line, make_program(desk.cast.admin, "Tips", scope="informational"), "TIPS")
    desk.hear("JOIN", number=FIRST)
    desk.hear("TIPS", number=SECOND)
    with activate(desk.organization):
        for entry in OutboxEntry.objects.all():
            assert entry.due_at <= timezone.now()
        assert OutboxEntry.objects.count() == 2
        plain = make_program(desk.cast.admin, "News")
        opting_in.opt_in(contact=OptIn.objects.first().contact, line=desk.line, program=plain, evidence=by_form(plain))
        assert OutboxEntry.objects.filter(due_at__gt=timezone.now()).count() == 0
