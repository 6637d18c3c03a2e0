"""The state machine can fail: products that are broken by hand, and what it says of each.

What stands here is what a person could write by mistake. For each there is one order of events in which it shows: a
sound product keeps every promise in it, the broken one is named. To find such orders is the part of Hypothesis.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.faults.machine_far_end import FAR_END
from tests.faults.test_state_machine import Texting, plugged_in
from texting import delivery, gate, outbox, progress, receipts, status_reports
from texting.models import Decision, Message
from texting.purposes import Purpose
from texting.recording import RETRY, UNKNOWN
from texting.statuses import MessageStatus

Patch = pytest.MonkeyPatch
Step = Callable[[Texting], Any]
NUMBER = "+12125550181"


def sends_again_what_it_does_not_know(patch: Patch) -> None:
    right = delivery.answer_to

    def wrong(*given: Any) -> Any:
        answer = right(*given)
        return replace(answer, outcome=RETRY) if answer.outcome == UNKNOWN else answer

    patch.setattr(delivery, "answer_to", wrong)


def sends_again_when_a_worker_died_in_the_call(patch: Patch) -> None:
    class Nothing:
        objects: Any = None

        @staticmethod
        def filter(**_: Any) -> Any:
            return Nothing

        @staticmethod
        def exists() -> bool:
            return False

    Nothing.objects = Nothing
    patch.setattr(delivery, "SendAttempt", Nothing)


def claims_what_is_not_confirmed(patch: Patch) -> None:
    wrong = outbox.CLAIM.replace("e.state = 'ready' AND e.due_at", "e.state IN ('ready', 'unconfirmed') AND e.due_at")
    assert wrong != outbox.CLAIM
    patch.setattr(outbox, "CLAIM", wrong)


def forgets_the_outbox(patch: Patch) -> None:
    patch.setattr(outbox, "ENTER", "SELECT 1")


def drops_reports(patch: Patch) -> None:
    patch.setattr(status_reports, "take_status", lambda *_: True)


def lets_a_status_fall(patch: Patch) -> None:
    patch.setattr(progress, "taken", lambda _now, _why, told: told)
    for module in (status_reports, receipts):
        patch.setattr(module, "advance", lambda _now, told, **_: told)


def asks_the_gate_once_only(patch: Patch) -> None:
    """The second answer is the first one, from when the text was queued."""
    right = gate.check_all

    def wrong(drafts: Any) -> Any:
        checked = right(drafts)
        if any(draft.stage != Decision.Stage.HAND_OVER for draft in drafts):
            return checked
        first = [Message.objects.get(pk=draft.message_id).decision for draft in drafts]
        return [
            (replace(outcome, verdict=gate.Verdict.ALLOW), decision)
            for (outcome, _), decision in zip(checked, first, strict=True)
        ]

    patch.setattr(gate, "check_all", wrong)


class Last:
    """Draws what the far end took last."""

    def draw(self, _: Any) -> Any:
        return FAR_END.ledger[-1]


def answer_is_lost(machine: Texting) -> None:
    machine.the_next_send_fails("taken, answer lost")


def send(machine: Texting) -> None:
    machine.somebody_sends(NUMBER, Purpose.REPLY)


def deliver(machine: Texting) -> None:
    machine.a_worker_delivers()


def dies(place: str) -> Step:
    return lambda machine: machine.a_worker_dies(place)


def wait(seconds: int) -> Step:
    return lambda machine: machine.time_passes(seconds)


def leases_run_out(machine: Texting) -> None:
    machine.a_periodic_job_runs(delivery.expire_leases)


def stop(machine: Texting) -> None:
    machine.a_customer_writes(NUMBER, "STOP")


def report(word: MessageStatus) -> Step:
    return lambda machine: machine.it_reports(Last(), word)


BREAKS: dict[Callable[[Patch], None], tuple[str, list[Step]]] = {
    sends_again_what_it_does_not_know: ("sent twice", [answer_is_lost, send, deliver, wait(1), deliver]),
    sends_again_when_a_worker_died_in_the_call: (
        "sent twice",
        [send, dies("called"), wait(100), leases_run_out, deliver],
    ),
    claims_what_is_not_confirmed: ("sent twice", [answer_is_lost, send, deliver, wait(1000), deliver]),
    forgets_the_outbox: ("and forgotten", [send]),
    drops_reports: ("a report was dropped", [answer_is_lost, send, deliver, report(MessageStatus.SENT)]),
    lets_a_status_fall: (
        "fell from delivered to sent",
        [send, deliver, report(MessageStatus.DELIVERED), report(MessageStatus.SENT)],
    ),
    asks_the_gate_once_only: (
        "a text left after STOP",
        [send, dies("claimed"), stop, wait(100), leases_run_out, deliver],
    ),
}
INVARIANTS = (
    Texting.no_status_fell,
    Texting.nothing_is_sent_twice,
    Texting.nothing_leaves_after_stop,
    Texting.what_is_under_way_is_in_the_outbox,
    Texting.our_books_name_only_what_was_taken,
)


@pytest.fixture
def machine(db: None, settings: Any) -> Iterator[Texting]:
    with plugged_in(settings):
        made = Texting()
        made.a_worker_delivers()  # what the customers' START is answered with
        yield made
        made.teardown()


def play(machine: Texting, steps: list[Step]) -> None:
    for step in steps:
        step(machine)
        for invariant in INVARIANTS:
            invariant(machine)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.__name__)
def test_the_state_machine_names_what_is_broken(
    broken: Callable[[Patch], None], machine: Texting, monkeypatch: Patch
) -> None:
    words, steps = BREAKS[broken]
    broken(monkeypatch)
    with pytest.raises(AssertionError, match=words):
        play(machine, steps)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.__name__)
def test_a_sound_product_keeps_its_promises_in_the_same_order(
    broken: Callable[[Patch], None], machine: Texting
) -> None:
    play(machine, BREAKS[broken][1])
