"""A text leaves through the gate and the outbox, or not at all."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tenancy.ids import new_id
from tenancy.isolation import activate
from texting import sending
from texting.models import Conversation, Decision, Message, OutboxEntry
from texting.purposes import Purpose
from texting.sending import BadText, Refused
from texting.statuses import MessageStatus


def send(scene, body="See you at 10", **fields):
    return sending.send_text(conversation=scene.conversation(), body=body, author=scene.agent, **fields)


def test_an_answer_is_stored_with_its_decision_and_waits_in_the_outbox(scene):
    with activate(scene.organization):
        scene.hear("Are you open?")
        message = send(scene)
        assert message.status == MessageStatus.QUEUED
        assert message.decision.verdict == "allow"
        assert message.decision.reasons[0]["rule"] == "consent.given"
        assert OutboxEntry.objects.get(message_id=message.pk).state == "ready"


def test_the_first_text_of_a_conversation_names_the_company_and_the_opt_out_words(scene):
    with activate(scene.organization):
        scene.hear("Are you open?")
        first, second = send(scene, "We are."), send(scene, "Until six.")
        assert first.body == "Harbor Dental: We are.\nReply STOP to opt out."
        assert second.body == "Until six."


def test_clauses_that_are_there_already_are_not_added_again(scene):
    with activate(scene.organization):
        scene.hear("Are you open?")
        assert send(scene, "harbor dental is open. Reply STOP to opt out").body.count("STOP") == 1


def test_the_preview_shows_the_clauses_and_stores_nothing(scene):
    with activate(scene.organization):
        scene.hear("Are you open?")
        outcome = sending.preview(conversation=scene.conversation(), body="We are.", author=scene.agent)
        assert outcome.text == "Harbor Dental: We are.\nReply STOP to opt out."
        assert not Decision.objects.exists()


def test_a_number_without_permission_is_refused_and_the_refusal_is_kept(scene):
    with activate(scene.organization):
        scene.hear("Hello")
        scene.hear("STOP")
        before = Message.objects.count()
        with pytest.raises(Refused) as refused:
            send(scene)
        [reason] = refused.value.outcome.objections
        assert reason.rule == "consent.opted_out"
        assert "START" in reason.what_to_do
        assert Message.objects.count() == before
        assert Decision.objects.filter(verdict="refuse").count() == 1


@pytest.mark.parametrize("body", ["", "  \n ", "x" * 1601, "nul\x00", "lone \ud83d"])
def test_what_cannot_be_sent_is_refused_with_a_sentence(scene, body):
    with activate(scene.organization):
        scene.hear("Hello")
        with pytest.raises(BadText, match=r"\w+"):
            send(scene, body)
        assert not OutboxEntry.objects.exists()


def test_clauses_that_make_the_text_too_long_are_said_so(scene):
    with activate(scene.organization):
        scene.hear("Hello")
        with pytest.raises(BadText, match="1,600"):
            send(scene, "x" * 1595)


def test_the_same_request_twice_sends_one_text(scene):
    with activate(scene.organization):
        scene.hear("Hello")
        identity = new_id()
        assert send(scene, message_id=identity) == send(scene, message_id=identity)
        assert OutboxEntry.objects.count() == 1


def test_a_text_in_a_resolved_conversation_opens_a_new_one(scene, now):
    with activate(scene.organization):
        scene.hear("Hello")
        old = scene.conversation()
        old.status, old.resolved_at = "resolved", now
        old.save()
        message = sending.send_text(conversation=old, body="One more thing", author=scene.agent)
        assert message.conversation_id != old.pk
        assert message.body.startswith("Harbor Dental: ")


def test_the_database_refuses_an_outgoing_text_without_a_decision_that_allowed_it(scene, now):
    with activate(scene.organization):
        scene.hear("Hello")
        conversation = scene.conversation()
        refused = Decision.objects.create(
            conversation=conversation, stage="queue", purpose="reply", verdict="refuse", decided_at=now
        )
        fields = {
            "conversation": conversation,
            "contact": conversation.contact,
            "line": scene.line,
            "direction": "out",
            "body": "x",
            "status": "queued",
            "created_at": now,
        }
        for decision in ({}, {"decision": refused, "decision_verdict": "refuse"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Message.objects.create(**fields, **decision)
        with pytest.raises(IntegrityError), transaction.atomic():
            Message.objects.create(**fields, decision=refused, decision_verdict="allow")
            with transaction.get_connection().cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_database_refuses_an_outgoing_text_whose_decision_does_not_exist(scene):
    """Without a verdict its key compares nothing, and a comparison with NULL is what a check lets pass."""
    with activate(scene.organization):
        scene.hear("Hello")
        message = sending.send_text(conversation=scene.conversation(), body="Good morning", author=scene.agent)
        for verdict in ("NULL", "'allow'"):
            with pytest.raises(IntegrityError), transaction.atomic(), transaction.get_connection().cursor() as cursor:
                cursor.execute(
                    f"UPDATE texting_message SET decision_verdict = {verdict}, decision_id = gen_random_uuid()"
                    " WHERE id = %s",
                    [message.pk],
                )
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert Message.objects.get(pk=message.pk).decision.verdict == "allow"


def test_nothing_is_sent_without_policies(scene, settings):
    from django.core.exceptions import ImproperlyConfigured

    from texting import gate

    settings.TEXTING_SEND_POLICIES = []
    gate.policies.cache_clear()
    try:
        with activate(scene.organization):
            scene.hear("Hello")
            with pytest.raises(ImproperlyConfigured):
                send(scene)
    finally:
        gate.policies.cache_clear()


def test_an_inactive_line_sends_nothing(scene):
    with activate(scene.organization):
        scene.hear("Hello")
        scene.line.is_active = False
        scene.line.save()
        with pytest.raises(Refused) as refused:
            send(scene)
        assert refused.value.outcome.objections[0].rule == "line.active"


def resolved(scene, now):
    scene.hear("Hello")
    Conversation.objects.update(status="resolved", resolved_at=now)
    return scene.conversation()


def test_a_refused_text_in_a_resolved_conversation_opens_nothing(scene, now):
    with activate(scene.organization):
        scene.hear("STOP")
        old = resolved(scene, now)
        with pytest.raises(Refused):
            sending.send_text(conversation=old, body="One more thing", author=scene.agent)
        assert not Conversation.objects.filter(status="open").exists()
        assert Decision.objects.filter(conversation=old, verdict="refuse").exists()


def test_a_text_that_is_too_long_opens_nothing(scene, now):
    with activate(scene.organization):
        old = resolved(scene, now)
        with pytest.raises(BadText):
            sending.send_text(conversation=old, body="x" * 1595, author=scene.agent)
        assert not Conversation.objects.filter(status="open").exists()


def test_an_id_that_belongs_to_somebody_elses_text_is_not_used_again(scene):
    with activate(scene.organization):
        scene.hear("Hello", number="+12125550182")
        other = send(scene)
        scene.hear("Hello")
        message = send(scene, message_id=other.pk)
        assert message.pk != other.pk
        assert message.contact_id != other.contact_id


def test_a_text_lives_until_the_deadline_that_its_sender_gives(scene):
    deadline = timezone.now() + timedelta(minutes=20)
    with activate(scene.organization):
        scene.hear("START")
        sending.send_text(
            conversation=scene.conversation(),
            body="Ten o'clock",
            author=scene.agent,
            purpose=Purpose.APPOINTMENT,
            deadline=deadline,
        )
    assert OutboxEntry.objects.exclude(priority=0).get().expires_at == deadline
