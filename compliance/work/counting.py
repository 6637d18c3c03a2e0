"""Rows of days as counts: for the days that are kept, for those that are not, and for what a purge is to delete."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from compliance.escalations.business_time import Hours, between
from compliance.escalations.own_hours import hours_now
from compliance.models import StepCount, TextCount
from compliance.reports.periods import edges
from compliance.work import scale, statements
from tenancy.ids import new_id
from tenancy.isolation import current_organization_id
from texting.models import Line

StepKey = tuple[date, int, UUID, UUID | None, str, int | None, int | None]
"""Day, hour, line, member, kind, step by business hours, step by the clock."""


@dataclass(frozen=True)
class Days:
    """Days of a calendar; `texts` and `turns`: of these rows only."""

    days: Collection[date]
    zone: str
    texts: Collection[UUID] | None = None
    turns: Collection[UUID] | None = None

    @property
    def values(self) -> dict[str, Any]:
        """What every statement here is given."""
        return edges(sorted(self.days), self.zone) | {
            "organization": current_organization_id(),
            "zone": self.zone,
            "texts": list(self.texts or ()),
            "turns": list(self.turns or ()),
        }

    @property
    def of_texts(self) -> str:
        """A condition on the texts."""
        return "" if self.texts is None else " AND m.id = ANY(%(texts)s::uuid[])"

    @property
    def of_turns(self) -> str:
        """A condition on the turns."""
        return "" if self.turns is None else " AND t.id = ANY(%(turns)s::uuid[])"


@dataclass
class _Clocks:
    """Business hours of the lines' teams, each looked up once."""

    teams: dict[UUID, UUID] = field(default_factory=lambda: dict(Line.objects.values_list("pk", "team_id")))
    hours: dict[UUID, Hours] = field(default_factory=dict)

    def steps(self, line: UUID, since: datetime | None, at: datetime) -> tuple[int | None, int | None]:
        if since is None:
            return None, None
        team = self.teams[line]
        hours = self.hours.get(team) or self.hours.setdefault(team, hours_now(team))
        return scale.step_of(between(since, at, hours)), scale.step_of(max(at - since, timedelta()))


def text_rows(days: Days) -> list[tuple[Any, ...]]:
    """Of `statements.TEXT_KEY` and `TEXT_SUMS`."""
    return list(_rows(statements.TEXTS.format(some=days.of_texts), days)) if days.days else []


def answers(days: Days) -> Counter[StepKey]:
    """First answers."""
    return _steps(days, statements.ANSWERED.format(some=days.of_texts))


def turns(days: Days) -> Counter[StepKey]:
    """Resolutions, those without an answer once more, and what was reopened."""
    return _steps(days, *(one.format(some=days.of_turns) for one in (statements.TURNED, statements.UNANSWERED)))


def all_steps(days: Days) -> Counter[StepKey]:
    """All that rows say of these days."""
    return _steps(days, statements.OPENED) + answers(days) + turns(days)


def day_of(moment: datetime, zone: str) -> date:
    """The day of the calendar."""
    return moment.astimezone(ZoneInfo(zone)).date()


def add(texts: Collection[tuple[Any, ...]], steps: Counter[StepKey], *, is_gone: bool) -> None:
    """Add to what is kept of these days."""
    organization = current_organization_id()
    sums = len(statements.TEXT_SUMS)
    with connection.cursor() as cursor:
        if texts:
            rows = [(new_id(), organization, is_gone, *row) for row in texts]
            cursor.executemany(_adding(TextCount, statements.TEXT_KEY, statements.TEXT_SUMS), rows)
            assert len(rows[0]) == 3 + len(statements.TEXT_KEY) + sums  # noqa: S101 - a slip of ours
        if steps:
            counted = [(new_id(), organization, is_gone, *key, number) for key, number in steps.items()]
            cursor.executemany(_adding(StepCount, STEP_KEY, ("number",)), counted)


STEP_KEY = ("day", "hour", "line_id", "member_id", "kind", "business", "clock")


def _adding(model: type[TextCount] | type[StepCount], key: tuple[str, ...], sums: tuple[str, ...]) -> str:
    table = model._meta.db_table
    columns = ("id", "organization_id", "is_gone", *key, *sums)
    return f"""
    INSERT INTO {table} ({", ".join(columns)}) VALUES ({", ".join(["%s"] * len(columns))})
    ON CONFLICT ON CONSTRAINT {table}_once
    DO UPDATE SET {", ".join(f"{one} = {table}.{one} + excluded.{one}" for one in sums)}
    """  # noqa: S608 - made of constants


def _steps(days: Days, *wanted: str) -> Counter[StepKey]:
    found: Counter[StepKey] = Counter()
    if not days.days:
        return found
    clocks = _Clocks()
    for statement in wanted:
        for day, hour, line, member, kind, since, at in _rows(statement, days):
            found[day, hour, line, member, kind, *clocks.steps(line, since, at)] += 1
    return found


def _rows(statement: str, days: Days) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, days.values)
        yield from cursor.fetchall()
