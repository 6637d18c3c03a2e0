"""What carriers said of a number: marked, shown, kept from bulk, and unmarked by what proves it wrong."""

import pytest
from django.urls import reverse

from accounts.permissions import MissingPermission
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.permitting import agree_to_everything
from tests.texting.desk import desk
from texting import gate, number_marks, progress
from texting.gate import Draft, Verdict
from texting.models import Contact, OutboxEntry
from texting.purposes import Purpose
from texting.statuses import ErrorKind, MessageStatus

__all__ = ["desk"]

pytestmark = pytest.mark.django_db

S, Mark = MessageStatus, Contact.Mark


def fate(desk, conversation, status, kind=None, code=""):
    message = desk.answer(conversation, "We open at nine")
    with activate(desk.organization):
        OutboxEntry.objects.filter(message_id=message.pk).delete()
        progress.show(message, status, kind, code)
    return message


def mark_of(desk):
    with activate(desk.organization):
        return Contact.objects.get().mark


def asked(desk, conversation, purpose):
    with activate(desk.organization):
        agree_to_everything(conversation.contact)
        return gate.ask(Draft(desk.fresh(conversation), "News", purpose, desk.cast.agent))


@pytest.mark.parametrize(
    ("code", "mark"),
    [
        ("21614", Mark.LANDLINE),
        ("21635", Mark.LANDLINE),
        ("30006", Mark.LANDLINE),
        ("landline", Mark.LANDLINE),
        ("21211", Mark.INVALID),
        ("21217", Mark.INVALID),
        ("30005", Mark.UNUSED),
    ],
)
def test_one_refusal_is_enough_where_the_carrier_is_sure(desk, code, mark):
    conversation = desk.hear("START")
    fate(desk, conversation, S.UNDELIVERED, ErrorKind.INVALID_RECIPIENT, code)
    assert mark_of(desk) == mark
    refused = asked(desk, conversation, Purpose.BULK)
    assert (refused.verdict, refused.objections[0].rule) == (Verdict.REFUSE, f"number.{mark}")
    reply = asked(desk, conversation, Purpose.REPLY)
    assert reply.verdict is Verdict.ALLOW
    assert [reason.rule for reason in reply.warnings] == [f"number.{mark}"]


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (S.FAILED, ErrorKind.CONTENT_REJECTED, "30007"),
        (S.FAILED, ErrorKind.SENDER_NOT_ALLOWED, "21212"),
        (S.UNCONFIRMED, ErrorKind.UNKNOWN_OUTCOME, ""),
        (S.SENT, None, ""),
    ],
)
def test_what_says_nothing_about_the_number_marks_nothing(desk, status, kind, code):
    fate(desk, desk.hear("START"), status, kind, code)
    assert mark_of(desk) == ""


def test_a_phone_that_is_off_is_marked_at_the_third_time_in_a_row(desk):
    conversation = desk.hear("START")
    for so_far in ("", "", Mark.UNREACHABLE):
        fate(desk, conversation, S.UNDELIVERED, ErrorKind.UNREACHABLE, "30003")
        assert mark_of(desk) == so_far


@pytest.mark.parametrize("between", ["delivered", "heard"])
def test_a_sign_of_life_between_ends_the_row(desk, between):
    conversation = desk.hear("START")
    for _ in range(2):
        fate(desk, conversation, S.UNDELIVERED, ErrorKind.UNREACHABLE, "30003")
    if between == "heard":
        desk.hear("Hello")
    else:
        fate(desk, conversation, S.DELIVERED)
    fate(desk, conversation, S.UNDELIVERED, ErrorKind.UNREACHABLE, "30003")
    assert mark_of(desk) == ""


@pytest.mark.parametrize("sign", ["delivered", "heard"])
def test_a_text_that_arrives_or_comes_takes_the_mark_off(desk, sign):
    conversation = desk.hear("START")
    fate(desk, conversation, S.UNDELIVERED, ErrorKind.INVALID_RECIPIENT, "30006")
    if sign == "heard":
        desk.hear("Hello")
    else:
        fate(desk, conversation, S.DELIVERED)
    assert mark_of(desk) == ""
    assert asked(desk, conversation, Purpose.BULK).verdict is Verdict.ALLOW
    with activate(desk.organization):
        kinds = list(AuditEvent.objects.filter(event__startswith="number:").values_list("event", flat=True))
        assert sorted(kinds) == ["number:marked", "number:unmarked"]


def test_it_is_shown_at_the_contact_and_in_the_composer(desk):
    conversation = desk.hear("START")
    fate(desk, conversation, S.UNDELIVERED, ErrorKind.INVALID_RECIPIENT, "30006")
    for address in (
        reverse("contact", args=[conversation.contact_id]),
        reverse("conversation", args=[conversation.pk]),
    ):
        assert "This number is a landline" in desk.as_(desk.cast.agent).get(address).content.decode()


class TestTakingItOff:
    def post(self, desk, member, why="told"):
        contact = desk.contact()
        return desk.as_(member).post(reverse("unmark_number", args=[contact.pk]), {"why": why})

    @pytest.fixture(autouse=True)
    def marked(self, desk):
        fate(desk, desk.hear("START"), S.UNDELIVERED, ErrorKind.INVALID_RECIPIENT, "30006")

    def test_a_member_says_why(self, desk):
        assert self.post(desk, desk.cast.agent).status_code == 302
        assert mark_of(desk) == ""
        with activate(desk.organization):
            assert AuditEvent.objects.filter(event="number:unmarked", actor_id=desk.cast.agent.pk).exists()

    @pytest.mark.parametrize("why", ["", "because", "x" * 1000])
    def test_without_a_known_reason_nothing_happens(self, desk, why):
        self.post(desk, desk.cast.agent, why)
        assert mark_of(desk) == Mark.LANDLINE

    def test_strangers_and_readers_may_not(self, desk):
        assert self.post(desk, desk.cast.outsider).status_code == 404
        assert self.post(desk, desk.cast.auditor).status_code == 403
        with activate(desk.organization), pytest.raises(MissingPermission):
            number_marks.take_off(member=desk.cast.auditor, contact=Contact.objects.get(), why=Contact.Unmarked.TOLD)
        assert mark_of(desk) == Mark.LANDLINE
