"""Many texts in one go: each answered by itself, with as many statements as for one."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenancy.isolation import activate
from texting import outbox, sending, threads
from texting.models import Contact, Conversation, Decision, Message, OutboxEntry
from texting.phone_numbers import parse
from texting.purposes import TERMS, Purpose
from texting.sending import BadText, Refused, Wanted


def numbers(many):
    return [f"+1212555{1000 + which:04d}" for which in range(many)]


def wanted(scene, pairs):
    known = threads.known_or_new([parse(number) for number, _ in pairs])
    return [Wanted(known[number], body) for number, body in pairs]


def send_all(scene, pairs):
    return sending.send_all(line=scene.line, texts=wanted(scene, pairs), author=scene.agent)


def test_each_text_is_answered_by_itself_and_in_order(scene):
    with activate(scene.organization):
        first, second, opted_out, stranger = numbers(4)
        for number in (first, second, opted_out):
            scene.hear("Hello", number=number)
        scene.hear("STOP", number=opted_out)
        sent, refused, empty, unknown, also = send_all(
            scene, [(first, "One"), (opted_out, "Two"), (second, " "), (stranger, "Four"), (second, "Five")]
        )
        assert (sent.body, also.body) == tuple(f"Harbor Dental: {n}\nReply STOP to opt out." for n in ("One", "Five"))
        assert [reason.rule for reason in refused.outcome.objections] == ["consent.opted_out"]
        assert [reason.rule for reason in unknown.outcome.objections] == ["consent.none"]
        assert isinstance(empty, BadText)
        assert set(OutboxEntry.objects.filter(priority=1).values_list("message_id", flat=True)) == {sent.pk, also.pk}


def test_a_refused_stranger_is_not_made_a_contact(scene):
    with activate(scene.organization):
        [refused] = send_all(scene, [(numbers(1)[0], "Hello")])
        assert isinstance(refused, Refused)
        assert not Contact.objects.exists()
        assert not Conversation.objects.exists()
        assert not Decision.objects.exists()


def test_several_texts_to_one_person_go_in_their_order_and_the_first_says_who_writes(scene):
    with activate(scene.organization):
        [number] = numbers(1)
        scene.hear("Hello", number=number)
        sent = send_all(scene, [(number, "One"), (number, "Two"), (number, "Three")])
        assert [message.body for message in sent] == [
            "Harbor Dental: One\nReply STOP to opt out.",
            "Two",
            "Three",
        ]
        stored = Message.objects.filter(direction="out").order_by("id")
        assert [message.pk for message in stored] == [message.pk for message in sent]
        assert scene.conversation().preview == "Three"


def test_a_text_to_somebody_whose_conversation_is_resolved_opens_a_new_one(scene, now):
    with activate(scene.organization):
        [number] = numbers(1)
        scene.hear("Hello", number=number)
        Conversation.objects.update(status="resolved", resolved_at=now)
        [sent] = send_all(scene, [(number, "One more thing")])
        assert sent.conversation.status == "open"
        assert Conversation.objects.count() == 2


@pytest.mark.parametrize("many", [1, 40])
def test_the_statements_do_not_grow_with_the_texts(scene, many):
    with activate(scene.organization):
        for number in numbers(many):
            scene.hear("Hello", number=number)
        pairs = [(number, "See you at 10") for number in numbers(many)]
        with CaptureQueriesContext(connection) as asked:
            assert all(isinstance(result, Message) for result in send_all(scene, pairs))
        # Forty come near the day's ceiling of a young organization: two statements look for whom to mail that. One
        # looks for the beginning of a value that these digits could end.
        assert len(asked) <= 20, [query["sql"][:120] for query in asked]


def test_the_life_of_what_is_held_begins_when_it_may_leave(scene):
    with activate(scene.organization):
        pairs = [(number, "Hello") for number in numbers(2)]
        for number, _ in pairs:
            scene.hear("Hello", number=number)
        held, free = send_all(scene, pairs)
        held.held_until, life = held.created_at + timedelta(hours=10), TERMS[Purpose.REPLY].life
        for deadline in (None, held.created_at + timedelta(days=2)):
            OutboxEntry.objects.all().delete()
            outbox.put_all([held, free], Purpose.REPLY, deadline=deadline)
            later, now = (OutboxEntry.objects.get(pk=one.pk) for one in (held, free))
            assert (later.due_at, later.held_until) == (held.held_until, held.held_until)
            assert (now.due_at, now.held_until) == (now.entered_at, None)
            assert [later.expires_at, now.expires_at] == [deadline or one.due_at + life for one in (later, now)]
