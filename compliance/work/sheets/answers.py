"""How soon: first answers and resolutions, by business hours and by the clock; who was not answered."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from compliance.work.reading import Steps, Texts, Times, waiting
from compliance.work.scale import BOUNDS
from compliance.work.sheets.parts import smalls
from compliance.work.sheets.sheet import Asked, Figure, Plot, Row, Sheet, Small, Table, figure, minutes
from compliance.work.sheets.volumes import SPLITS, added_steps, rows_by

_GROUPS = ((5, "5 min"), (15, "15 min"), (30, "30 min"), (60, "1 h"), (240, "4 h"), (480, "8 h"), (1440, "24 h"))


def sheet(asked: Asked) -> Sheet:
    """Of the period, compared with the one before."""
    now, then = asked.views
    split = SPLITS[asked.by]
    totals, days, parts, part_days = now.steps((), ("day",), (split,), ("day", split))
    one, before = totals.get((), Steps()), then.steps(())[0].get((), Steps())
    buckets = asked.period.buckets()
    labels = [date_format(bucket, "j M") for bucket in buckets]
    medians = _medians(asked, days)
    return Sheet(
        figures=_figures(asked, one, before),
        plots=[
            Plot(_("First answer, half of them within"), labels, [(_("Minutes"), medians)], _("business minutes")),
            Plot(
                _("How long first answers took"),
                [*(label for _bound, label in _GROUPS), _("longer")],
                [(_("Answers"), _spread(one.answered))],
                _("business time"),
                bars=True,
            ),
        ],
        smalls=_medians_of_parts(asked, part_days),
        tables=[_table(asked, parts, resolved=False), _table(asked, parts, resolved=True)],
        notes=[
            _(
                "A first answer is the first text that a person of yours wrote after the customer's first text in a"
                " conversation, and it counts for whoever wrote it, on the day it was written. Automatic answers,"
                " programs and announcements are none."
            ),
            _(
                "A resolution counts for whoever resolved the conversation, whoever had it before; its time begins"
                " when the conversation was opened, or last reopened."
            ),
            _(
                "Business time passes in the business hours of the line's team. Times are counted in steps, so a median"
                " is right to about a sixth; the share within the goal is exact."
            ),
            _(
                "“Without an answer”: the customer wrote, and it was resolved before a person answered. Such a"
                " conversation has no time."
            ),
        ],
        is_empty=not one.numbers,
    )


def _figures(asked: Asked, one: Steps, before: Steps) -> list[Figure]:
    goal = {"goal": minutes(asked.goal)}

    def part(times: Times) -> str:
        found = times.part(asked.goal)
        return "–" if found is None else f"{figure(found)} %"

    return [
        Figure(_("First answers"), figure(one.answered.number), figure(before.answered.number)),
        Figure(_("Half of them within"), minutes(one.answered.median()), minutes(before.answered.median())),
        Figure(_("9 of 10 within"), minutes(one.answered.most()), minutes(before.answered.most())),
        Figure(_("Answered within %(goal)s") % goal, part(one.answered), part(before.answered)),
        Figure(_("Resolved without an answer"), figure(one.unanswered), figure(before.unanswered)),
        Figure(_("Waiting for an answer now"), figure(waiting(asked.whose))),
        Figure(_("Resolved, half of them within"), minutes(one.resolved.median()), minutes(before.resolved.median())),
    ]


def _medians(asked: Asked, days: Mapping[Any, Steps]) -> list[float | None]:
    buckets = asked.period.buckets()
    per_bucket: list[Times] = [Times() for _bucket in buckets]
    for (day,), one in days.items():
        place = bisect_right(buckets, day) - 1
        for step, number in one.answered.business.items():
            sums = per_bucket[place].business
            sums[step] = sums.get(step, 0) + number
    return [None if (found := times.median()) is None else round(found, 1) for times in per_bucket]


def _medians_of_parts(asked: Asked, found: Mapping[Any, Steps]) -> list[Small]:
    title = {
        "line": _("First answer of each line, half of them within"),
        "team": _("First answer of each team, half of them within"),
        "member": _("First answer of each member, half of them within"),
    }[asked.by]

    def drawn(days: Mapping[date, list[Steps]]) -> list[tuple[str, list[float | None]]]:
        return [(_("Minutes"), _medians(asked, {(day,): added_steps(some) for day, some in days.items()}))]

    unit = _("business minutes")
    return smalls(asked, found, title, drawn, weight=lambda one: one.answered.number, unit=unit)


def _spread(times: Times) -> list[int]:
    last, counts = -1, []
    for bound, _label in _GROUPS:
        here = BOUNDS.index(bound)
        counts.append(sum(number for step, number in times.business.items() if last < step <= here))
        last = here
    return [*counts, sum(number for step, number in times.business.items() if step > last)]


def _table(asked: Asked, parts: Mapping[Any, Steps], *, resolved: bool) -> Table:
    first = {"line": _("Line"), "team": _("Team"), "member": _("Member")}[asked.by]
    goal = {"goal": minutes(asked.goal)}
    clocks = [_("Half within"), _("9 of 10 within"), _("Half within, by the clock"), _("9 of 10 within, by the clock")]

    def made(name: str, _texts: Texts, one: Steps, _link: str) -> Row:
        times = one.resolved if resolved else one.answered
        spans = (times.median(), times.most(), times.clock_median(), times.clock_most())
        cells = [figure(times.number), *(minutes(span) for span in spans)]
        values = [times.number, *(None if span is None else round(span, 1) for span in spans)]
        if resolved:
            return Row(name, [*values, one.unanswered], [*cells, figure(one.unanswered)])
        part = times.part(asked.goal)
        return Row(name, [*values, part], [*cells, "–" if part is None else f"{figure(part)} %"])

    rows = [row for row in rows_by(asked, {}, parts, made) if any(row.values)]
    if resolved:
        head = [first, _("Resolved"), *clocks, _("Without an answer")]
        return Table(f"resolutions by {asked.by}", _("Resolutions"), head, rows)
    head = [first, _("First answers"), *clocks, _("Within %(goal)s") % goal]
    return Table(f"first answers by {asked.by}", _("First answers"), head, rows)
