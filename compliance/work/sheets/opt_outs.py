"""Who opted out: how they said so, and what they had been sent before. Counted from the ledger, which no purge ends."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from compliance.models import ConsentEvent, names_in_reports
from compliance.reports import counting
from compliance.reports.periods import Period
from compliance.work.purpose_names import NAMES
from compliance.work.reading import Texts, View
from compliance.work.sheets.compared import compared
from compliance.work.sheets.parts import smalls
from compliance.work.sheets.sheet import Asked, Figure, Row, Sheet, Small, Table, figure, per_cent
from compliance.work.sheets.volumes import summed
from compliance.work.whose import Whose
from texting.models import Announcement, Line

_PART = "(%(all_lines)s OR e.line_id = ANY(%(lines)s::uuid[]))"
_CAUSES = f"""
SELECT (%(days)s::date[])[width_bucket(e.recorded_at, %(starts)s::timestamptz[])], e.source, e.matched <> '',
    e.channel, count(*)::integer
FROM compliance_consentevent e
WHERE e.organization_id = %(organization)s AND e.action = 'withdrawn'
    AND e.recorded_at >= %(begin)s AND e.recorded_at < %(end)s AND {_PART}
GROUP BY 1, 2, 3, 4
"""  # noqa: S608 - made of constants
_FOLLOWED = f"""
SELECT last.purpose, last.template_id, last.announcement_id, count(*)::integer
FROM (
    SELECT e.id, e.number_index, coalesce(e.happened_at, e.recorded_at) AS said_at FROM compliance_consentevent e
    WHERE e.organization_id = %(organization)s AND e.action = 'withdrawn'
        AND e.recorded_at >= %(begin)s AND e.recorded_at < %(end)s AND {_PART}
) e CROSS JOIN LATERAL (
    ({counting.LAST.format(some="")}) UNION ALL (
        SELECT f.last_at, f.last_purpose, f.last_author_id, f.last_announcement_id, f.last_template_id
        FROM compliance_entryfact f
        WHERE f.organization_id = %(organization)s AND f.entry_id = e.id AND f.last_at IS NOT NULL)
    ORDER BY sent_at DESC LIMIT 1
) last
GROUP BY 1, 2, 3
"""  # noqa: S608 - made of constants


def sheet(asked: Asked) -> Sheet:
    """Of the period, compared with the one before."""
    now, then = _counted(asked, asked.period), _counted(asked, asked.before)
    number, before = sum(now.values()), sum(then.values())
    causes: dict[str, int] = {}
    for (_day, cause), some in now.items():
        causes[cause] = causes.get(cause, 0) + some
    texts = View(asked.period, _same_lines(asked)).texts(("purpose",), ("template_id",), ("announcement_id",))
    purposes, templates, announcements = texts
    followed = list(_rows(_FOLLOWED, asked, asked.period))
    return Sheet(
        figures=[Figure(_("Opt-outs"), figure(number), figure(before))],
        plots=[compared(asked, _("Opt-outs over time"), _by_day(now), _by_day(then), drawn=sum)],
        smalls=_of_causes(asked, now),
        tables=[
            _causes(causes, number),
            _table("after purpose", _("What they followed"), _("Last text"), _after(followed, 0, NAMES, purposes)),
            _table(
                "after template",
                _("After a template"),
                _("Template"),
                _after(followed, 1, names_in_reports(), templates),
            ),
            _table(
                "after announcement",
                _("After an announcement"),
                _("Announcement"),
                _after(followed, 2, dict(Announcement.objects.values_list("pk", "name")), announcements),
            ),
        ],
        notes=[
            _("An opt-out counts for the last text that the customer got within a week before it."),
            _("What names no line, such as a list or a colleague's note, is counted for all lines together only."),
        ],
        is_empty=not number,
    )


def _same_lines(asked: Asked) -> Whose:
    """The lines whose opt-outs are counted: a share is of all that was sent there, whoever wrote it."""
    if _is_narrowed(asked):
        return replace(asked.whose, own=(), one=None)
    return Whose(tuple(Line.objects.filter(sends_codes=False).values_list("pk", flat=True)), (), asked.member.pk)


def _is_narrowed(asked: Asked) -> bool:
    return asked.team is not None or asked.line is not None


def _counted(asked: Asked, period: Period) -> dict[tuple[date, str], int]:
    """By day and cause."""
    found: dict[tuple[date, str], int] = {}
    for day, source, matched, channel, some in _rows(_CAUSES, asked, period):
        key = (day, _cause(source, matched, channel))
        found[key] = found.get(key, 0) + some
    return found


def _by_day(found: Mapping[tuple[date, str], int]) -> dict[tuple[date], int]:
    days: dict[tuple[date], int] = {}
    for (day, _cause_of_it), some in found.items():
        days[day,] = days.get((day,), 0) + some
    return days


def _of_causes(asked: Asked, found: Mapping[tuple[date, str], int]) -> list[Small]:
    names = {cause: cause for _day, cause in found}

    def drawn(days: Mapping[date, list[int]]) -> list[tuple[str, list[int]]]:
        return [(_("Opt-outs"), summed(asked, days, int))]

    return smalls(asked, found, _("Opt-outs of each cause"), drawn, weight=int, names=names)


def _cause(source: str, matched: bool, channel: str) -> str:
    if source in (ConsentEvent.Source.INBOUND, ConsentEvent.Source.KEYWORD):
        return _("A keyword such as STOP") if matched else _("A phrase in a text")
    if source == ConsentEvent.Source.AGENT and channel:
        told = {"how": ConsentEvent.Channel(channel).label}
        return _("Recorded by a member: %(how)s") % told
    return str(ConsentEvent.Source(source).label)


def _causes(causes: Mapping[str, int], whole: int) -> Table:
    found = sorted(causes.items(), key=lambda one: (-one[1], one[0]))
    return Table(
        "by cause",
        _("How they said so"),
        [_("Cause"), _("Opt-outs"), _("Share")],
        [
            Row(name, [some, round(100 * some / whole, 1)], [figure(some), per_cent(some, whole)])
            for name, some in found
        ],
    )


def _after(
    found: Iterable[tuple[Any, ...]], at: int, names: Mapping[Any, Any], texts: Mapping[Any, Texts]
) -> list[tuple[str, int, int]]:
    """Name, texts of the period, opt-outs that followed."""
    sums: dict[str | UUID, int] = {}
    for *keys, number in found:
        if keys[at]:
            sums[keys[at]] = sums.get(keys[at], 0) + number
    return [(str(names.get(key, "")), texts.get((key,), Texts()).out, number) for key, number in sums.items()]


def _table(key: str, title: str, first: str, rows: Iterable[tuple[str, int, int]]) -> Table:
    head = [first, _("Texts to customers"), _("Opt-outs"), _("Share")]
    found = [
        Row(
            name,
            [texts, number, round(100 * number / texts, 2) if texts else None],
            [figure(texts), figure(number), per_cent(number, texts)],
        )
        for name, texts, number in sorted(rows, key=lambda one: (-one[2], one[0]))
    ]
    return Table(key, title, head, found)


def _rows(statement: str, asked: Asked, period: Period) -> Iterator[tuple[Any, ...]]:
    values = counting.values(period) | {"all_lines": not _is_narrowed(asked), "lines": list(asked.whose.whole)}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        yield from cursor.fetchall()
