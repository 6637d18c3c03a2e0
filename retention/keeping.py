"""What keeps a row although its period is over: the other half of a plan.

`settings.RETENTION_KEEPERS` is the complete list of reasons. Each is a callable that takes a subject and gives a
condition on its rows (`Q`), or None when it keeps nothing of that kind.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.module_loading import import_string

from retention.due import Lane
from retention.subjects import Subject

Keeper = Callable[[Subject], Q | None]


@dataclass(frozen=True)
class Kept:
    """A reason (the keeper's dotted name) and the rows that it keeps."""

    keeper: str
    condition: Q


def kept(subject: Subject) -> list[Kept]:
    """Every reason that keeps rows of this subject in the active organization."""
    found = [(path, import_string(path)(subject)) for path in settings.RETENTION_KEEPERS]
    return [Kept(path, condition) for path, condition in found if condition is not None]


def doomed(lane: Lane, at: datetime) -> "models.QuerySet[Any]":
    """The rows of a lane that end at `at`: due, and kept by nothing. The preview and the purge are both this."""
    return doomed_before(lane, lane.cutoff(at))


def doomed_before(lane: Lane, cutoff: datetime | None) -> "models.QuerySet[Any]":
    """The same for a cut-off of the lane: older than it, and kept by nothing."""
    rows = lane.before(cutoff)
    for reason in kept(lane.subject):
        rows = rows.exclude(reason.condition)
    return rows
