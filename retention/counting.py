"""How many rows of a lane are due in each of many nights, and how many of them something keeps: one statement each.

Nights are named by their cut-offs, which rise: a row is due in the first night whose cut-off it is older than.

Where an index finds the rows of a time, each night's are counted as a span of it, which costs a quarter of sorting row
by row (decision 298). What is kept is mostly all of some conversations: these are found first, each with the reasons
that name it, and their rows are counted by night and reasons. What names no conversations is asked row by row.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, F, Func, IntegerField, QuerySet, UUIDField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from retention.due import Lane
from retention.keeping import Kept, kept

_SPANS = """
SELECT spans.night, (SELECT count(*) FROM ({rows}) AS due)
FROM unnest(%s::timestamptz[], %s::timestamptz[]) WITH ORDINALITY AS spans (low, high, night) ORDER BY spans.night
"""


def due_by_night(lane: Lane, cutoffs: Sequence[datetime]) -> list[int]:
    """How many rows fall due in each of the nights, whatever keeps them."""
    since = lane.subject.since
    if not lane.subject.is_by_time:
        rows = lane.before(cutoffs[-1]).order_by().values(night=_Between(F(since), Value(list(cutoffs))))
        found = dict(rows.annotate(count=Count("*")).values_list("night", "count"))
        return [found.get(night, 0) for night in range(len(cutoffs))]
    for statement, values in _parts(_in_span(lane).values(since)):
        with connection.cursor() as cursor:
            cursor.execute(_SPANS.format(rows=statement), [*values, *_spans(cutoffs)])
            return [count for _night, count in cursor.fetchall()]
    return [0] * len(cutoffs)


# Reasons are bits of a mask, so that a row which several of them keep is met once.
_NAMED = """
named (conversation, mask) AS MATERIALIZED (
    SELECT conversation, bit_or(1 << keeper) FROM ({parts}) AS each (keeper, conversation) GROUP BY conversation
)
"""
_BY_SPAN = """
SELECT spans.night - 1, mask, number, oldest, true
FROM unnest(%s::timestamptz[], %s::timestamptz[]) WITH ORDINALITY AS spans (low, high, night)
    CROSS JOIN LATERAL (
        SELECT named.mask, count(*), min(rows.since) FROM ({rows}) AS rows (conversation, since)
            JOIN named USING (conversation) GROUP BY named.mask
    ) AS kept (mask, number, oldest)
"""
_BY_ROW = """
SELECT width_bucket(rows.since, %s::timestamptz[]), named.mask, count(*), min(rows.since), true
FROM ({rows}) AS rows (conversation, since) JOIN named USING (conversation) GROUP BY 1, 2
"""
_SINGLE = """
SELECT width_bucket(since, %s::timestamptz[]), mask, count(*), min(since), {is_unnamed}
FROM (
    SELECT row, conversation, since, bit_or(1 << keeper) FROM ({parts}) AS each (keeper, row, conversation, since)
    GROUP BY row, conversation, since
) AS single (row, conversation, since, mask) GROUP BY 1, 2, 5
"""
_UNNAMED = "NOT EXISTS (SELECT FROM named WHERE named.conversation = single.conversation)"
Part = tuple[str, list[Any]]
"""A statement and its values."""
Sum = tuple[int, int, int, datetime, bool]
"""A night, the reasons as a mask, how many rows, when the oldest is of, and whether no other sum counts them."""


def kept_by_night(lane: Lane, cutoffs: Sequence[datetime]) -> tuple[dict[int, int], list[tuple[str, int, datetime]]]:
    """How many rows are kept although they are due: by night, each once; and by reason, with when the oldest is of.

    Reasons are in their order; those that keep nothing are left out.
    """
    reasons = kept(lane.subject)
    found = _sums(lane, reasons, cutoffs)
    by_night: Counter[int] = Counter()
    for night, _mask, number, _oldest, is_new in found:
        by_night[night] += number if is_new else 0
    stays = []
    for at, reason in enumerate(reasons):
        mine = [(number, oldest) for _night, mask, number, oldest, _is_new in found if mask >> at & 1]
        if mine:
            stays.append((reason.keeper, sum(number for number, _ in mine), min(oldest for _, oldest in mine)))
    return dict(+by_night), stays


def _sums(lane: Lane, reasons: Sequence[Kept], cutoffs: Sequence[datetime]) -> list[Sum]:
    """Rows that are kept, by night and reasons."""
    due = lane.before(cutoffs[-1]).order_by()
    named, single = [], []
    for number, reason in enumerate(reasons):
        if (conversations := _conversations(lane, reason)) is not None:
            named += [(f"SELECT {number}, id FROM ({sql}) AS one (id)", of) for sql, of in _parts(conversations)]  # noqa: S608
        else:
            rows = due.filter(reason.condition).annotate(keeper=Value(number, IntegerField()))
            single += _parts(_with_times(lane, rows, "keeper", "pk"))
    sums: list[Part] = []
    if named:
        sums += _of_named(lane, cutoffs)
    if single:
        statement = _SINGLE.format(parts=_union(single), is_unnamed=_UNNAMED if named else "true")
        sums.append((statement, [list(cutoffs), *_values(single)]))
    if not sums:
        return []
    begin = f"WITH {_NAMED.format(parts=_union(named))}" if named else ""
    with connection.cursor() as cursor:
        cursor.execute(f"{begin} {_union(sums)}", [*_values(named), *_values(sums)])
        found: list[Sum] = cursor.fetchall()
    return found


def _of_named(lane: Lane, cutoffs: Sequence[datetime]) -> list[Part]:
    """The rows of the conversations that are named."""
    if lane.subject.is_by_time:
        rows = _parts(_with_times(lane, _in_span(lane)))
        return [(_BY_SPAN.format(rows=statement), [*_spans(cutoffs), *values]) for statement, values in rows]
    rows = _parts(_with_times(lane, lane.before(cutoffs[-1]).order_by()))
    return [(_BY_ROW.format(rows=statement), [list(cutoffs), *values]) for statement, values in rows]


def _in_span(lane: Lane) -> "QuerySet[Any]":
    """The rows of a lane from `spans.low` until before `spans.high`."""
    since = lane.subject.since
    within = {f"{since}__gte": RawSQL("spans.low", ()), f"{since}__lt": RawSQL("spans.high", ())}
    return lane.subject.rows.filter(lane.of, **within).order_by()


def _spans(cutoffs: Sequence[datetime]) -> list[list[str]]:
    """Their beginnings and their ends."""
    ends = [cutoff.isoformat() for cutoff in cutoffs]
    return [["-infinity", *ends[:-1]], ends]


def _values(parts: Sequence[Part]) -> list[Any]:
    return [value for _, of in parts for value in of]


def _union(parts: list[Part]) -> str:
    return " UNION ALL ".join(f"({statement})" for statement, _ in parts)


def _parts(rows: "QuerySet[Any]") -> list[Part]:
    with suppress(EmptyResultSet):  # nothing can be meant
        statement, values = rows.query.sql_with_params()
        return [(statement, list(values))]
    return []


def _conversations(lane: Lane, reason: Kept) -> "QuerySet[Any] | None":
    """The conversations whose rows a reason keeps, where it names them and nothing else."""
    condition, path = reason.condition, f"{lane.subject.conversation}__in"
    if condition.negated or len(condition.children) != 1 or lane.subject.conversation is None:
        return None
    match condition.children[0]:
        case (str(name), QuerySet() as conversations) if name == path:
            return conversations
    return None


def _with_times(lane: Lane, rows: "QuerySet[Any]", *first: str) -> "QuerySet[Any]":
    """The rows as (what is first, conversation, time)."""
    path = lane.subject.conversation
    conversation = F(path) if path else Cast(Value(None), UUIDField())
    times = {"of_conversation": conversation, "counts_from": F(lane.subject.since)}
    found: QuerySet[Any] = rows.annotate(**times).values_list(*first, *times)
    return found


class _Between(Func):
    """How many of the cut-offs are not later than the value: 0 for what is older than the first (PostgreSQL)."""

    function = "width_bucket"
    template = "%(function)s(%(expressions)s::timestamptz[])"
    output_field = IntegerField()
