"""Which rows are past their period: what policies decide of a plan. Preview and purge both ask here."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone

from retention.choices import Choices
from retention.kinds import Kind
from retention.models import RetentionPolicy
from retention.periods import Period
from retention.subjects import SUBJECTS, Subject


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

    def cutoff(self, at: datetime) -> datetime | None:
        """What is older is due at `at`."""
        return None if self.days is None else at - timedelta(days=self.days)

    def due(self, at: datetime) -> "models.QuerySet[Any]":
        """The rows that are due at `at`, whatever keeps them."""
        return self.before(self.cutoff(at))

    def before(self, cutoff: datetime | None) -> "models.QuerySet[Any]":
        """The rows that are older than a cut-off; none without one."""
        if cutoff is None:
            return self.subject.rows.none()
        return self.subject.rows.filter(self.of, **{f"{self.subject.since}__lt": cutoff})


def lanes(
    kind: Kind, at: datetime | None = None, choices: Choices | None = None, apart: Collection[UUID] = ()
) -> list[Lane]:
    """All lanes of a kind in the active organization: each row is in one of them.

    `at`: by the choices that hold then (now). `choices`: instead of those that are stored, for what-if. `apart`: teams
    that get a lane of their own although they have no period of their own.
    """
    at, choices = at or timezone.now(), choices or Choices.load()
    holding, whole = choices.holding(at), choices.periods(at)[kind]
    found = []
    for subject in SUBJECTS[kind]:
        teams = sorted({*choices.teams(kind, at), *apart}, key=str) if subject.team else []
        for team in teams:
            period = choices.periods(at, team)[kind]
            of = subject.of(subject.team, "", team)
            found.append(Lane(subject, holding.get((kind, team)), period.days, of, period, team))
        others = ~Q(**{f"{subject.team}__in": teams}) if teams else Q()
        found.append(Lane(subject, holding.get((kind, None)), whole.days, others, whole))
    return found
