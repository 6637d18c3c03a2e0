"""How often the checks held, over time, by team and by agent; of the conversations that a member may read.

A rate is of those that hold or fail: what cannot be told yet and what does not apply says nothing either way.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncDate

from accounts.models import Membership
from compliance.models import CheckedConversation
from compliance.reports.periods import Period
from compliance.review_checks.judging import Check, Result
from compliance.review_checks.reading import visible_checked
from compliance.review_checks.words import TITLES

MOST_LINES = 6
"""That a plot shows: the teams or agents with the most conversations."""
_TOLD = (Result.HOLDS, Result.FAILS)
_COUNTS = {
    f"{check}_{result}": Count("pk", filter=Q(**{check.value: result.value})) for check in Check for result in _TOLD
}

Rate = float | None


@dataclass(frozen=True)
class Group:
    """The conversations of one team or agent, or all. `held` and `told` by check, in their order."""

    whose: UUID | None
    name: str
    conversations: int
    held: tuple[int, ...]
    told: tuple[int, ...]

    @property
    def rates(self) -> list[Rate]:
        """By check, in per cent."""
        return [rate(held, told) for held, told in zip(self.held, self.told, strict=True)]

    @property
    def figures(self) -> list[tuple[str, Rate, int, int]]:
        """By check: its value, the rate, of how many it held, of how many it was told."""
        return list(zip([check.value for check in Check], self.rates, self.held, self.told, strict=True))


@dataclass(frozen=True)
class Report:
    """`buckets`: the first day of each step of a plot. `lines`: a name with its rate in each of them."""

    buckets: list[date]
    lines: list[tuple[str, list[Rate]]]
    everybody: Group
    teams: list[Group]
    agents: list[Group]


def rate(held: int, told: int) -> Rate:
    """Rounded down to one decimal, so that 1999 of 2000 is never 100; None of none."""
    return 1000 * held // told / 10 if told else None


def report(member: Membership, period: Period, *, by: str = "", check: Check = Check.OPT_IN) -> Report:
    """Three statements, of conversations resolved in the period. `by`: "team" or "agent" plots `check` for each of
    them, anything else all four checks together.
    """
    rows = visible_checked(member).select_related(None).filter(number__gt=0)
    rows = rows.filter(resolved_at__gte=period.begin, resolved_at__lt=period.end).order_by()
    teams, agents = _groups(rows, "line__team"), _groups(rows, "agent", "agent__user__name")
    drawn = {"team": ("line__team", teams), "agent": ("agent", agents)}.get(by)
    buckets = period.buckets()
    days = rows.annotate(day=TruncDate("resolved_at", tzinfo=ZoneInfo(period.zone)))
    if drawn is None:
        by_day = list(days.values("day").annotate(**_COUNTS))
        lines = [(str(TITLES[one]), _rates(period, buckets, by_day, one)) for one in Check]
    else:
        column, groups = drawn
        rows_of: dict[UUID | None, list[Mapping[str, Any]]] = defaultdict(list)
        for row in days.values("day", whose=F(column)).annotate(**_COUNTS):
            rows_of[row["whose"]].append(row)
        lines = [(one.name, _rates(period, buckets, rows_of[one.whose], check)) for one in groups[:MOST_LINES]]
    return Report(buckets, lines, _summed(teams), teams, agents)


def _groups(rows: QuerySet[CheckedConversation], column: str, name: str = "") -> list[Group]:
    """Those with the most conversations first; nobody's has no name. Two people may have the same one."""
    counted = {"conversations": Count("pk"), **_COUNTS}
    found = rows.values(whose=F(column), called=F(name or f"{column}__name")).annotate(**counted)
    return sorted((_group(row) for row in found), key=lambda group: (-group.conversations, group.name))


def _group(row: Mapping[str, Any]) -> Group:
    held = tuple(row[f"{check}_{Result.HOLDS}"] for check in Check)
    told = tuple(row[f"{check}_{Result.HOLDS}"] + row[f"{check}_{Result.FAILS}"] for check in Check)
    return Group(row["whose"], row["called"] or "", row["conversations"], held, told)


def _summed(groups: Sequence[Group]) -> Group:
    def sums(columns: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
        return tuple(map(sum, zip(*columns, strict=True))) or (0,) * len(Check)

    total = sum(group.conversations for group in groups)
    return Group(None, "", total, sums(group.held for group in groups), sums(group.told for group in groups))


def _rates(period: Period, buckets: list[date], rows: Iterable[Mapping[str, Any]], check: Check) -> list[Rate]:
    held: dict[date, int] = {}
    failed: dict[date, int] = {}
    for row in rows:
        held[row["day"]] = row[f"{check}_{Result.HOLDS}"]
        failed[row["day"]] = row[f"{check}_{Result.FAILS}"]
    folded = zip(period.fold(held, buckets), period.fold(failed, buckets), strict=True)
    return [rate(good, good + bad) for good, bad in folded]
