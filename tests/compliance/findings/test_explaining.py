"""What is only likely may be sent with a reason, by those who may; cards, identity numbers and secrets never."""

from dataclasses import replace

import pytest
from django.urls import reverse

from accounts.models import Integration, Membership
from accounts.permission_catalogue import OFFERED, Permission
from compliance.models import Finding
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.callers import make_caller
from tests.texting.desk import Desk, desk
from texting import gate, sending
from texting.gate import Draft
from texting.models import Decision, Message
from texting.purposes import Purpose

__all__ = ["desk"]

LIKELY = "your account number is 0012345678"


def send(desk: Desk, member: Membership, body: str, because: str = "", conversation=None):
    conversation = conversation or desk.hear("Hello")
    address = reverse("conversation_send", args=[conversation.pk])
    return desk.as_(member).post(address, {"body": body, "because": because}, headers={"HX-Request": "true"})


def sent(desk: Desk) -> int:
    with activate(desk.organization):
        return Message.objects.filter(direction="out").count()


def test_a_supervisor_is_asked_why_and_sends_it(desk: Desk) -> None:
    conversation = desk.hear("Hello")
    refused = send(desk, desk.cast.supervisor, LIKELY, conversation=conversation)
    assert refused.status_code == 422
    for words in ("Send it all the same", 'data-state="text"', "Not like this"):
        assert words in refused.content.decode()
    assert sent(desk) == 0
    answer = send(desk, desk.cast.supervisor, LIKELY, "She asked for it, card 4111 1111 1111 1111", conversation)
    assert answer.status_code == 200
    assert sent(desk) == 1
    with activate(desk.organization):
        message = Message.objects.get(direction="out")
        finding = Finding.objects.get(message_id=message.pk)
        assert finding.because == "She asked for it, card [card ••••1111]"
        [event] = AuditEvent.objects.filter(event="finding:overridden")
        assert event.actor_id == desk.cast.supervisor.pk
        kept = str(Decision.objects.get(pk=message.decision_id).reasons)
    assert "content.explained" in kept
    assert "She asked" not in kept
    shown = desk.as_(desk.cast.supervisor).get(reverse("findings")).content.decode()
    for words in ("Sent all the same", "She asked for it", "Not sent"):
        assert words in shown


@pytest.mark.parametrize(
    "body",
    [
        "We charged card 4111 1111 1111 1111",
        "SSN on file: 536-22-8761",
        "Your password is hunter2hunter",
        f"{LIKELY}, card 4111 1111 1111 1111",
        "cvv 837",
    ],
)
def test_no_reason_sends_what_is_never_sent(desk: Desk, body: str) -> None:
    refused = send(desk, desk.cast.owner, body, "I know what I do")
    assert refused.status_code == 422
    assert "Send it all the same" not in refused.content.decode()
    assert sent(desk) == 0


def test_an_agent_is_not_asked_and_a_reason_by_hand_gains_nothing(desk: Desk) -> None:
    refused = send(desk, desk.cast.agent, LIKELY, "I know what I do")
    assert refused.status_code == 422
    assert "Send it all the same" not in refused.content.decode()
    assert send(desk, desk.cast.auditor, LIKELY, "I know what I do").status_code == 403
    assert sent(desk) == 0


@pytest.mark.parametrize("because", ["", "  \n"])
def test_an_empty_reason_is_none(desk: Desk, because: str) -> None:
    assert send(desk, desk.cast.supervisor, LIKELY, because).status_code == 422
    assert sent(desk) == 0


def test_a_huge_reason_is_cut_and_one_that_cannot_be_stored_breaks_nothing(desk: Desk) -> None:
    conversation = desk.hear("Hello")
    assert send(desk, desk.cast.supervisor, LIKELY, "why " * 10_000 + "\x00", conversation).status_code == 200
    with activate(desk.organization):
        assert len(Finding.objects.get().because) == 500
    assert send(desk, desk.cast.supervisor, LIKELY, "be\x00cause", conversation).status_code == 200
    assert sent(desk) == 2


def test_a_reason_opens_nothing_for_who_opted_out(desk: Desk) -> None:
    desk.hear("STOP")
    refused = send(desk, desk.cast.supervisor, LIKELY, "She asked for it", desk.hear("Hello"))
    assert refused.status_code == 422
    assert 'data-state="no"' in refused.content.decode()
    with activate(desk.organization):
        assert [one.because for one in Finding.objects.all() if one.because] == []


def test_no_program_sends_it_all_the_same_whatever_it_may_and_says(desk: Desk) -> None:
    """The API takes no reason; should a door ever take one, the gate refuses a machine's."""
    conversation = desk.hear("Hello")
    pk = make_caller(desk.cast.owner).member.pk
    with activate(desk.organization):
        Integration.objects.filter(membership=pk).update(permissions=[one.value for one in OFFERED])
        program = Membership.objects.select_related("user", "organization").get(pk=pk)
        assert program.may(Permission.MESSAGES_EXPLAIN)
        asked = Draft(conversation, LIKELY, Purpose.REPLY, program, because="They asked for it")
        assert gate.ask(replace(asked, author=desk.cast.supervisor)).explained
        with pytest.raises(sending.Refused) as refused:
            sending.send_text(conversation=conversation, body=LIKELY, author=program, because=asked.because)
    outcome = refused.value.outcome
    assert [one.rule for one in outcome.objections] == ["content.bank_account"]
    assert not outcome.wants_reason
    assert sent(desk) == 0
