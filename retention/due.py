"""Which rows are past their period: what policies decide of a plan. Preview and purge both ask here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q

from retention.kinds import BOUNDS, Kind
from retention.models import RetentionPolicy
from retention.subjects import SUBJECTS, Subject


@dataclass(frozen=True)
class Lane:
    """Rows of one subject to which one period applies. No two lanes of a subject share a row.

    `policy` is None where the default of the kind applies, `days` None where it is never.
    """

    subject: Subject
    policy: RetentionPolicy | None
    days: int | None
    of: Q

    def cutoff(self, at: datetime) -> datetime | None:
        """What is older is due at `at`."""
        return None if self.days is None else at - timedelta(days=self.days)

    def due(self, at: datetime) -> "models.QuerySet[Any]":
        """The rows that are due at `at`, whatever keeps them."""
        cutoff = self.cutoff(at)
        if cutoff is None:
            return self.subject.rows.none()
        return self.subject.rows.filter(self.of, **{f"{self.subject.since}__lt": cutoff})


def lanes(kind: Kind) -> list[Lane]:
    """All lanes of a kind in the active organization: each row is in one of them."""
    own = list(RetentionPolicy.objects.filter(kind=kind))
    whole = next((policy for policy in own if policy.team_id is None), None)
    days = whole.days if whole else BOUNDS[kind].default
    found = []
    for subject in SUBJECTS[kind]:
        teams = [policy for policy in own if policy.team_id is not None] if subject.team else []
        found += [Lane(subject, each, each.days, subject.of(subject.team, "", each.team_id)) for each in teams]
        others = ~Q(**{f"{subject.team}__in": [each.team_id for each in teams]}) if teams else Q()
        found.append(Lane(subject, whole, days, others))
    return found
