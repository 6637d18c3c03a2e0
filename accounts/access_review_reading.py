"""Reading reviews of access: the lines with what was decided, the history, the CSV."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone

from accounts.access_holding import Held, held_now
from accounts.models import Membership
from accounts.models.access_review import AccessDecision, AccessKind, AccessLine, AccessReview, AccessSignOff

UNUSED = timedelta(days=90)
COLUMNS = (
    *("kind", "name", "email", "roles or rights", "teams", "state", "remarks", "since (UTC)", "last used (UTC)"),
    *("verdict", "remark of the reviewer", "decided by", "decided at (UTC)"),
)


@dataclass(frozen=True)
class ShownLine:
    """A line of a review, or of today's list (`id` None). `decision` is the one that counts."""

    held: Held
    id: UUID | None = None
    decision: AccessDecision | None = None

    @property
    def kind(self) -> AccessKind:
        return AccessKind(self.held.kind)

    @property
    def is_unused(self) -> bool:
        """Nobody used it for a quarter: neither since it was made nor since it was used last."""
        last = self.held.last_used_at or self.held.since
        return last is not None and last < timezone.now() - UNUSED


@dataclass(frozen=True)
class Wanted:
    """What of the lines is looked for."""

    kind: str = ""
    show: str = ""  # "open", "unused", "removed"
    text: str = ""

    def take(self, lines: Iterable[ShownLine]) -> list[ShownLine]:
        """Those that are looked for."""
        return [line for line in lines if self._has(line)]

    def _has(self, line: ShownLine) -> bool:
        if self.kind and line.kind != self.kind:
            return False
        if self.show == "open" and line.decision is not None:
            return False
        if self.show == "unused" and not line.is_unused:
            return False
        if self.show == "removed" and (line.decision is None or line.decision.keeps):
            return False
        words = " ".join([line.held.name, *line.held.facts.values()]).casefold()
        return self.text.casefold() in words


@dataclass(frozen=True)
class ShownReview:
    """A review as its page shows it."""

    review: AccessReview
    lines: list[ShownLine] = field(default_factory=list)
    signed: AccessSignOff | None = None

    @property
    def decided(self) -> int:
        return sum(line.decision is not None for line in self.lines)

    @property
    def removed(self) -> int:
        return sum(line.decision is not None and not line.decision.keeps for line in self.lines)


def today(member: Membership) -> list[ShownLine]:
    """Who has what now."""
    return [ShownLine(held) for held in held_now(member)]


def access_review(review_id: UUID) -> ShownReview:
    """A review of the active organization. Raises Http404."""
    review = AccessReview.objects.select_related("begun_by__user").filter(pk=review_id).first()
    if review is None:
        raise Http404
    return _shown(review)


def history() -> list[ShownReview]:
    """All reviews of the active organization, the newest first."""
    return [_shown(review) for review in AccessReview.objects.select_related("begun_by__user")[:40]]


def access_line(review_id: UUID, line_id: UUID) -> AccessLine:
    """A line of that review. Raises Http404."""
    found = AccessLine.objects.select_related("review").filter(pk=line_id, review=review_id).first()
    if found is None:
        raise Http404
    return found


def _shown(review: AccessReview) -> ShownReview:
    last: dict[UUID, AccessDecision] = {}
    for decision in AccessDecision.objects.filter(line__review=review).select_related("by__user"):
        last[decision.line_id] = decision
    lines = [
        ShownLine(
            Held(AccessKind(line.kind), line.subject, line.name, line.facts, line.since, line.last_used_at),
            line.pk,
            last.get(line.pk),
        )
        for line in review.lines.all()
    ]
    signed = AccessSignOff.objects.filter(review=review).select_related("by__user").first()
    return ShownReview(review, lines, signed)


def cells(line: ShownLine) -> list[Any]:
    """A row of the CSV, in the order of COLUMNS."""
    held, decision = line.held, line.decision
    facts = [held.facts.get(name, "") for name in ("email", "roles", "teams", "state", "more")]
    verdict = "" if decision is None else "keep" if decision.keeps else "remove"
    said = ["", "", ""] if decision is None else [decision.remark, decision.by.user.name, _moment(decision.at)]
    return [held.kind.value, held.name, *facts, _moment(held.since), _moment(held.last_used_at), verdict, *said]


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else ""
