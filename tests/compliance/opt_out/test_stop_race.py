"""A STOP, or a perhaps-stop, while a worker hands over a queue, on two connections."""

import json
import threading

import pytest
from django.db import connections

from compliance.models import OptOutQuestion, Suppression
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.permitting import agree_to_everything
from tests.texting.conftest import far_end, lift_limits, scene
from tests.texting.test_delivery import in_thread, prepare_now, wait_until_a_transaction_waits
from texting import delivery, outbox, sending
from texting.models import Message, OutboxEntry, SendAttempt
from texting.purposes import Purpose
from texting.statuses import MessageStatus

__all__ = ["far_end", "scene"]

pytestmark = pytest.mark.django_db(transaction=True)


def queue(scene, how_many, purpose):
    lift_limits(scene.organization)
    with activate(scene.organization):
        scene.hear("START")
        OutboxEntry.objects.all().delete()  # the answer to START
        agree_to_everything(scene.conversation().contact)
        for which in range(how_many):
            sending.send_text(
                conversation=scene.conversation(), body=f"News {which}", author=scene.agent, purpose=purpose
            )


def test_of_a_hundred_queued_texts_none_begins_after_the_stop_and_none_is_lost(scene, far_end):
    queue(scene, 100, Purpose.REPLY)
    go_on = threading.Event()

    def work():
        while delivery.deliver_line(scene.line.pk) or not go_on.is_set():
            pass

    worker = threading.Thread(target=in_thread, args=(work,))
    worker.start()
    try:
        while not far_end.ledger:
            go_on.wait(0.01)
        with activate(scene.organization):
            scene.hear("STOP")
    finally:
        go_on.set()
        worker.join(timeout=60)
    delivery.deliver_line(scene.line.pk)
    connections.close_all()
    with activate(scene.organization):
        texts = Message.objects.filter(purpose=Purpose.REPLY)
        sent = set(texts.filter(status=MessageStatus.SENT).values_list("pk", flat=True))
        assert texts.filter(status=MessageStatus.CANCELED).count() == 100 - len(sent)
        assert 0 < len(sent) < 100, "the STOP came in the middle"
        stopped = AuditEvent.objects.get(event=AuditKind.CONSENT_WITHDRAWN)
        in_flight = set(json.loads(stopped.details)["in_flight"])
        event = Suppression.objects.select_related("event").get().event
        late = SendAttempt.objects.filter(message_id__in=sent, started_at__gt=event.recorded_at)
        assert {str(pk) for pk in late.values_list("message_id", flat=True)} <= in_flight
        assert len([one for one in far_end.ledger if "News" in one.body]) == len(sent)


def test_bulk_that_a_worker_holds_in_the_instant_of_a_doubt_is_kept_back(scene, far_end):
    queue(scene, 1, Purpose.BULK)
    claims = outbox.claim(scene.line.pk)
    assert len(claims) == 1
    handed_over = []
    with activate(scene.organization):
        scene.hear("how do I unsubscribe")  # not committed until the end of this block
        worker = threading.Thread(target=in_thread, args=(lambda: handed_over.append(prepare_now(scene, claims)),))
        worker.start()
        wait_until_a_transaction_waits()
        assert handed_over == []
    worker.join(timeout=30)
    assert handed_over == [[]]
    with activate(scene.organization):
        question = OptOutQuestion.objects.get()
        entry = OutboxEntry.objects.get()
        assert (entry.state, entry.due_at >= question.due_at) == (OutboxEntry.State.READY, True)
        assert Message.objects.get(purpose=Purpose.BULK).status != MessageStatus.CANCELED
