"""Which rows are past their period: what policies decide of a plan. Preview and purge both ask here."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone

from retention.choices import GRACE, Choices
from retention.kinds import Kind
from retention.models import RetentionPolicy
from retention.periods import Period
from retention.subjects import LAST_SEEN, SUBJECTS, Subject
from tenancy.encryption.day_shredding import YOUNGEST


@dataclass(frozen=True)
class Lane:
    """Rows of one subject to which one period applies. No two lanes of a subject share a row.

    `policy` is the choice made for just these rows, None where none was made; `days` is what holds after all limits
    (`period` says why), None where it is never.
    """

    subject: Subject
    policy: RetentionPolicy | None
    days: int | None
    of: Q
    period: Period
    team: UUID | None = None
    tag: UUID | None = None

    def cutoff(self, at: datetime) -> datetime | None:
        """What is older is due at `at`. Where a key seals a day, a purge ends only whole days (of UTC)."""
        if self.days is None:
            return None
        now = at.astimezone(UTC)  # whose days have 24 hours, also when clocks change
        cutoff = now - timedelta(days=self.days)
        return _midnight(min(cutoff, now - YOUNGEST)) if self.subject.day_key else cutoff

    def due(self, at: datetime) -> "models.QuerySet[Any]":
        """The rows that are due at `at`, whatever keeps them."""
        return self.before(self.cutoff(at))

    def before(self, cutoff: datetime | None) -> "models.QuerySet[Any]":
        """The rows that are older than a cut-off; none without one."""
        if cutoff is None:
            return self.subject.rows.none()
        rows = self.subject.rows.filter(self.of, **{f"{self.subject.since}__lt": cutoff})
        # A customer was never last seen before they came, and that is known without a look at their conversations.
        return rows.filter(created_at__lt=cutoff) if self.subject.since == LAST_SEEN else rows


def due_at(subject: Subject, since: datetime, days: int) -> datetime:
    """From when on a row of this time is due: the other way round than `Lane.cutoff`."""
    if subject.day_key is None:
        return since + timedelta(days=days)
    return _midnight(since.astimezone(UTC)) + timedelta(days=1) + max(timedelta(days=days), YOUNGEST)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True)
class Apart:
    """Places that get lanes of their own although they have no period of their own. `ranked_at`: as of when it is
    decided which of a customer's tags counts, so that the lanes of several times hold the same rows.
    """

    teams: Collection[UUID] = ()
    tags: Collection[UUID] = ()
    ranked_at: datetime | None = None


def lanes(kind: Kind, at: datetime | None = None, choices: Choices | None = None, apart: Apart = Apart()) -> list[Lane]:
    """All lanes of a kind in the active organization: each row is in one of them.

    `at`: by the choices that hold then (now). `choices`: instead of those that are stored, for what-if.
    """
    at, choices = at or timezone.now(), choices or Choices.load()
    found: list[Lane] = []
    for subject in SUBJECTS[kind]:
        teams = sorted({*choices.teams(kind, at), *apart.teams}, key=str) if subject.team else []
        tags = sorted({*choices.tags(kind, at), *apart.tags}, key=str) if subject.has_customer else []
        of_others = ~Q(**{f"{subject.team}__in": teams}) if teams else Q()
        for team, of in (*((one, subject.of(subject.team, "", one)) for one in teams), (None, of_others)):
            whole = choices.periods(at, team)[kind]
            others = Lane(subject, choices.holding(at).get((kind, team)), whole.days, of, whole, team)
            found += _of_tags(kind, others, choices, at, Apart(tags=tags, ranked_at=apart.ranked_at))
    return found


def _of_tags(kind: Kind, others: Lane, choices: Choices, at: datetime, apart: Apart) -> list[Lane]:
    """Rows of one place, those of customers with tags apart: of the tag that keeps longest, then of the next."""
    ranked_at, found, rest = apart.ranked_at or at, [], others.of
    for tag in choices.ranked(kind, ranked_at, others.team, apart.tags):
        waits = choices.waits(kind, ranked_at, others.team, tag)
        theirs = others.subject.tagged(tag, ranked_at - GRACE if waits else None)
        period, own = choices.periods(at, others.team, tag)[kind], choices.holding(at).get((kind, tag))
        found.append(Lane(others.subject, own, period.days, rest & theirs, period, others.team, tag))
        rest &= ~theirs
    return [*found, replace(others, of=rest)]
