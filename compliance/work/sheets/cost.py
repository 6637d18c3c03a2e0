"""What it cost: segments, what letters outside the short alphabet added, planning prices."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from compliance.models import names_in_reports
from compliance.work.purpose_names import NAMES
from compliance.work.reading import Texts
from compliance.work.sheets.compared import compared
from compliance.work.sheets.parts import smalls
from compliance.work.sheets.sheet import Asked, Figure, Plot, Row, Sheet, Small, Table, figure, per_cent
from compliance.work.sheets.volumes import SPLITS, added, heads, summed
from texting.limits.prices import MICROS, prices
from texting.models import Announcement


def sheet(asked: Asked) -> Sheet:
    """Of the period, compared with the one before."""
    now, then = asked.views
    split = SPLITS[asked.by]
    sets = [(), ("day",), ("line_id",), ("purpose",), ("template_id",), ("announcement_id",)]
    sets += [(split,), ("day", split), ("day", "purpose")]
    totals, days, lines, purposes, templates, announcements, parts, part_days, purpose_days = now.texts(*sets)
    totals_then, days_then = then.texts((), ("day",))
    one, before = totals.get((), Texts()), totals_then.get((), Texts())
    buckets = asked.period.buckets()
    by_team: dict[str, list[Texts]] = {}
    for (line,), texts in lines.items():
        by_team.setdefault(asked.teams.get(line, ""), []).append(texts)
    used = names_in_reports()
    named = dict(Announcement.objects.filter(pk__in=[key[0] for key in announcements]).values_list("pk", "name"))
    title = {
        "line": _("Cost of each line"),
        "team": _("Cost of each team"),
        "member": _("Cost of what each member wrote"),
    }[asked.by]
    people = asked.people() if asked.by == "member" else {}
    return Sheet(
        figures=[
            Figure(_("Segments"), figure(one.segments), figure(before.segments)),
            Figure(_("Cost"), money(one.micros), money(before.micros)),
            Figure(_("Segments more by special letters"), figure(one.extra), figure(before.extra)),
            Figure(_("Their share"), per_cent(one.extra, one.segments), per_cent(before.extra, before.segments)),
        ],
        plots=[
            Plot(
                _("Segments over time"),
                [date_format(bucket, "j M") for bucket in buckets],
                [
                    (_("Segments"), _days(asked, days, "segments")),
                    (_("More by special letters"), _days(asked, days, "extra")),
                ],
            ),
            compared(asked, _("Cost over time"), days, days_then, drawn=_cost, unit=prices().currency, places=2),
        ],
        smalls=[
            *_costs(asked, part_days, title),
            *_costs(asked, purpose_days, _("Cost of each purpose"), {key: str(name) for key, name in NAMES.items()}),
        ],
        tables=[
            _table("by line", _("By line"), _("Line"), _named(lines, asked.lines)),
            _table("by team", _("By team"), _("Team"), [(name, added(some)) for name, some in by_team.items()]),
            *([_table("by member", *heads(asked), _of_people(parts, people))] if people else []),
            _table("by purpose", _("By purpose"), _("Purpose"), _named(purposes, NAMES)),
            _table("by template", _("By template"), _("Template"), _named(templates, used)),
            _table("by announcement", _("By announcement"), _("Announcement"), _named(announcements, named)),
        ],
        notes=[
            _("Cost is by the price table for planning (%(source)s, %(day)s), not by an invoice.")
            % {"source": prices().source, "day": date_format(prices().date, "j M Y")},
            _("One letter outside the short alphabet (GSM 03.38), such as an emoji, makes a text take more segments."),
            _("Only texts that left are counted."),
        ],
        is_empty=not one.segments,
    )


def money(micros: int) -> str:
    """In the price table's currency, to the hundredth, half a one up."""
    whole = (Decimal(micros) / MICROS).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{number_format(whole, decimal_pos=2, force_grouping=True)} {prices().currency}"


def _days(asked: Asked, found: Mapping[Any, Texts], name: str) -> list[int]:
    sums: dict[date, int] = {key[0]: getattr(one, name) for key, one in found.items()}
    return asked.period.fold(sums, asked.period.buckets())


def _cost(some: Iterable[Texts]) -> float:
    return sum(one.micros for one in some) / MICROS


def _costs(asked: Asked, found: Mapping[Any, Texts], title: str, names: Mapping[Any, str] | None = None) -> list[Small]:
    def drawn(days: Mapping[date, list[Texts]]) -> list[tuple[str, list[float]]]:
        micros = summed(asked, days, lambda one: one.micros)
        return [(prices().currency, [some / MICROS for some in micros])]

    unit = prices().currency
    return smalls(asked, found, title, drawn, weight=lambda one: one.micros, unit=unit, names=names, places=2)


def _of_people(found: Mapping[Any, Texts], names: Mapping[Any, str]) -> list[tuple[str, Texts]]:
    return [(names.get(key, ""), texts) for (key,), texts in found.items()]


def _named(found: Mapping[Any, Texts], names: Mapping[Any, Any]) -> list[tuple[str, Texts]]:
    return [(str(names.get(key[0], "")), texts) for key, texts in found.items() if key[0] and texts.segments]


def _table(key: str, title: str, first: str, rows: Iterable[tuple[str, Texts]]) -> Table:
    head = [first, _("Segments"), _("Special letters"), _("Cost")]
    found = [
        Row(
            name,
            [one.segments, one.extra, round(one.micros / MICROS, 4)],
            [figure(one.segments), figure(one.extra), money(one.micros)],
        )
        for name, one in sorted(rows, key=lambda pair: (-pair[1].micros, pair[0].casefold()))
        if one.segments
    ]
    return Table(key, title, head, found)
