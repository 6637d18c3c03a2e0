"""Judging conversations and keeping what came out, in the running transaction of the active organization.

Whoever calls holds the rows of `CheckedConversation`: that lock makes one computing of one state. An outcome is written
only when it says something else than the newest one, or says it by other rules.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from compliance.intents import MODEL_VERSION
from compliance.models import CheckedConversation, CheckOutcome
from compliance.review_checks.facts import Facts
from compliance.review_checks.gathering import gather
from compliance.review_checks.judging import RULES, Check, Judged, Link, Result, judge, may_change, still
from tenancy.bulk_writes import insert_rows, update_rows

RULES_VERSION = f"{RULES}/{MODEL_VERSION}"
"""Of the rules, and of the model that reads what customers want."""
WATCHED = timedelta(days=10)
"""After a conversation's end: within days carriers say that what they had taken did not arrive."""
_AGAIN_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 180, 720))
_THEN = timedelta(days=1)
_FIELDS = ("line", "agent", "resolved_at", "due_at", "looks", "number", "rules_version", "looked_at")


@dataclass
class Done:
    """What a computing did: how many conversations, which have a new outcome, and which results became another."""

    looked_at: int = 0
    differed: int = 0
    changed: dict[str, dict[str, int]] = field(default_factory=dict)

    def note(self, before: CheckedConversation, now: Mapping[Check, Judged]) -> None:
        """One with a new outcome."""
        self.differed += 1
        for check, judged in now.items():
            was = getattr(before, check)
            if was and was != judged.result:
                moves = self.changed.setdefault(check.value, {})
                moves[f"{was}>{judged.result}"] = moves.get(f"{was}>{judged.result}", 0) + 1

    def __add__(self, other: "Done") -> "Done":
        changed = {check: dict(moves) for check, moves in self.changed.items()}
        for check, moves in other.changed.items():
            mine = changed.setdefault(check, {})
            for move, number in moves.items():
                mine[move] = mine.get(move, 0) + number
        return Done(self.looked_at + other.looked_at, self.differed + other.differed, changed)


def compute(held: Sequence[CheckedConversation], *, because: CheckOutcome.Because) -> Done:
    """Look at each; those that are open again or gone are only crossed off."""
    now, done = timezone.now(), Done(looked_at=len(held))
    found = {one.id: one for one in gather([row.conversation_id for row in held])}
    newest = _newest(held)
    outcomes = []
    for row in held:
        one = found.get(row.conversation_id)
        row.looked_at, row.due_at = now, None
        row.resolved_at = one.ended_at if one else row.resolved_at
        if one is None or one.ended_at is None:
            continue
        before = newest.get(row.conversation_id)
        judged = {
            check: still(check, each, _told(before, check), unread=one.facts.unread)
            for check, each in judge(one.facts).items()
        }
        row.line_id, row.agent_id = one.conversation.line_id, one.agent_id
        _plan(row, one.facts, ended_at=one.ended_at, now=now)
        outcome = _outcome(row, judged, because, now)
        if _says_else(outcome, before):
            done.note(row, judged)
            outcomes.append(outcome)
            row.number, row.rules_version = outcome.number, outcome.rules_version
            for check, each in judged.items():
                setattr(row, check, each.result)
    insert_rows(outcomes)
    update_rows(held, [*_FIELDS, *Check])
    return done


def _plan(row: CheckedConversation, facts: Facts, *, ended_at: datetime, now: datetime) -> None:
    """A receipt may still turn a result: look again, later and later, for as long as receipts come."""
    wait = _AGAIN_AFTER[row.looks] if row.looks < len(_AGAIN_AFTER) else _THEN
    if may_change(facts) and now + wait < ended_at + WATCHED:
        row.due_at, row.looks = now + wait, row.looks + 1


def _newest(held: Iterable[CheckedConversation]) -> dict[UUID, CheckOutcome]:
    numbers = [(row.conversation_id, row.number) for row in held if row.number]
    if not numbers:
        return {}
    rows = CheckOutcome.objects.filter(conversation_id__in=[pk for pk, _number in numbers])
    wanted = set(numbers)
    newest = rows.order_by("conversation_id", "-number").distinct("conversation_id")
    return {row.conversation_id: row for row in newest if (row.conversation_id, row.number) in wanted}


def _outcome(
    row: CheckedConversation, judged: Mapping[Check, Judged], because: CheckOutcome.Because, now: datetime
) -> CheckOutcome:
    return CheckOutcome(
        conversation_id=row.conversation_id,
        number=row.number + 1,
        **{check.value: each.result.value for check, each in judged.items()},
        details={check.value: _detail(each) for check, each in judged.items()},
        rules_version=RULES_VERSION,
        because=because,
        computed_at=now,
    )


def _told(outcome: CheckOutcome | None, check: Check) -> Judged | None:
    """What an earlier outcome says of a check."""
    if outcome is None:
        return None
    detail = outcome.details[check]
    evidence = tuple((Link(kind), UUID(pk)) for kind, pk in detail["evidence"])
    return Judged(Result(getattr(outcome, check)), tuple(detail["why"]), evidence)


def _detail(judged: Judged) -> dict[str, Any]:
    return {"why": list(judged.why), "evidence": [[kind.value, str(pk)] for kind, pk in judged.evidence]}


def _says_else(new: CheckOutcome, old: CheckOutcome | None) -> bool:
    if old is None or old.rules_version != new.rules_version or old.details != new.details:
        return True
    return any(getattr(old, check) != getattr(new, check) for check in Check)
