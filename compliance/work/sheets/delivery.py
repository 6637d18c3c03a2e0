"""What arrived: by provider, by line, and why not."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from compliance.work.reading import Steps, Texts
from compliance.work.sheets.compared import compared
from compliance.work.sheets.parts import smalls
from compliance.work.sheets.sheet import Asked, Figure, Row, Sheet, Small, Table, figure, per_cent
from compliance.work.sheets.volumes import SPLITS, added, heads, rows_by, summed
from texting.explained import reason_of
from texting.models import Line
from texting.providers.catalog import card_of


def sheet(asked: Asked) -> Sheet:
    """Of the period, compared with the one before."""
    now, then = asked.views
    split = SPLITS[asked.by]
    sets = ((), ("day",), ("line_id",), ("error_kind",), (split,), ("day", "line_id"), ("day", split))
    totals, days, lines, errors, parts, line_days, part_days = now.texts(*sets)
    totals_then, days_then = then.texts((), ("day",))
    one, before = totals.get((), Texts()), totals_then.get((), Texts())
    providers = {pk: str(card_of(name).label) for pk, name in Line.objects.values_list("pk", "provider")}
    by_provider: dict[str, list[Texts]] = {}
    for (line,), texts in lines.items():
        by_provider.setdefault(providers.get(line, ""), []).append(texts)
    unit = _("per cent of the texts of the day they were written")
    title = {
        "line": _("Error rate of each line"),
        "team": _("Error rate of each team"),
        "member": _("Error rate of what each member wrote"),
    }[asked.by]
    title_by, first = heads(asked)
    return Sheet(
        figures=[
            Figure(_("Texts to customers"), figure(one.out), figure(before.out)),
            Figure(_("Delivered"), per_cent(one.delivered, one.out), per_cent(before.delivered, before.out)),
            Figure(_("Not delivered"), per_cent(one.failed, one.out), per_cent(before.failed, before.out)),
            Figure(_("On the way or no report"), figure(one.open), figure(before.open)),
            Figure(_("Canceled"), figure(one.canceled), figure(before.canceled)),
        ],
        plots=[compared(asked, _("Not delivered over time"), days, days_then, drawn=_rate, unit=unit)],
        smalls=[
            *_rates(asked, line_days, _("Error rate of each provider"), unit, providers),
            *_rates(asked, part_days, title, unit),
        ],
        tables=[
            Table("by provider", _("By provider"), _head(_("Provider")), _rows(by_provider)),
            Table(f"by {asked.by}", title_by, _head(first), rows_by(asked, parts, {}, _row_of)),
            _errors(errors.items(), one.failed + one.canceled),
        ],
        notes=[
            _("Delivered is what the phone network says. A text without a report counts as on the way."),
            _("Canceled texts never left, so they are in no rate."),
        ],
        is_empty=not (one.out or one.canceled),
    )


def _rate(some: Iterable[Texts]) -> float | None:
    one = added(some)
    return round(100 * one.failed / one.out, 1) if one.out else None


def _rates(
    asked: Asked, found: Mapping[Any, Texts], title: str, unit: str, names: Mapping[Any, str] | None = None
) -> list[Small]:
    def drawn(days: Mapping[date, list[Texts]]) -> list[tuple[str, list[float | None]]]:
        failed, out = (summed(asked, days, number) for number in (lambda one: one.failed, lambda one: one.out))
        rates = [round(100 * part / whole, 1) if whole else None for part, whole in zip(failed, out, strict=True)]
        return [(_("Per cent"), rates)]

    return smalls(asked, found, title, drawn, weight=lambda one: one.out, unit=unit, names=names)


def _head(first: str) -> list[str]:
    counts = [_("To customers"), _("Delivered"), _("Not delivered"), _("No report"), _("Canceled")]
    return [first, *counts, _("Error rate")]


def _rows(found: Mapping[str, list[Texts]]) -> list[Row]:
    return [_row(name, added(found[name]), "") for name in sorted(found, key=str.casefold)]


def _row_of(name: str, one: Texts, _steps: Steps, link: str) -> Row:
    return _row(name, one, link)


def _row(name: str, one: Texts, link: str) -> Row:
    values = [one.out, one.delivered, one.failed, one.open, one.canceled]
    cells = [*(figure(value) for value in values), per_cent(one.failed, one.out)]
    return Row(name, [*values, _rate([one])], cells, link if one.here else "", one.here if link else None, one.all)


def _errors(found: Iterable[tuple[Any, Texts]], whole: int) -> Table:
    rows = [
        (reason_of(key[0]) or _("No reason given"), texts.failed, texts.canceled)
        for key, texts in found
        if texts.failed or texts.canceled
    ]
    return Table(
        "by reason",
        _("Why texts did not arrive"),
        [_("Reason"), _("Not delivered"), _("Canceled"), _("Share")],
        [
            Row(
                name,
                [failed, canceled, round(100 * (failed + canceled) / whole, 1)],
                [figure(failed), figure(canceled), per_cent(failed + canceled, whole)],
            )
            for name, failed, canceled in sorted(rows, key=lambda one: (-one[1] - one[2], one[0]))
        ],
    )
