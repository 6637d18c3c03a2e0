"""From the outbox to the provider: once, in order, at the line's pace, and asked again at the last moment."""

import asyncio
import json
import threading
import time
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, connections
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership, User
from tenancy.audit import AuditKind
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.permitting import agree_to_everything
from texting import circuit, delivery, keeping, outbox, preparing, sending, status_reports
from texting.models import LineKey, Message, OutboxEntry, SendAttempt
from texting.provider_connection import send_all
from texting.providers.base import NotAccepted, OutcomeUnknown, SendResult, StatusEvent
from texting.purposes import Purpose
from texting.recording import answer_to
from texting.statuses import ErrorKind, MessageStatus

pytestmark = pytest.mark.django_db(transaction=True)


def queue(scene, *bodies, purpose=Purpose.REPLY):
    with activate(scene.organization):
        scene.hear("Hello")
        return [
            sending.send_text(conversation=scene.conversation(), body=body, author=scene.agent, purpose=purpose)
            for body in bodies
        ]


def fresh(scene, message):
    with activate(scene.organization):
        return Message.objects.get(pk=message.pk)


def token_of(outbound):
    return outbound.status_url.rsplit("/", 1)[1]


def hear_status(scene, token, status, *, provider_id="far-1", **fields):
    with activate(scene.organization):
        event = StatusEvent(provider_id, status, event_id=str(status), **fields)
        return status_reports.take_status(scene.line, token, event)


def test_a_queued_text_reaches_the_provider_once(scene, far_end):
    [message] = queue(scene, "We open at nine")
    assert delivery.deliver_line(scene.line.pk) == 1
    assert delivery.deliver_line(scene.line.pk) == 0
    [sent] = far_end.ledger
    assert sent.to == scene.number
    assert sent.body == "Harbor Dental: We open at nine\nReply STOP to opt out."
    assert fresh(scene, message).status == MessageStatus.SENT
    assert not OutboxEntry.objects.exists()


def test_texts_to_one_person_keep_their_order(scene, far_end):
    queue(scene, "one", "two", "three")
    delivery.deliver_line(scene.line.pk)
    assert [sent.body.split(": ")[-1].split("\n")[0] for sent in far_end.ledger] == ["one", "two", "three"]


def test_a_stop_after_queueing_ends_the_text(scene, far_end):
    [message] = queue(scene, "We open at nine")
    with activate(scene.organization):
        scene.hear("STOP")
    delivery.deliver_line(scene.line.pk)
    assert fresh(scene, message).status == MessageStatus.CANCELED
    assert [sent.body for sent in far_end.ledger] == [
        "Harbor Dental: you are unsubscribed and will get no more texts. Reply START to resubscribe."
    ]


def test_the_gate_is_asked_again_at_the_hand_over(scene, far_end):
    """A suppression that came without the usual clean-up (a race) still keeps the text in the house."""
    from compliance.models import ConsentEvent, Suppression

    [message] = queue(scene, "We open at nine")
    with activate(scene.organization):
        index = scene.conversation().contact.number_index
        event = ConsentEvent.objects.create(
            number_index=index, action="withdrawn", source="agent", recorded_at=timezone.now()
        )
        Suppression.objects.create(number_index=index, event=event, since=timezone.now())
    delivery.deliver_line(scene.line.pk)
    assert far_end.ledger == []
    assert fresh(scene, message).status == MessageStatus.CANCELED
    assert fresh(scene, message).provider_code == "consent.opted_out"
    with activate(scene.organization):
        assert not SendAttempt.objects.exists()


def test_a_passing_failure_is_tried_again_after_a_wait(scene, far_end):
    far_end.script.append(NotAccepted(ErrorKind.TRANSIENT, retry=True))
    [message] = queue(scene, "Hello again")
    delivery.deliver_line(scene.line.pk)
    entry = OutboxEntry.objects.get()
    assert (entry.state, entry.attempt) == ("ready", 1)
    assert entry.due_at > timezone.now()
    OutboxEntry.objects.update(due_at=timezone.now())
    delivery.deliver_line(scene.line.pk)
    assert fresh(scene, message).status == MessageStatus.SENT
    assert len(far_end.ledger) == 1


def test_a_final_failure_says_why(scene, far_end):
    far_end.script.append(NotAccepted(ErrorKind.INVALID_RECIPIENT, retry=False, provider_code="21614"))
    [message] = queue(scene, "Hello again")
    delivery.deliver_line(scene.line.pk)
    message = fresh(scene, message)
    assert (message.status, message.error_kind, message.provider_code) == ("failed", "invalid_recipient", "21614")
    assert not OutboxEntry.objects.exists()


def test_an_unknown_outcome_is_never_sent_again_blindly(scene, far_end):
    far_end.script.append(OutcomeUnknown())
    [message] = queue(scene, "Hello again")
    delivery.deliver_line(scene.line.pk)
    delivery.deliver_line(scene.line.pk)
    assert len(far_end.asked) == 1
    assert fresh(scene, message).status == MessageStatus.UNCONFIRMED
    assert OutboxEntry.objects.get().state == "unconfirmed"


def test_a_callback_proves_an_attempt_whose_answer_was_lost(scene, far_end):
    far_end.script.append(OutcomeUnknown())
    [message] = queue(scene, "Hello again")
    delivery.deliver_line(scene.line.pk)
    assert hear_status(scene, token_of(far_end.asked[0]), MessageStatus.DELIVERED)
    message = fresh(scene, message)
    assert message.status == MessageStatus.DELIVERED
    assert message.provider_message_id == "far-1"
    assert not OutboxEntry.objects.exists()


def test_statuses_move_forward_only_and_a_repeat_changes_nothing(scene, far_end):
    [message] = queue(scene, "Hello again")
    delivery.deliver_line(scene.line.pk)
    token, known = token_of(far_end.ledger[0]), f"far-{message.pk}"
    assert hear_status(scene, token, MessageStatus.DELIVERED, provider_id=known)
    assert hear_status(scene, token, MessageStatus.SENT, provider_id=known)
    assert hear_status(scene, token, MessageStatus.DELIVERED, provider_id=known)
    assert fresh(scene, message).status == MessageStatus.DELIVERED
    assert fresh(scene, message).attention == ""


def test_an_unknown_token_is_not_taken(scene, far_end):
    queue(scene, "Hello again")
    delivery.deliver_line(scene.line.pk)
    assert not hear_status(scene, "forged", MessageStatus.DELIVERED)


def test_a_carrier_opt_out_becomes_ours(scene, far_end):
    far_end.script.append(NotAccepted(ErrorKind.OPTED_OUT, retry=False, provider_code="21610"))
    queue(scene, "Hello again", "And again")
    delivery.deliver_line(scene.line.pk)
    with activate(scene.organization), pytest.raises(sending.Refused):
        sending.send_text(conversation=scene.conversation(), body="Third", author=scene.agent)
    assert far_end.ledger == []


def test_a_worker_that_never_came_back_leaves_an_unknown_outcome(scene):
    [message] = queue(scene, "Hello again")
    claims = outbox.claim(scene.line.pk)
    with activate(scene.organization):
        preparing.prepare(scene.line, claims)
    OutboxEntry.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert delivery.expire_leases() == 1
    assert fresh(scene, message).status == MessageStatus.UNCONFIRMED
    assert OutboxEntry.objects.get().state == "unconfirmed"


def test_a_worker_that_died_before_it_began_leaves_a_text_that_is_ready_again(scene, far_end):
    [message] = queue(scene, "Hello again")
    outbox.claim(scene.line.pk)
    OutboxEntry.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    delivery.expire_leases()
    LineKey.objects.update(free_at=timezone.now())
    delivery.deliver_line(scene.line.pk)
    assert len(far_end.ledger) == 1
    assert fresh(scene, message).status == MessageStatus.SENT


def test_a_late_worker_cannot_overwrite_its_successor(scene):
    queue(scene, "Hello again")
    [first] = outbox.claim(scene.line.pk)
    OutboxEntry.objects.update(state="ready", lease_until=None, due_at=timezone.now())
    LineKey.objects.update(free_at=timezone.now())
    [second] = outbox.claim(scene.line.pk)
    assert not outbox.finish(first)
    assert outbox.finish(second)


def test_a_refusal_that_comes_after_the_lease_ran_out_sends_again_and_no_status_falls(scene, far_end):
    [message] = queue(scene, "We open at nine")
    claims = outbox.claim(scene.line.pk)
    preparing.prepare(scene.line, claims)
    OutboxEntry.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    delivery.expire_leases()
    busy = answer_to(claims[0], NotAccepted(ErrorKind.RATE_LIMITED, retry=True))
    assert keeping.keep([busy])
    seen = [fresh(scene, message).status]
    OutboxEntry.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    far_end.script.append(NotAccepted(ErrorKind.RATE_LIMITED, retry=True))
    delivery.deliver_line(scene.line.pk)
    seen.append(fresh(scene, message).status)
    assert seen == [MessageStatus.UNCONFIRMED, MessageStatus.UNCONFIRMED]
    OutboxEntry.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    delivery.deliver_line(scene.line.pk)
    assert fresh(scene, message).status == MessageStatus.SENT
    assert fresh(scene, message).attention == ""


def test_a_text_that_waited_too_long_fails_instead_of_coming_late(scene, far_end):
    [message] = queue(scene, "Hello again")
    OutboxEntry.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    delivery.deliver_line(scene.line.pk)
    assert far_end.ledger == []
    assert fresh(scene, message).status == MessageStatus.FAILED


def test_a_line_keeps_its_pace(scene):
    with activate(scene.organization):
        for customer in range(8):
            number = f"+1212555019{customer}"
            scene.hear("Hello", number=number)
            sending.send_text(conversation=scene.conversation(), body="Hi", author=scene.agent)
    LineKey.objects.update(texts_per_second=3)
    assert len(outbox.claim(scene.line.pk)) == 3
    assert outbox.claim(scene.line.pk) == []
    wait = outbox.wait_for(scene.line.pk)
    assert wait is not None
    assert 0.05 <= wait <= 0.34  # a third of a second for one more text, at three a second


def test_replies_go_before_bulk(scene):
    with activate(scene.organization):
        scene.hear("Hello", number="+12125550190")
        agree_to_everything(scene.conversation().contact)
        OutboxEntry.objects.all().delete()
        bulk = sending.send_text(
            conversation=scene.conversation(), body="News", author=scene.agent, purpose=Purpose.BULK
        )
        scene.hear("Hello", number="+12125550191")
        reply = sending.send_text(conversation=scene.conversation(), body="Hi", author=scene.agent)
    LineKey.objects.update(texts_per_second=1)
    assert [claim.message_id for claim in outbox.claim(scene.line.pk)] == [reply.pk]
    LineKey.objects.update(free_at=timezone.now())
    assert [claim.message_id for claim in outbox.claim(scene.line.pk)] == [bulk.pk]


def test_the_sweep_finds_a_text_whose_doorbell_was_lost(scene):
    queue(scene, "Hello again")
    assert outbox.lines_with_work() == [scene.line.pk]


def test_a_text_that_cannot_be_read_does_not_keep_the_others_from_leaving(scene, far_end):
    [erased] = queue(scene, "We open at nine")
    with activate(scene.organization):
        scene.hear("Hello", number="+12125550182")
        sending.send_text(conversation=scene.conversation(), body="Closed on Monday", author=scene.agent)
        destroy_keys("contact", str(erased.contact_id), reason="erased")
    delivery.deliver_line(scene.line.pk)
    assert [sent.to for sent in far_end.ledger] == ["+12125550182"]
    assert fresh(scene, erased).status == MessageStatus.FAILED
    assert not OutboxEntry.objects.exists()


def test_a_worker_ends_its_turn_before_its_task_would_be_killed(scene, far_end, monkeypatch):
    queue(scene, "one", "two")
    monkeypatch.setattr(delivery, "TURN_SECONDS", 0)
    assert delivery.deliver_line(scene.line.pk) == 1
    assert delivery.deliver_line(scene.line.pk) == 1


def test_a_worker_that_slept_after_the_gate_hands_nothing_over(scene, far_end, monkeypatch):
    [message] = queue(scene, "We open at nine")
    with monkeypatch.context() as asleep:
        asleep.setattr(preparing, "FRESH_SECONDS", -1)
        delivery.deliver_line(scene.line.pk)
    assert far_end.asked == []
    with activate(scene.organization):
        scene.hear("STOP")
    assert fresh(scene, message).status == MessageStatus.CANCELED


@pytest.mark.parametrize("wrong", [timedelta(hours=1), timedelta(hours=-1)])
def test_a_process_whose_clock_is_wrong_delivers_like_any_other(scene, far_end, wrong):
    """W14: due times, leases and lives are the database's; only what was queued in its own order leaves in it."""
    far_end.script.append(NotAccepted(ErrorKind.TRANSIENT, retry=True))
    with time_machine.travel(timezone.now() + wrong, tick=True):
        first, second = queue(scene, "one", "two")
        entry = OutboxEntry.objects.earliest("entered_at")
        assert delivery.deliver_line(scene.line.pk) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        [now] = cursor.fetchone()
    assert entry.message_id == first.pk
    assert abs(entry.due_at - now) < timedelta(minutes=1)
    assert abs(entry.expires_at - now - timedelta(hours=4)) < timedelta(minutes=1)
    waiting = OutboxEntry.objects.get(message_id=first.pk)
    assert timedelta(0) < waiting.due_at - now <= timedelta(seconds=10)
    with time_machine.travel(timezone.now() + wrong, tick=True):
        OutboxEntry.objects.filter(pk=first.pk).update(due_at=Now())
        LineKey.objects.update(free_at=Now())
        outbox.claim(scene.line.pk)
        assert outbox.run_out_leases() == [], "a fresh lease has not run out"
    lease = OutboxEntry.objects.get(pk=first.pk).lease_until
    assert timedelta(seconds=80) < lease - now < timedelta(seconds=150)
    assert second.created_at


def test_texts_keep_the_order_in_which_they_were_queued_although_a_clock_went_back(scene, far_end):
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=True):
        queue(scene, "one")
    with activate(scene.organization):
        sending.send_text(conversation=scene.conversation(), body="two", author=scene.agent)
    delivery.deliver_line(scene.line.pk)
    assert [("one" in sent.body, "two" in sent.body) for sent in far_end.ledger] == [(True, False), (False, True)]


def test_a_stop_waits_for_a_hand_over_that_has_begun_and_names_it_as_in_flight(scene, far_end):
    """W12: the attempt was written down first, so the text counts as in flight, and the log has both."""
    [message] = queue(scene, "We open at nine")
    prepared = preparing.prepare(scene.line, outbox.claim(scene.line.pk))
    with activate(scene.organization):
        scene.hear("STOP")
    with activate(scene.organization):
        event = AuditEvent.objects.filter(event=AuditKind.CONSENT_WITHDRAWN).get()
        assert json.loads(event.details)["in_flight"] == [str(message.pk)]
        assert SendAttempt.objects.get().started_at <= event.at
    assert len(prepared) == 1


def test_a_stop_in_the_same_instant_as_the_gate_is_heard_by_it(scene, far_end):
    """W12: the STOP has not committed when the worker begins; the worker waits for it and then refuses the text."""
    [message] = queue(scene, "We open at nine")
    claims = outbox.claim(scene.line.pk)
    handed_over = []
    with activate(scene.organization):
        scene.hear("STOP")  # not committed until the end of this block
        worker = threading.Thread(target=in_thread, args=(lambda: handed_over.append(prepare_now(scene, claims)),))
        worker.start()
        wait_until_a_transaction_waits()
        assert handed_over == []
    worker.join(timeout=30)
    assert handed_over == [[]]
    assert fresh(scene, message).status == MessageStatus.CANCELED


def prepare_now(scene, claims):
    return preparing.prepare(scene.line, claims)


def in_thread(work):
    try:
        work()
    finally:
        connections.close_all()


def wait_until_a_transaction_waits():
    end = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.05)
    raise AssertionError("nobody waited")


def test_the_provider_refusing_our_sign_in_stops_the_line_and_keeps_its_texts(scene, far_end):
    refusal = NotAccepted(ErrorKind.AUTH, retry=False, provider_code="20003")
    far_end.script += [refusal] * 3
    with activate(scene.organization):
        for which in range(5):
            scene.hear("Hello", number=f"+1212555018{which}")
            sending.send_text(conversation=scene.conversation(), body="We open at nine", author=scene.agent)
    LineKey.objects.update(texts_per_second=1)
    for _ in range(3):
        LineKey.objects.update(free_at=Now())
        OutboxEntry.objects.update(due_at=Now())
        delivery.deliver_line(scene.line.pk)
    [stop] = circuit.stops([scene.line.pk])
    assert stop.kind is ErrorKind.AUTH
    assert (len(far_end.asked), len(far_end.ledger)) == (3, 0)
    assert OutboxEntry.objects.filter(state="ready").count() == 5, "none has failed"
    LineKey.objects.update(free_at=Now())
    OutboxEntry.objects.update(due_at=Now())
    assert delivery.deliver_line(scene.line.pk) == 0, "nothing leaves a line that has stopped"
    assert outbox.lines_with_work() == []
    with activate(scene.organization):
        assert AuditEvent.objects.filter(event=AuditKind.LINE_STOPPED).count() == 1


def stopped_line(scene):
    LineKey.objects.update(refusals=3, stopped_at=Now(), stopped_for="auth", probe_at=Now(), texts_per_second=100)


def test_one_text_goes_as_a_trial_and_its_success_lets_the_others_follow(scene, far_end):
    with activate(scene.organization):
        for which in range(3):
            scene.hear("Hello", number=f"+1212555018{which}")
            sending.send_text(conversation=scene.conversation(), body="We open at nine", author=scene.agent)
    stopped_line(scene)
    far_end.script.append(NotAccepted(ErrorKind.AUTH, retry=False))
    assert delivery.deliver_line(scene.line.pk) == 1, "the trial"
    assert delivery.deliver_line(scene.line.pk) == 0, "and no other before a minute has passed"
    OutboxEntry.objects.update(due_at=Now())
    LineKey.objects.update(probe_at=Now(), free_at=Now())
    assert delivery.deliver_line(scene.line.pk) == 3
    assert circuit.stops([scene.line.pk]) == []
    with activate(scene.organization):
        assert AuditEvent.objects.filter(event=AuditKind.LINE_RESUMED).count() == 1


def test_new_credentials_let_a_line_go_on(scene, far_end):
    queue(scene, "We open at nine")
    stopped_line(scene)
    LineKey.objects.update(probe_at=Now() + timedelta(minutes=1))
    assert delivery.deliver_line(scene.line.pk) == 0
    assert circuit.resume(scene.line.pk)
    assert delivery.deliver_line(scene.line.pk) == 1


def test_texts_are_claimed_from_the_index_in_order_whatever_the_statistics_say(scene):
    """A queue is full one moment and empty the next: the plan for an empty one must not be a join of all with all."""
    values = {"line": scene.line.pk, "batch": 100, "least": 9, "lease": 90, "probe": 60, **outbox.BOUNDS}
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {outbox.CLAIM}", values)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Scan using texting_outbox_ready on texting_outboxentry e" in plan
    assert "Index Cond: ((line_id = e.line_id) AND (contact_id = e.contact_id))" in plan
    assert "Anti Join" not in plan


def test_refusals_are_forgotten_by_the_batch_that_was_under_way_when_they_came(scene, far_end, monkeypatch):
    monkeypatch.setattr(outbox, "BATCH", 1)
    far_end.script += [NotAccepted(ErrorKind.AUTH, retry=False)]
    with activate(scene.organization):
        for which in range(2):
            scene.hear("Hello", number=f"+1212555018{which}")
            sending.send_text(conversation=scene.conversation(), body="We open at nine", author=scene.agent)
    LineKey.objects.update(texts_per_second=100)
    assert delivery.deliver_line(scene.line.pk) == 2
    assert len(far_end.ledger) == 1
    assert LineKey.objects.get(line_id=scene.line.pk).refusals == 0


def test_a_refusal_between_successes_stops_nothing(scene, far_end):
    for _ in range(4):
        far_end.script += [NotAccepted(ErrorKind.ACCOUNT, retry=False), SendResult("", MessageStatus.SENT)]
    with activate(scene.organization):
        for which in range(8):
            scene.hear("Hello", number=f"+1212555018{which}")
            sending.send_text(conversation=scene.conversation(), body="We open at nine", author=scene.agent)
    delivery.deliver_line(scene.line.pk)
    assert circuit.stops([scene.line.pk]) == []


def test_credentials_that_cannot_be_read_send_nothing_and_stop_the_line(scene, far_end):
    queue(scene, "one")
    with activate(scene.organization):
        scene.line.credentials = "no json"
        scene.line.save()
    for _ in range(3):
        OutboxEntry.objects.update(due_at=Now())
        delivery.deliver_line(scene.line.pk)
    assert far_end.asked == []
    assert OutboxEntry.objects.get().state == "ready"
    assert len(circuit.stops([scene.line.pk])) == 1


def test_texts_of_a_stopped_line_fail_visibly_when_their_life_ends(scene, far_end):
    [message] = queue(scene, "We open at nine")
    stopped_line(scene)
    with activate(scene.organization):
        Message.objects.filter(pk=message.pk).update(error_kind="auth")
    OutboxEntry.objects.update(expires_at=Now() - timedelta(minutes=2))
    LineKey.objects.update(probe_at=Now() + timedelta(minutes=1))
    assert delivery.end_overdue() == 1
    ended = fresh(scene, message)
    assert (ended.status, ended.error_kind, ended.attention) == (MessageStatus.FAILED, "auth", "failed")
    assert not OutboxEntry.objects.exists()


def test_a_batch_is_prepared_with_few_statements_for_each_text(scene, far_end):
    """What the gate asks is its own affair; everything else is one statement for the whole batch."""

    def statements(count, start):
        with activate(scene.organization):
            for which in range(start, start + count):
                scene.hear("Hello", number=f"+121255501{which:02}")
                sending.send_text(conversation=scene.conversation(), body="We open at nine", author=scene.agent)
        claims = outbox.claim(scene.line.pk)
        assert len(claims) == count
        with CaptureQueriesContext(connection) as captured:
            preparing.prepare(scene.line, claims)
        return [query["sql"] for query in captured if not query["sql"].startswith("SELECT")]

    LineKey.objects.update(texts_per_second=500)
    one, twenty = statements(1, 10), statements(20, 20)
    assert len(one) == len(twenty)


@pytest.mark.parametrize("whole", ["membership", "user"])
def test_what_a_deactivated_member_had_queued_does_not_leave(scene, far_end, whole):
    [message] = queue(scene, "We open at nine")
    if whole == "membership":
        Membership.objects.filter(pk=scene.agent.pk).update(is_active=False)
    else:
        User.objects.filter(pk=scene.agent.user_id).update(is_active=False)
    delivery.deliver_line(scene.line.pk)
    assert far_end.asked == []
    ended = fresh(scene, message)
    assert (ended.status, ended.provider_code) == (MessageStatus.CANCELED, "author.active")
    assert ended.attention == "failed", "colleagues are told"


def test_automatic_answers_leave_whoever_was_deactivated(scene, far_end):
    Membership.objects.filter(pk=scene.agent.pk).update(is_active=False)
    with activate(scene.organization):
        scene.hear("HELP")
    assert delivery.deliver_line(scene.line.pk) == 1


def test_a_text_that_waited_too_long_for_a_slow_provider_does_not_leave_on_an_old_answer_of_the_gate():
    left = []

    class Slow:
        async def send(self, outbound):
            left.append(outbound)
            await asyncio.sleep(0.2)
            return SendResult("far-1", MessageStatus.SENT)

    now = preparing.clock()
    first, second = preparing.Prepared(None, 1, now + 60), preparing.Prepared(None, 2, now + 0.1)
    answers = asyncio.run(send_all(Slow(), [first, second], asyncio.Semaphore(1)))
    assert left == [1]
    assert isinstance(answers[0], SendResult)
    assert answers[1].retry, "it is certain that the provider does not have it, so the gate is asked again"
