"""The oracle can say no: each promise is broken here by hand, in our books or in the provider's, and must be named."""

import hashlib
import secrets
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.faults import moves, oracle
from tests.faults.intents import Desk, Intent, new_number, open_desk
from tests.faults.scripted_twilio import Accepted, ScriptedTwilio, body_hash
from texting.models import Message, OutboxEntry, SendAttempt
from texting.purposes import Purpose


@pytest.fixture(scope="module")
def far_end() -> Iterator[ScriptedTwilio]:
    """A ledger; nobody asks it anything."""
    made = ScriptedTwilio()
    yield made
    made.reporter.stop()


@pytest.fixture(scope="module", autouse=True)
def every_move_is_kept(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        moves.keep()
        yield
        moves.forget()
        connections.close_all()


@pytest.fixture
def desk(far_end: ScriptedTwilio, django_db_blocker: Any) -> Iterator[Desk]:
    """Two texts, a reply and a code, each taken once and delivered: both books agree."""
    with django_db_blocker.unblock():
        made = open_desk(far_end)
        for purpose in (Purpose.REPLY, Purpose.CODE):
            intent = made.send(new_number(), purpose)
            sid = enter(made, far_end, intent)
            settle(made, intent.message_id, status="delivered", provider_message_id=sid)
        yield made
        connections.close_all()


def enter(desk: Desk, far_end: ScriptedTwilio, intent: Intent, *, to: str = "", body: str = "", token: str = "") -> str:
    """The provider takes the text once (more), or what is named instead. Its id."""
    sid = f"SM{secrets.token_hex(16)}"
    words = body_hash(body) if body else oracle.books(desk)[intent.message_id].body_hash
    far_end.truth.append(Accepted(sid, to or intent.number, words, token or secrets.token_urlsafe(16), 0.0))
    return sid


def settle(desk: Desk, message_id: UUID, **columns: Any) -> None:
    """What our books say of a text from now on; nothing of it is under way."""
    OutboxEntry.objects.filter(message_id=message_id).delete()
    with activate(desk.organization):
        assert Message.objects.filter(pk=message_id).update(**columns) == 1


def test_sound_books_are_sound(desk: Desk, far_end: ScriptedTwilio) -> None:
    assert oracle.judge(desk, far_end) == []


def sent_twice(desk: Desk, far_end: ScriptedTwilio) -> None:
    enter(desk, far_end, desk.intents[0])


def sent_twice_and_told(desk: Desk, far_end: ScriptedTwilio) -> None:
    enter(desk, far_end, desk.intents[0])
    settle(desk, desk.intents[0].message_id, attention="duplicate")


def hidden_and_sent_three_times(desk: Desk, far_end: ScriptedTwilio) -> None:
    desk.may_miss.add(desk.intents[0].message_id)
    for _ in range(2):
        enter(desk, far_end, desk.intents[0])


def a_code_hidden_and_sent_twice(desk: Desk, far_end: ScriptedTwilio) -> None:
    desk.may_miss.add(desk.intents[1].message_id)
    enter(desk, far_end, desk.intents[1])


def with_other_words(desk: Desk, far_end: ScriptedTwilio) -> None:
    enter(desk, far_end, desk.intents[0], body="Words of nobody")


def to_somebody_else(desk: Desk, far_end: ScriptedTwilio) -> None:
    """To a number that nobody here has: only the status callback's token says that it was us."""
    intent, token = desk.intents[0], secrets.token_urlsafe(16)
    with activate(desk.organization):
        decision = Message.objects.get(pk=intent.message_id).decision
        SendAttempt.objects.create(
            message_id=intent.message_id,
            number=1,
            decision=decision,
            token_hash=hashlib.sha256(token.encode()).digest(),
            started_at=decision.decided_at,
        )
    enter(desk, far_end, intent, to="+12125550100", token=token)


def accepted_and_gone(desk: Desk, far_end: ScriptedTwilio) -> None:
    desk.intents.append(Intent(new_id(), new_number(), Purpose.REPLY))


def still_in_the_outbox(desk: Desk, far_end: ScriptedTwilio) -> None:
    desk.send(new_number(), Purpose.REPLY)


def under_way_for_ever(desk: Desk, far_end: ScriptedTwilio) -> None:
    intent = desk.send(new_number(), Purpose.REPLY)
    settle(desk, intent.message_id, status="sending")


def waits_for_a_receipt(desk: Desk, far_end: ScriptedTwilio) -> None:
    with activate(desk.organization):
        created = Message.objects.get(pk=desk.intents[0].message_id).created_at
    settle(desk, desk.intents[0].message_id, receipt_due_at=created)


def taken_and_called_failed(desk: Desk, far_end: ScriptedTwilio) -> None:
    intent = desk.send(new_number(), Purpose.REPLY)
    enter(desk, far_end, intent)
    settle(desk, intent.message_id, status="failed")


def called_delivered_and_never_taken(desk: Desk, far_end: ScriptedTwilio) -> None:
    intent = desk.send(new_number(), Purpose.REPLY)
    settle(desk, intent.message_id, status="delivered")


def an_id_that_the_provider_never_gave(desk: Desk, far_end: ScriptedTwilio) -> None:
    intent = desk.send(new_number(), Purpose.REPLY)
    settle(desk, intent.message_id, status="delivered", provider_message_id=f"SM{secrets.token_hex(16)}")


def a_status_that_fell_and_rose_again(desk: Desk, far_end: ScriptedTwilio) -> None:
    for status in ("sent", "delivered"):
        settle(desk, desk.intents[0].message_id, status=status)


def a_gap_in_the_log(desk: Desk, far_end: ScriptedTwilio) -> None:
    with moves.owner() as connection:
        connection.execute("SELECT set_config('app.organization_id', %s, false)", [str(desk.organization.pk)])
        connection.execute("ALTER TABLE tenancy_auditevent DISABLE TRIGGER USER")
        connection.execute(
            "DELETE FROM tenancy_auditevent WHERE organization_id = %s AND sequence = 2", [desk.organization.pk]
        )
        connection.execute("ALTER TABLE tenancy_auditevent ENABLE TRIGGER USER")


def an_entry_of_somebody_else(desk: Desk, far_end: ScriptedTwilio) -> None:
    desk.send(new_number(), Purpose.REPLY)
    other = open_desk(far_end).organization
    OutboxEntry.objects.filter(organization_id=desk.organization.pk).update(organization_id=other.pk)


BREAKS: dict[Callable[[Desk, ScriptedTwilio], None], tuple[str, ...]] = {
    sent_twice: ("at the provider and unknown to us", "reply was sent 2 times"),
    sent_twice_and_told: ("at the provider and unknown to us", "reply was sent 2 times"),
    hidden_and_sent_three_times: ("reply was sent 3 times",),
    a_code_hidden_and_sent_twice: ("code was sent 2 times",),
    with_other_words: ("at the provider and unknown to us", "words that we never wrote"),
    to_somebody_else: ("at the provider and unknown to us", "words that we never wrote, to 0100"),
    accepted_and_gone: ("accepted and gone",),
    still_in_the_outbox: ("ready in the outbox", "queued and nobody is told"),
    under_way_for_ever: ("sending and nobody is told",),
    waits_for_a_receipt: ("delivered and nobody is told",),
    taken_and_called_failed: ("at the provider and unknown to us", "reply was taken and we say failed"),
    called_delivered_and_never_taken: ("reply was never taken and we say delivered",),
    an_id_that_the_provider_never_gave: ("the provider has no SM", "reply was never taken and we say delivered"),
    a_status_that_fell_and_rose_again: ("fell from delivered to sent",),
    a_gap_in_the_log: ("the log: ",),
    an_entry_of_somebody_else: ("queued and nobody is told", "an outbox entry is under another organization"),
}


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.__name__)
def test_the_oracle_names_what_is_broken_and_nothing_else(
    broken: Callable[[Desk, ScriptedTwilio], None], desk: Desk, far_end: ScriptedTwilio
) -> None:
    broken(desk, far_end)
    found = oracle.judge(desk, far_end)
    for words in BREAKS[broken]:
        assert any(words in finding for finding in found), (words, found)
    assert all(any(words in finding for words in BREAKS[broken]) for finding in found), found


def test_a_request_that_died_must_not_have_left_a_text(desk: Desk, far_end: ScriptedTwilio) -> None:
    came_back = desk.intents[0].message_id
    assert oracle.judge(desk, far_end, lost=frozenset({came_back})) == [f"came back: {came_back}"]
    assert oracle.judge(desk, far_end, lost=frozenset({new_id()})) == []


def test_what_is_hidden_from_us_and_told_to_a_person_is_no_break(desk: Desk, far_end: ScriptedTwilio) -> None:
    """A reply that the provider has and does not show may go out once more; a person is told when that is known."""
    intent = desk.intents[0]
    desk.may_miss.add(intent.message_id)
    enter(desk, far_end, intent)
    settle(desk, intent.message_id, attention="duplicate")
    assert oracle.judge(desk, far_end) == []
