"""A customer's text is stored once, whatever the provider repeats, and means what it says."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.models import ConsentEvent, Suppression
from tenancy.isolation import activate
from tests.at_once import at_once, errors_of
from tests.texting.conftest import make_scene
from texting import gate, sending
from texting.models import Contact, Conversation, Message
from texting.phone_numbers import BadNumber
from texting.providers.base import Inbound
from texting.purposes import Purpose
from texting.receiving import receive_all
from texting.statuses import MessageStatus


def test_a_first_text_makes_a_contact_and_a_conversation(scene):
    with activate(scene.organization):
        message = scene.hear("Are you open?")
        conversation = scene.conversation()
        assert (message.body, message.direction, message.status) == ("Are you open?", "in", "received")
        assert (conversation.unread, conversation.preview, conversation.preview_is_ours) == (1, "Are you open?", False)
        assert conversation.contact.number == scene.number


def test_a_repeated_text_is_stored_once_and_answered_once(scene):
    with activate(scene.organization):
        assert scene.hear("STOP", provider_id="SM1") is not None
        assert scene.hear("STOP", provider_id="SM1") is None
        assert Message.objects.filter(direction="in").count() == 1
        assert Message.objects.filter(purpose=Purpose.OPT_OUT_ANSWER).count() == 1


def test_a_second_text_joins_the_open_conversation(scene):
    with activate(scene.organization):
        scene.hear("One")
        scene.hear("Two")
        assert Conversation.objects.count() == 1
        assert scene.conversation().unread == 2


def test_a_text_after_the_resolution_opens_a_new_conversation(scene, now):
    with activate(scene.organization):
        scene.hear("One")
        Conversation.objects.update(status="resolved", resolved_at=now)
        scene.hear("Two")
        assert Conversation.objects.count() == 2
        assert Contact.objects.count() == 1


def test_the_same_customer_is_another_contact_in_another_organization(scene):
    other = make_scene("Northside Plumbing", "northside")
    with activate(scene.organization):
        scene.hear("Hello")
    with activate(other.organization):
        assert Contact.objects.count() == 0
        other.hear("Hello")
        assert Contact.objects.count() == 1


def test_stop_suppresses_in_the_same_instant_and_is_confirmed_once(scene):
    with activate(scene.organization):
        scene.hear("Hello")
        scene.hear("Stop!")
        assert Suppression.objects.count() == 1
        event = ConsentEvent.objects.get(action="withdrawn")
        assert (event.source, event.words, event.matched) == ("keyword", "Stop!", "stop")
        scene.hear("STOP")
        assert Message.objects.filter(purpose=Purpose.OPT_OUT_ANSWER).count() == 1


def test_a_liked_stop_notice_opts_nobody_out(scene):
    with activate(scene.organization):
        scene.hear("Hello")
        scene.hear("Liked “Reply STOP to opt out.”")
        assert not Suppression.objects.exists()


def test_start_lifts_the_suppression_and_is_answered(scene):
    with activate(scene.organization):
        scene.hear("Hello")
        scene.hear("STOP")
        scene.hear("START")
        assert not Suppression.objects.exists()
        answer = Message.objects.get(purpose=Purpose.OPT_IN_ANSWER)
        assert "HELP" in answer.body
        assert "STOP" in answer.body
        sending.send_text(conversation=scene.conversation(), body="Welcome back", author=scene.agent)


def test_yes_is_a_plain_word_until_someone_has_opted_out(scene):
    with activate(scene.organization):
        scene.hear("Yes")
        assert not ConsentEvent.objects.filter(kind="express").exists()
        scene.hear("STOP")
        scene.hear("Yes")
        assert not Suppression.objects.exists()


def test_help_is_answered_also_after_an_opt_out(scene):
    with activate(scene.organization):
        scene.hear("STOP")
        scene.hear("HELP")
        answer = Message.objects.get(purpose=Purpose.HELP_ANSWER)
        assert answer.body.startswith("Harbor Dental:")
        assert Suppression.objects.count() == 1


def test_an_ordinary_text_does_not_undo_an_opt_out(scene):
    with activate(scene.organization):
        scene.hear("STOP")
        scene.hear("Where is my order?")
        assert Suppression.objects.count() == 1


def test_a_carrier_that_answers_keywords_itself_gets_no_second_answer(scene):
    with activate(scene.organization):
        scene.line.carrier_answers_keywords = True
        scene.hear("STOP")
        assert Suppression.objects.count() == 1
        assert not Message.objects.filter(direction="out").exists()
        scene.hear("START")
        scene.hear("please take me off your list")
        assert Message.objects.filter(purpose=Purpose.OPT_OUT_ANSWER).count() == 1


@pytest.mark.parametrize("sender", ["", "12345", "ALERTS", "+1" * 40])
def test_a_sender_that_is_no_telephone_number_is_refused(scene, sender):
    with activate(scene.organization), pytest.raises(BadNumber):
        scene.hear("Hello", number=sender or " ")


@pytest.mark.django_db(transaction=True)
def test_the_same_text_delivered_by_many_requests_at_once_is_stored_once(scene):
    def hear():
        with activate(scene.organization):
            scene.hear("Hello", provider_id="SM-same")

    assert errors_of(at_once(*[hear] * 6)) == []
    with activate(scene.organization):
        assert Message.objects.count() == Conversation.objects.count() == Contact.objects.count() == 1


def test_a_repeat_that_comes_after_the_end_opens_no_new_conversation(scene):
    with activate(scene.organization):
        scene.hear("Hello", provider_id="SM-late")
        Conversation.objects.update(status="resolved", resolved_at=timezone.now())
        assert scene.hear("Hello", provider_id="SM-late") is None
        assert Conversation.objects.count() == 1


class BreaksOnAnswers:
    """A rule with a fault."""

    name = "broken"

    def judge(self, draft):
        if draft.purpose is Purpose.OPT_OUT_ANSWER:
            raise RuntimeError
        return gate.Ruling()


def test_a_stop_holds_even_if_its_answer_breaks(scene, settings):
    settings.TEXTING_SEND_POLICIES = [*settings.TEXTING_SEND_POLICIES, f"{__name__}.BreaksOnAnswers"]
    gate.policies.cache_clear()
    try:
        with activate(scene.organization):
            scene.hear("Hello")
            waiting = sending.send_text(conversation=scene.conversation(), body="Nine", author=scene.agent)
            scene.hear("STOP")
    finally:
        gate.policies.cache_clear()
    with activate(scene.organization):
        assert Suppression.objects.count() == 1
        assert Message.objects.get(pk=waiting.pk).status == MessageStatus.CANCELED
        assert not Message.objects.filter(purpose=Purpose.OPT_OUT_ANSWER).exists()


def inbound(scene, number: str, body: str, provider_id: str) -> Inbound:
    return Inbound(provider_message_id=provider_id, from_=number, to=scene.line.number, body=body, event_id=provider_id)


def test_texts_that_come_together_are_stored_in_their_order(scene):
    other = "+12125550182"
    with activate(scene.organization):
        stored = receive_all(
            scene.line,
            [
                inbound(scene, scene.number, "One", "SM1"),
                inbound(scene, other, "Hello", "SM2"),
                inbound(scene, scene.number, "Two", "SM3"),
                inbound(scene, scene.number, "One", "SM1"),
            ],
        )
        assert [message and message.body for message in stored] == ["One", "Hello", "Two", None]
        assert Conversation.objects.count() == 2
        conversation = Conversation.objects.get(contact=stored[0].contact)
        assert (conversation.unread, conversation.preview) == (2, "Two")
        thread = Message.objects.filter(conversation=conversation).order_by("created_at", "id")
        assert [message.body for message in thread] == ["One", "Two"]


def test_a_stop_among_texts_that_come_together_counts_for_the_next(scene):
    with activate(scene.organization):
        receive_all(
            scene.line,
            [
                inbound(scene, scene.number, "Hello", "SM1"),
                inbound(scene, scene.number, "STOP", "SM2"),
                inbound(scene, scene.number, "Yes", "SM3"),
            ],
        )
        actions = ConsentEvent.objects.order_by("recorded_at", "id").values_list("action", flat=True)
        assert list(actions) == ["given", "withdrawn", "given"]  # YES after STOP means START
        assert not Suppression.objects.exists()


def test_one_bad_sender_stores_none_of_the_texts_that_came_with_it(scene):
    texts = [inbound(scene, scene.number, "Hello", "SM1"), inbound(scene, "787878", "Your code", "SM2")]
    with activate(scene.organization), pytest.raises(BadNumber):
        receive_all(scene.line, texts)
    with activate(scene.organization):
        assert not Message.objects.exists()


def test_thirty_texts_take_as_many_statements_as_three(scene):
    numbers = [f"+1212555{number:04d}" for number in range(100, 130)]
    with activate(scene.organization):
        receive_all(scene.line, [inbound(scene, number, "Hi", f"A{number}") for number in numbers])
        counts = []
        for size in (3, 30):
            with CaptureQueriesContext(connection) as few:
                receive_all(scene.line, [inbound(scene, n, "Are you open?", f"B{size}{n}") for n in numbers[:size]])
            counts.append(len(few))
        assert counts[0] == counts[1] <= 11
