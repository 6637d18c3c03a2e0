"""When a file that somebody asked for is over: after the organization's period for exports, as it is by then.

From that moment nobody fetches it; the purge of the next night destroys it (decision 345).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from retention.choices import Choices
from retention.kinds import Kind
from retention.models import DataExport


def over_at(made: datetime, now: datetime, choices: Choices) -> datetime | None:
    """When a file that was made at `made` is over, by the choices that hold now and those that wait; None: never."""
    begins = [now, *(row.starts_at for row in choices.waiting(now) if row.kind == Kind.EXPORTS)]
    for begin, next_begin in zip(begins, [*begins[1:], None], strict=True):
        days = choices.periods(begin)[Kind.EXPORTS].days
        if days is None:
            continue
        over = made + timedelta(days=days) if begin == now else max(begin, made + timedelta(days=days))
        if next_begin is None or over < next_begin:
            return over
    return None


def is_over(export: DataExport, now: datetime) -> bool:
    """Whether the days of a file that is ready are over, so that nobody fetches it. Two statements."""
    over = over_at(export.ready_at, now, Choices.load()) if export.ready_at else None
    return over is not None and over <= now


def with_ends(exports: Iterable[DataExport]) -> list[DataExport]:
    """The same, each with `over_at` and `is_over`, for pages. Two statements more."""
    found, now = list(exports), timezone.now()
    choices = Choices.load() if found else None
    for export in found:
        if choices and export.ready_at and export.state == DataExport.State.READY:
            export.over_at = over_at(export.ready_at, now, choices)
            export.is_over = export.over_at is not None and export.over_at <= now
    return found
