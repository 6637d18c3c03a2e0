"""An unknown outcome is looked up, adopted when it is there, and left to a person when it is not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from texting import delivery, outbox, preparing, reconciling, sending
from texting.models import Message, OutboxEntry, SendAttempt
from texting.providers.base import OutcomeUnknown
from texting.statuses import MessageStatus

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def unknown(scene, far_end) -> Message:
    """A text whose answer was lost, due for its first look."""
    far_end.script.append(OutcomeUnknown())
    with activate(scene.organization):
        scene.hear("Hello")
        message = sending.send_text(conversation=scene.conversation(), body="We open at nine", author=scene.agent)
    delivery.deliver_line(scene.line.pk)
    OutboxEntry.objects.update(due_at=timezone.now())
    return message


def state(scene, message):
    with activate(scene.organization):
        return Message.objects.get(pk=message.pk)


def test_it_waits_two_minutes_before_the_first_look(scene, far_end):
    far_end.script.append(OutcomeUnknown())
    with activate(scene.organization):
        scene.hear("Hello")
        sending.send_text(conversation=scene.conversation(), body="We open at nine", author=scene.agent)
    delivery.deliver_line(scene.line.pk)
    assert reconciling.reconcile() == {"found": 0, "given_up": 0, "still_unknown": 0}


def test_a_text_that_the_provider_has_is_adopted_and_not_sent_again(scene, far_end, unknown):
    far_end.ledger.append(far_end.asked[0])
    assert reconciling.reconcile()["found"] == 1
    message = state(scene, unknown)
    assert (message.status, message.provider_message_id) == (MessageStatus.SENT, f"far-{message.pk}")
    assert len(far_end.asked) == 1
    assert not OutboxEntry.objects.exists()


def test_a_text_that_belongs_to_another_attempt_is_not_adopted(scene, far_end, unknown):
    far_end.ledger.append(far_end.asked[0])
    with activate(scene.organization):
        owner = Message.objects.get(direction="in")
        owner.provider_message_id = f"far-{unknown.pk}"
        owner.save()
    assert reconciling.reconcile()["still_unknown"] == 1
    assert state(scene, unknown).status == MessageStatus.UNCONFIRMED


def test_one_that_is_not_there_is_looked_up_again_and_then_left_to_a_person(scene, far_end, unknown):
    assert reconciling.reconcile()["still_unknown"] == 1
    assert reconciling.reconcile() == {"found": 0, "given_up": 0, "still_unknown": 0}, "not before ten minutes"
    with activate(scene.organization):
        SendAttempt.objects.update(started_at=timezone.now() - timedelta(minutes=11))
    OutboxEntry.objects.update(due_at=timezone.now())
    assert reconciling.reconcile()["given_up"] == 1
    assert state(scene, unknown).status == MessageStatus.UNCONFIRMED
    assert len(far_end.asked) == 1


def test_a_provider_that_cannot_be_asked_gives_nothing_up(scene, far_end, unknown):
    far_end.silent = True
    with activate(scene.organization):
        SendAttempt.objects.update(started_at=timezone.now() - timedelta(minutes=11))
    assert reconciling.reconcile()["still_unknown"] == 1
    assert OutboxEntry.objects.get().state == "unconfirmed"


def test_a_claim_without_an_attempt_is_ready_again_even_if_the_sweep_died(scene, far_end):
    with activate(scene.organization):
        scene.hear("Hello")
        sending.send_text(conversation=scene.conversation(), body="We open at nine", author=scene.agent)
    late = outbox.claim(scene.line.pk)  # and the worker sleeps before it wrote an attempt down
    OutboxEntry.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    outbox.run_out_leases()
    OutboxEntry.objects.update(due_at=timezone.now())
    reconciling.reconcile()
    entry = OutboxEntry.objects.get()
    assert entry.state == "ready", "no attempt was begun, so it is certain that nothing left"
    with activate(scene.organization):
        assert preparing.prepare(scene.line, late) == [], "the worker that slept past its lease begins nothing"
    assert delivery.deliver_line(scene.line.pk) == 1
    assert len(far_end.ledger) == 1


def test_a_text_that_cannot_be_read_does_not_keep_the_others_from_being_looked_up(scene, far_end, unknown):
    far_end.script.append(OutcomeUnknown())
    with activate(scene.organization):
        scene.hear("Hello", number="+12125550182")
        other = sending.send_text(conversation=scene.conversation(), body="Closed on Monday", author=scene.agent)
    delivery.deliver_line(scene.line.pk)
    far_end.ledger.append(far_end.asked[1])
    OutboxEntry.objects.update(due_at=timezone.now())
    OutboxEntry.objects.filter(message_id=unknown.pk).update(due_at=timezone.now() - timedelta(seconds=1))
    with activate(scene.organization):
        destroy_keys("contact", str(unknown.contact_id), reason="erased")
    assert reconciling.reconcile()["found"] == 1
    assert state(scene, other).status == MessageStatus.SENT
