"""An unknown outcome is looked up, adopted when it is there, and left to a person when it is not."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connections
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import TeamMember
from tenancy.audit import AuditKind
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.permitting import agree_to_everything
from tests.texting.conftest import ScriptedProvider
from texting import (
    delivery,
    keeping,
    outbox,
    outbox_statements,
    preparing,
    queries,
    reconciling,
    recording,
    sending,
    status_reports,
)
from texting.models import Line, LineKey, Message, OutboxEntry, SendAttempt
from texting.providers.base import OutcomeUnknown, SendResult, StatusEvent
from texting.purposes import TERMS, Purpose, WhenAbsent
from texting.statuses import ErrorKind, MessageStatus

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
    assert not any(reconciling.reconcile().values())


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


def ten_minutes_pass():
    """For the database, whose clock alone counts."""
    OutboxEntry.objects.filter(state="unconfirmed").update(
        due_at=Now(),
        unconfirmed_since=Now() - timedelta(minutes=11),
        entered_at=F("entered_at") - timedelta(minutes=11),
    )


def test_one_that_is_not_there_is_looked_up_again_after_ten_minutes_and_not_before(scene, far_end, unknown):
    assert reconciling.reconcile()["still_unknown"] == 1
    assert not any(reconciling.reconcile().values()), "not before ten minutes"
    entry = OutboxEntry.objects.get()
    assert timedelta(minutes=9, seconds=55) < entry.due_at - entry.unconfirmed_since <= timedelta(minutes=10)
    assert state(scene, unknown).status == MessageStatus.UNCONFIRMED


# Table 3.3: what each purpose promises when the provider does not have the text after ten minutes.
@pytest.mark.parametrize(
    ("purpose", "rounds", "handed_over"),
    [
        (Purpose.OPT_OUT_ANSWER, 3, 1),
        (Purpose.OPT_IN_ANSWER, 3, 1),
        (Purpose.HELP_ANSWER, 3, 1),
        (Purpose.CODE, 3, 1),
        (Purpose.REPLY, 3, 2),
        (Purpose.APPOINTMENT, 3, 4),
        (Purpose.ALERT, 3, 4),
        (Purpose.BULK, 3, 1),
    ],
)
def test_each_purpose_is_sent_again_as_often_as_the_table_says(scene, far_end, purpose, rounds, handed_over):
    """Every answer is lost and the provider took none of them."""
    far_end.script += [OutcomeUnknown()] * 10
    with activate(scene.organization):
        scene.hear("START")
        agree_to_everything(scene.conversation().contact)
        OutboxEntry.objects.all().delete()
        scene.hear("STOP" if purpose is Purpose.OPT_OUT_ANSWER else "HELP")
        OutboxEntry.objects.all().delete()
        Message.objects.filter(purpose=Purpose.OPT_OUT_ANSWER).update(purpose=Purpose.REPLY)
        Line.objects.update(sends_codes=purpose is Purpose.CODE)
        message = sending.send_text(conversation=scene.conversation(), body="Ten o'clock", author=None, purpose=purpose)
    delivery.deliver_line(scene.line.pk)
    for _ in range(rounds):
        ten_minutes_pass()
        reconciling.reconcile()
        LineKey.objects.update(free_at=Now())
        delivery.deliver_line(scene.line.pk)
    assert len(far_end.asked) == handed_over
    again = state(scene, message)
    if TERMS[purpose].when_absent is WhenAbsent.UNTIL_DEADLINE:
        assert OutboxEntry.objects.get().resends == rounds
        OutboxEntry.objects.update(state="ready", due_at=Now(), expires_at=Now())
        delivery.deliver_line(scene.line.pk)
        assert len(far_end.asked) == handed_over, "not after its deadline"
        again = state(scene, message)
    assert (again.status, again.attention) == (MessageStatus.FAILED, "failed")
    assert not OutboxEntry.objects.exists()


def test_an_agents_reply_is_sent_again_once_and_the_thread_says_so(scene, far_end, unknown):
    ten_minutes_pass()
    assert reconciling.reconcile()["sent_again"] == 1
    delivery.deliver_line(scene.line.pk)
    message = state(scene, unknown)
    assert message.status == MessageStatus.SENT
    assert len(far_end.ledger) == 1, "exactly once at the provider"
    scene.agent.is_owner = True  # and so reads what every line says
    with activate(scene.organization):
        attempts = list(SendAttempt.objects.order_by("number").values_list("number", "outcome"))
        TeamMember.objects.create(team_id=scene.line.team_id, membership=scene.agent)
        [shown] = [item for item in queries.thread(scene.agent, message.conversation).items if item.is_ours]
    assert attempts == [(1, "absent"), (2, "accepted")]
    assert shown.sent_again_at == message.sent_again_at
    assert message.sent_again_at is not None


def test_the_gate_is_asked_before_a_text_is_sent_again(scene, far_end, unknown):
    ten_minutes_pass()
    assert reconciling.reconcile()["sent_again"] == 1
    with activate(scene.organization):
        scene.hear("STOP")
    delivery.deliver_line(scene.line.pk)
    assert state(scene, unknown).status == MessageStatus.CANCELED
    assert [text.to for text in far_end.ledger if "nine" in text.body] == []


def test_a_report_of_the_first_attempt_keeps_the_second_from_being_made(scene, far_end, unknown):
    ten_minutes_pass()
    reconciling.reconcile()
    claims = outbox.claim(scene.line.pk)  # the second attempt is under way, and its gate has not been asked
    hear_first(scene, far_end)
    assert preparing.prepare(scene.line, claims) == []
    assert not OutboxEntry.objects.exists()
    assert state(scene, unknown).provider_message_id == "far-late"


def hear_first(scene, far_end, status=MessageStatus.DELIVERED):
    token = far_end.asked[0].status_url.rsplit("/", 1)[1]
    with activate(scene.organization):
        assert status_reports.take_status(scene.line, token, StatusEvent("far-late", status, event_id="late"))


def test_proof_that_comes_late_undoes_the_assumption_that_a_text_was_not_sent(scene, far_end, unknown):
    with activate(scene.organization):
        Message.objects.filter(pk=unknown.pk).update(purpose=Purpose.BULK)
    ten_minutes_pass()
    assert reconciling.reconcile()["given_up"] == 1
    assert state(scene, unknown).error_kind == ErrorKind.ABSENT
    hear_first(scene, far_end)
    message = state(scene, unknown)
    assert (message.status, message.error_kind, message.attention) == (MessageStatus.DELIVERED, "", "")


def test_two_texts_at_the_provider_for_one_attempt_raise_the_alarm(scene, far_end, unknown):
    far_end.ledger += [replace(far_end.asked[0], client_ref="first"), replace(far_end.asked[0], client_ref="second")]
    assert reconciling.reconcile()["found"] == 1
    message = state(scene, unknown)
    assert (message.provider_message_id, message.attention) == ("far-first", "duplicate")
    with activate(scene.organization):
        assert AuditEvent.objects.filter(event=AuditKind.MESSAGE_DUPLICATE).count() == 1


def test_a_second_acceptance_of_the_same_text_raises_the_alarm(scene, far_end, unknown):
    """The first attempt was taken, its report came while the second was on its way."""
    ten_minutes_pass()
    reconciling.reconcile()
    prepared = preparing.prepare(scene.line, outbox.claim(scene.line.pk))
    hear_first(scene, far_end, MessageStatus.SENT)
    answer = recording.answer_to(prepared[0].claim, SendResult("far-second", MessageStatus.SENT))
    assert keeping.keep([answer])
    message = state(scene, unknown)
    assert (message.provider_message_id, message.attention) == ("far-late", "duplicate")


def test_an_equal_text_waits_and_is_not_taken_for_the_one_of_unknown_outcome(scene, far_end, unknown):
    with activate(scene.organization):
        equal = sending.send_text(conversation=scene.conversation(), body=unknown.body, author=scene.agent)
    assert delivery.deliver_line(scene.line.pk) == 0, "held back"
    assert outbox.wait_for(scene.line.pk) is None, "nobody rings for it in vain"
    far_end.ledger.append(far_end.asked[0])
    assert reconciling.reconcile()["found"] == 1
    assert delivery.deliver_line(scene.line.pk) == 1
    ids = [state(scene, unknown).provider_message_id, state(scene, equal).provider_message_id]
    assert ids == [f"far-{unknown.pk}", f"far-{equal.pk}"]


def test_a_text_to_somebody_else_does_not_wait(scene, far_end, unknown):
    with activate(scene.organization):
        scene.hear("Hello", number="+12125550182")
        sending.send_text(conversation=scene.conversation(), body="Closed on Monday", author=scene.agent)
    assert delivery.deliver_line(scene.line.pk) == 1


def test_what_the_law_asks_for_does_not_wait(scene, far_end, unknown):
    with activate(scene.organization):
        scene.hear("STOP")
    assert delivery.deliver_line(scene.line.pk) == 1
    assert "unsubscribed" in far_end.ledger[0].body


def test_nothing_waits_longer_than_the_look_up_takes(scene, far_end, unknown):
    far_end.silent = True
    with activate(scene.organization):
        sending.send_text(conversation=scene.conversation(), body="Another", author=scene.agent)
    OutboxEntry.objects.filter(state="unconfirmed").update(unconfirmed_since=Now() - outbox_statements.LONGEST_HOLD)
    assert delivery.deliver_line(scene.line.pk) == 1


def test_two_that_look_at_the_same_time_ask_once(scene, far_end, unknown):
    ten_minutes_pass()
    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda _: in_thread(reconciling.reconcile), range(2)))
    assert sorted(sum(count.values()) for count in counts) == [0, 1]


def in_thread(work):
    try:
        return work()
    finally:
        connections.close_all()


def test_a_provider_that_cannot_be_asked_gives_nothing_up(scene, far_end, unknown):
    far_end.silent = True
    with activate(scene.organization):
        SendAttempt.objects.update(started_at=timezone.now() - timedelta(minutes=11))
    assert reconciling.reconcile()["still_unknown"] == 1
    assert OutboxEntry.objects.get().state == "unconfirmed"


@pytest.mark.parametrize("purpose", [Purpose.REPLY, Purpose.ALERT, Purpose.CODE])
def test_a_slow_sweep_puts_back_only_the_claim_that_it_found(scene, far_end, monkeypatch, purpose):
    """A worker dies before its call. While the sweep is busy with others, a look-up puts the text back, and its second
    attempt ends without an answer: the sweep must not take that one for the first, or the customer gets it twice.
    """
    with activate(scene.organization):
        scene.hear("START")
        OutboxEntry.objects.all().delete()
        Line.objects.update(sends_codes=purpose is Purpose.CODE)
        message = sending.send_text(conversation=scene.conversation(), body="Ten o'clock", author=None, purpose=purpose)
    assert len(outbox.claim(scene.line.pk)) == 1
    OutboxEntry.objects.update(lease_until=Now() - timedelta(seconds=1))
    far_end.script.append(OutcomeUnknown())

    def meanwhile(point: str) -> None:
        if point == "after_leases_ran_out":
            monkeypatch.setattr(delivery, "crash_here", lambda _: None)
            reconciling.reconcile()
            LineKey.objects.update(free_at=Now())
            delivery.deliver_line(scene.line.pk)

    monkeypatch.setattr(delivery, "crash_here", meanwhile)
    assert delivery.expire_leases() == 1
    LineKey.objects.update(free_at=Now())
    delivery.deliver_line(scene.line.pk)
    assert len(far_end.asked) == 1, "the text left once, and nobody knows what became of it"
    entry = OutboxEntry.objects.get()
    assert (entry.state, entry.attempt) == ("unconfirmed", 2)
    assert state(scene, message).status == MessageStatus.UNCONFIRMED


def test_a_text_that_was_sent_again_is_looked_for_since_its_first_attempt(scene, far_end, monkeypatch):
    """The provider's list shows the first of two lost attempts only after the second was made."""
    monkeypatch.setattr(ScriptedProvider, "find", _shown_late(far_end))
    far_end.script += [OutcomeUnknown(), OutcomeUnknown()]
    with activate(scene.organization):
        scene.hear("START")
        OutboxEntry.objects.all().delete()
        alert = sending.send_text(
            conversation=scene.conversation(), body="We are closed", author=None, purpose=Purpose.ALERT
        )
    delivery.deliver_line(scene.line.pk)
    with activate(scene.organization):
        SendAttempt.objects.update(started_at=Now() - timedelta(minutes=12))
    ten_minutes_pass()
    assert reconciling.reconcile()["sent_again"] == 1
    LineKey.objects.update(free_at=Now())
    delivery.deliver_line(scene.line.pk)
    far_end.ledger.append(far_end.asked[0])
    ten_minutes_pass()
    assert reconciling.reconcile()["found"] == 1
    assert state(scene, alert).provider_message_id == f"far-{alert.pk}"
    assert not OutboxEntry.objects.exists()
    assert len(far_end.asked) == 2, "no third one"


def _shown_late(far_end):
    """A list that holds what was made twelve minutes ago, for whoever asks for that time."""

    async def find(_session, _outbound, *, since, until):
        made = timezone.now() - timedelta(minutes=12)
        shown = far_end.ledger if since <= made <= until else []
        return [StatusEvent(f"far-{sent.client_ref}", MessageStatus.SENT, "listed") for sent in shown]

    return find


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
