"""Orders of events that nobody wrote down: sends, STOPs, faults, deaths, reports and ticks in any order.

One process, the real database, a far end in this process that knows what it took. After each step the promises hold.
"""

import contextlib
import itertools
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tenancy.isolation import activate
from tests.faults import machine_far_end, moves
from tests.faults.machine_far_end import FAR_END, SCRIPTS
from tests.faults.machine_time import let_pass
from tests.permitting import agree_to_everything
from tests.texting.conftest import make_scene
from texting import delivery, fetching, outbox, preparing, receipts, receiving, reconciling, sending, status_reports
from texting.models import Contact, Line, Message, OutboxEntry
from texting.providers import base, registry
from texting.purposes import Purpose
from texting.sending import BadText, Refused
from texting.statuses import MessageStatus

S = MessageStatus
UNDER_WAY = {S.QUEUED, S.SENDING, S.UNCONFIRMED}
NUMBERS = ("+12125550181", "+12125550182", "+12125550183")
PURPOSES = (Purpose.REPLY, Purpose.ALERT, Purpose.APPOINTMENT, Purpose.BULK)  # codes have a line of their own
WORDS = (S.SENT, S.DELIVERED, S.UNDELIVERED, S.QUEUED)
numbers, purposes = st.sampled_from(NUMBERS), st.sampled_from(PURPOSES)
_count = itertools.count()


class Texting(RuleBasedStateMachine):
    """One organization with three customers, in a transaction that is taken back at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        FAR_END.__init__()
        self.scene = make_scene("Harbor Dental", f"machine-{next(_count)}")
        self.opted_out: set[str] = set()
        self.sent_before: dict[str, int] = {}
        self.purposes: dict[str, str] = {}
        self.seen: dict[Any, tuple[str, str]] = {}
        with activate(self.scene.organization):
            Line.objects.update(provider="machine")
            self.scene.line.provider = "machine"
            for number in NUMBERS:
                self.hear("START", number)
            for contact in Contact.objects.all():
                agree_to_everything(contact)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def hear(self, body: str, number: str) -> None:
        sid = f"in-{next(FAR_END.ids)}"
        text = base.Inbound(sid, number, self.scene.line.number, body, sid)
        FAR_END.received.append(text)
        receiving.receive(self.scene.line, text)

    # people

    @rule(number=numbers, purpose=purposes)
    def somebody_sends(self, number: str, purpose: Purpose) -> None:
        with activate(self.scene.organization):
            conversation = self.scene.conversation().__class__.objects.select_related("contact", "line")
            mine = [one for one in conversation.order_by("-opened_at") if one.contact.number == number]
            try:
                message = sending.send_text(
                    conversation=mine[0], body=f"Text {next(_count)}", author=self.scene.agent, purpose=purpose
                )
            except (Refused, BadText):
                return
            assert number not in self.opted_out, "a text was accepted after STOP"
            self.purposes[str(message.pk)] = purpose

    @rule(number=numbers, word=st.sampled_from(["STOP", "START", "See you then"]))
    def a_customer_writes(self, number: str, word: str) -> None:
        with activate(self.scene.organization):
            self.hear(word, number)
        if word == "STOP":
            self.opted_out.add(number)
            self.sent_before[number] = sum(one.outbound.to == number for one in FAR_END.ledger)
        elif word == "START":
            self.opted_out.discard(number)

    # the far end

    @rule(script=st.sampled_from(sorted(SCRIPTS)))
    def the_next_send_fails(self, script: str) -> None:
        FAR_END.scripts.append(script)

    @rule(silent=st.booleans())
    def its_list_cannot_be_asked(self, silent: bool) -> None:
        FAR_END.silent = silent

    @precondition(lambda self: FAR_END.ledger)
    @rule(data=st.data(), word=st.sampled_from(WORDS))
    def it_reports(self, data: st.DataObject, word: MessageStatus) -> None:
        one = data.draw(st.sampled_from(FAR_END.ledger))
        if word in {S.DELIVERED, S.UNDELIVERED}:
            one.status = word if one.status is S.SENT else one.status
        with activate(self.scene.organization):
            status_reports.take_status(self.scene.line, one.token, base.StatusEvent(one.sid, word, f"{one.sid}{word}"))
            told = Message.objects.get(pk=one.outbound.client_ref)
            assert told.provider_message_id is not None, "a report was dropped"

    # our processes

    @rule()
    def a_worker_delivers(self) -> None:
        delivery.deliver_line(self.scene.line.pk)

    @rule(place=st.sampled_from(["claimed", "prepared", "called"]))
    def a_worker_dies(self, place: str) -> None:
        claims = outbox.claim(self.scene.line.pk)
        if not claims or place == "claimed":
            return
        with activate(self.scene.organization):
            line = Line.objects.get(pk=self.scene.line.pk)
        prepared = preparing.prepare(line, claims)
        if place == "called":
            for item in prepared:
                with contextlib.suppress(base.ProviderError):
                    FAR_END.take(item.outbound)

    @rule(
        job=st.sampled_from(
            [
                delivery.expire_leases,
                reconciling.reconcile,
                receipts.ask_for_receipts,
                delivery.end_overdue,
                fetching.fetch_missed,
            ]
        )
    )
    def a_periodic_job_runs(self, job: Any) -> None:
        job()

    @rule(seconds=st.sampled_from([1, 30, 100, 200, 700, 3600, 6 * 3600]))
    def time_passes(self, seconds: int) -> None:
        with activate(self.scene.organization):
            let_pass(seconds)

    # what must hold

    @invariant()
    def no_status_fell(self) -> None:
        for pk, status, kind in self._rows("pk", "status", "error_kind"):
            before, why = self.seen.get(pk, (status, ""))
            assert before == status or moves._may(before, status, why), f"{pk} fell from {before} to {status}"
            self.seen[pk] = (status, kind)

    @invariant()
    def nothing_is_sent_twice(self) -> None:
        counts = Counter(one.outbound.client_ref for one in FAR_END.ledger)
        twice = {self.purposes.get(ref, "answer"): count for ref, count in counts.items() if count > 1}
        assert not twice, f"sent twice: {twice}"

    @invariant()
    def nothing_leaves_after_stop(self) -> None:
        for number in self.opted_out:
            to_them = [one for one in FAR_END.ledger if one.outbound.to == number][self.sent_before[number] :]
            wrong = [one for one in to_them if one.outbound.client_ref in self.purposes]
            assert not wrong, "a text left after STOP"

    @invariant()
    def what_is_under_way_is_in_the_outbox(self) -> None:
        entries = set(OutboxEntry.objects.values_list("message_id", flat=True))
        for pk, status, sid in self._rows("pk", "status", "provider_message_id"):
            if status in UNDER_WAY and sid is None:
                assert pk in entries, f"{status} and forgotten"
            if status in {S.CANCELED, S.FAILED} and sid is None:
                assert pk not in entries, f"{status} and still waiting"

    @invariant()
    def our_books_name_only_what_was_taken(self) -> None:
        taken = {one.sid: one.outbound.client_ref for one in FAR_END.ledger}
        for pk, sid in self._rows("pk", "provider_message_id"):
            assert sid is None or taken.get(sid) == str(pk), "a foreign id"

    def _rows(self, *columns: str) -> list[Any]:
        with activate(self.scene.organization):
            return list(Message.objects.filter(direction="out").values_list(*columns))


@pytest.mark.timeout(900)
def test_any_order_of_events_keeps_the_promises(db: None, settings: Any):
    with plugged_in(settings):
        run_machine()


@contextlib.contextmanager
def plugged_in(settings: Any) -> Iterator[None]:
    """The far end of this module is a provider."""
    machine = {"machine": f"{machine_far_end.__name__}.MachineProvider"}
    settings.TEXTING_PROVIDERS = {**settings.TEXTING_PROVIDERS, **machine}
    registry._load.cache_clear()
    try:
        yield
    finally:
        registry._load.cache_clear()


def run_machine(**changes: Any) -> None:
    """A short run in the tests, a long one in `make faults`, or as `changes` say."""
    long = bool(os.environ.get("FAULTS_LONG"))
    how = {
        "max_examples": 60 if long else 5,
        "stateful_step_count": 50 if long else 20,
        "deadline": None,
        "derandomize": not long,
        "suppress_health_check": list(HealthCheck),
        "print_blob": True,
    }
    run_state_machine_as_test(Texting, settings=settings(**{**how, **changes}))
