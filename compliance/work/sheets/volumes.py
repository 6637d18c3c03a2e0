"""How much: texts in and out, conversations, by day, by hour and weekday, by team, line or member."""

from collections.abc import Callable, Mapping
from dataclasses import astuple
from datetime import date
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.work.reading import Steps, Texts
from compliance.work.sheets.parts import Found, smalls
from compliance.work.sheets.sheet import Asked, Figure, Heat, Plot, Row, Sheet, Small, Table, by_day, figure, row

SPLITS = {"line": "line_id", "team": "line_id", "member": "member_id"}


def sheet(asked: Asked) -> Sheet:
    """Of the period, compared with the one before."""
    now, then = asked.views
    split = (SPLITS[asked.by],)
    totals, days, hours, parts, part_days = now.texts((), ("day",), ("weekday", "hour"), split, ("day", *split))
    step_totals, step_days, step_parts, step_part_days = now.steps((), ("day",), split, ("day", *split))
    all_now, all_then = totals.get((), Texts()), then.texts(())[0].get((), Texts())
    steps_now, steps_then = step_totals.get((), Steps()), then.steps(())[0].get((), Steps())
    labels = [date_format(bucket, "j M") for bucket in asked.period.buckets()]

    def over_time(found: Mapping[Any, Any], number: Callable[[Any], int]) -> list[int]:
        return by_day({key: number(one) for key, one in found.items()}, asked.period)

    plots = [
        Plot(
            _("Texts"),
            labels,
            [
                (_("From customers"), over_time(days, lambda one: one.came)),
                (_("To customers"), over_time(days, lambda one: one.out)),
            ],
        ),
        Plot(
            _("Conversations"),
            labels,
            [
                (_("Opened"), over_time(step_days, lambda one: one.opened)),
                (_("Resolved"), over_time(step_days, lambda one: one.ended)),
                (_("Reopened"), over_time(step_days, lambda one: one.reopened)),
            ],
        ),
    ]
    heats = [_heat(_("When customers write"), hours, lambda one: one.came)] if all_now.came else []
    heats += [_heat(_("When texts go to customers"), hours, lambda one: one.out)] if all_now.out else []
    return Sheet(
        figures=_figures(all_now, all_then, steps_now, steps_then),
        plots=plots,
        smalls=[*_texts_of_parts(asked, part_days), *_resolved_of_parts(asked, step_part_days)],
        tables=[_parts(asked, parts, step_parts)],
        heats=heats,
        notes=[
            _("“Customers writing” counts a customer once a day in each conversation."),
            _("A text counts for whoever wrote it, a resolution for whoever resolved the conversation."),
        ],
        is_empty=not (all_now.all or steps_now.numbers),
    )


def _texts_of_parts(asked: Asked, found: Mapping[Any, Texts]) -> list[Small]:
    """Members get no texts from customers, so what they wrote stands alone."""
    title = {
        "line": _("Texts of each line"),
        "team": _("Texts of each team"),
        "member": _("Texts that each member wrote"),
    }[asked.by]
    wanted: list[tuple[str, Callable[[Texts], int]]] = [(_("To customers"), lambda one: one.out)]
    if asked.by != "member":
        wanted.insert(0, (_("From customers"), lambda one: one.came))

    def drawn(days: Mapping[date, list[Texts]]) -> list[tuple[str, list[int]]]:
        return [(name, summed(asked, days, number)) for name, number in wanted]

    return smalls(asked, found, title, drawn, weight=lambda one: sum(number(one) for _name, number in wanted))


def _resolved_of_parts(asked: Asked, found: Mapping[Any, Steps]) -> list[Small]:
    if asked.by != "member":
        return []

    def drawn(days: Mapping[date, list[Steps]]) -> list[tuple[str, list[int]]]:
        return [(_("Resolved"), summed(asked, days, lambda one: one.ended))]

    return smalls(asked, found, _("Conversations that each member resolved"), drawn, weight=lambda one: one.ended)


def summed(asked: Asked, days: Mapping[date, list[Found]], number: Callable[[Found], int]) -> list[int]:
    """A number of each day's figures, as the steps of a plot."""
    return by_day({(day,): sum(number(one) for one in some) for day, some in days.items()}, asked.period)


def _figures(now: Texts, then: Texts, steps: Steps, before: Steps) -> list[Figure]:
    pairs = [
        (_("Texts from customers"), now.came, then.came),
        (_("Texts to customers"), now.out, then.out),
        (_("Customers writing"), now.first, then.first),
        (_("Conversations opened"), steps.opened, before.opened),
        (_("Resolved"), steps.ended, before.ended),
        (_("Reopened"), steps.reopened, before.reopened),
    ]
    return [Figure(label, figure(one), figure(other)) for label, one, other in pairs]


def _parts(asked: Asked, texts: Mapping[Any, Texts], steps: Mapping[Any, Steps]) -> Table:
    title, first = heads(asked)
    return Table(
        f"by {asked.by}",
        title,
        [
            *(first, _("From customers"), _("To customers"), _("Customers writing")),
            *(_("Opened"), _("Resolved"), _("Reopened")),
        ],
        rows_by(asked, texts, steps, _row_of),
    )


def heads(asked: Asked) -> tuple[str, str]:
    """Title and first column of the table by line, team or member."""
    return {
        "line": (_("By line"), _("Line")),
        "team": (_("By team"), _("Team")),
        "member": (_("By member"), _("Member")),
    }[asked.by]


def _row_of(name: str, one: Texts, step: Steps, link: str) -> Row:
    values = (one.came, one.out, one.first, step.opened, step.ended, step.reopened)
    return row(name, values, link=link, here=one.here if one.all else None, all_=one.all)


def rows_by(
    asked: Asked,
    texts: Mapping[Any, Texts],
    steps: Mapping[Any, Steps],
    made: Callable[[str, Texts, Steps, str], Row],
) -> list[Row]:
    """A row for each team, line or member that has any figure, by name."""
    names = asked.names
    groups: dict[str, list[Any]] = {}
    for key in dict.fromkeys([*texts, *steps]):
        groups.setdefault(names.get(key[0], ""), []).append(key)
    found = []
    for name in sorted(groups, key=str.casefold):
        keys = groups[name]
        whose = {"author": keys[0][0]} if asked.by == "member" else {"line": keys[0][0]} if len(keys) == 1 else {}
        is_one = len(keys) == 1 and keys[0][0] is not None
        link = asked.rows_of(**whose) if is_one else ""
        found.append(made(name, added(texts.get(key) for key in keys), added_steps(steps.get(k) for k in keys), link))
    return found


def added(some: Any) -> Texts:
    """Their sum."""
    rows = [astuple(one) for one in some if one is not None]
    return Texts(*(sum(column) for column in zip(*rows, strict=True))) if rows else Texts()


def added_steps(some: Any) -> Steps:
    """Their sum; times add up because they are on one scale."""
    total = Steps()
    for one in some:
        if one is None:
            continue
        pairs: list[tuple[dict[Any, int], dict[Any, int]]] = [(total.numbers, one.numbers)]
        pairs += [(total.answered.business, one.answered.business), (total.answered.clock, one.answered.clock)]
        pairs += [(total.resolved.business, one.resolved.business), (total.resolved.clock, one.resolved.clock)]
        for into, part in pairs:
            for key, number in part.items():
                into[key] = into.get(key, 0) + number
    return total


def _heat(title: str, found: Mapping[Any, Texts], number: Callable[[Texts], int]) -> Heat:
    most = max((number(one) for one in found.values()), default=0) or 1
    rows = []
    for weekday in range(7):
        cells = []
        for hour in range(24):
            some = number(found.get((weekday, hour), Texts()))
            what = ngettext(
                "%(weekday)s, %(hour)s:00: %(number)s text", "%(weekday)s, %(hour)s:00: %(number)s texts", some
            )
            words = what % {"weekday": WEEKDAYS[weekday], "hour": hour, "number": figure(some)}
            cells.append((words, some, -(-5 * some // most)))
        rows.append((str(WEEKDAYS[weekday]), cells))
    return Heat(title, [str(hour) for hour in range(24)], rows)
