"""The state machine can fail: products that are broken by hand, and what it says of each.

What stands here is what a person could write by mistake. Each must be found within the machine's usual number of tries.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase

from tests.faults.test_state_machine import plugged_in, run_machine
from texting import delivery, gate, outbox, progress, receipts, receiving
from texting.models import Decision, Message
from texting.recording import RETRY, UNKNOWN

pytestmark = pytest.mark.timeout(900)
Patch = pytest.MonkeyPatch


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
    wrong = outbox._CLAIM.replace("e.state = 'ready' AND e.due_at", "e.state IN ('ready', 'unconfirmed') AND e.due_at")
    assert wrong != outbox._CLAIM
    patch.setattr(outbox, "_CLAIM", wrong)


def forgets_the_outbox(patch: Patch) -> None:
    patch.setattr(outbox.OutboxEntry.objects, "bulk_create", lambda entries: list(entries) and [])


def drops_reports(patch: Patch) -> None:
    patch.setattr(receiving, "take_status", lambda *_: True)


def lets_a_status_fall(patch: Patch) -> None:
    patch.setattr(progress, "taken", lambda _now, _why, told: told)
    for module in (receiving, receipts):
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


BREAKS: dict[Callable[[Patch], None], str] = {
    sends_again_what_it_does_not_know: "sent twice",
    sends_again_when_a_worker_died_in_the_call: "sent twice",
    claims_what_is_not_confirmed: "sent twice",
    forgets_the_outbox: "and forgotten",
    drops_reports: "a report was dropped",
    lets_a_status_fall: " fell from ",
    asks_the_gate_once_only: "left after STOP",
}


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.__name__)
def test_the_state_machine_finds_it(broken: Callable[[Patch], None], db: None, settings: Any, monkeypatch: Patch):
    broken(monkeypatch)
    with plugged_in(settings), pytest.raises(AssertionError, match=BREAKS[broken]):
        run_machine(phases=(Phase.generate,), max_examples=150, stateful_step_count=50)
