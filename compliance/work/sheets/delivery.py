"""What arrived: by provider, by line, and why not."""

from collections.abc import Iterable
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from compliance.work.reading import Texts
from compliance.work.sheets.sheet import Asked, Figure, Plot, Row, Sheet, Table, figure, per_cent
from compliance.work.sheets.volumes import added
from texting.explained import reason_of
from texting.models import Line


def sheet(asked: Asked) -> Sheet:
    """Of the period, compared with the one before."""
    now, then = asked.views
    totals, days, lines, errors = now.texts((), ("day",), ("line_id",), ("error_kind",))
    one, before = totals.get((), Texts()), then.texts(())[0].get((), Texts())
    buckets = asked.period.buckets()
    failed = asked.period.fold({key[0]: texts.failed for key, texts in days.items()}, buckets)
    out = asked.period.fold({key[0]: texts.out for key, texts in days.items()}, buckets)
    rates = [round(100 * part / whole, 1) if whole else None for part, whole in zip(failed, out, strict=True)]
    carriers = dict(Line.objects.values_list("pk", "provider"))
    providers: dict[str, list[Texts]] = {}
    for (line,), texts in lines.items():
        providers.setdefault(carriers.get(line, ""), []).append(texts)
    by_line = [(asked.lines.get(line, ""), texts, asked.rows_of(line=line)) for (line,), texts in lines.items()]
    return Sheet(
        figures=[
            Figure(_("Texts to customers"), figure(one.out), figure(before.out)),
            Figure(_("Delivered"), per_cent(one.delivered, one.out), per_cent(before.delivered, before.out)),
            Figure(_("Not delivered"), per_cent(one.failed, one.out), per_cent(before.failed, before.out)),
            Figure(_("On the way or no report"), figure(one.open), figure(before.open)),
            Figure(_("Canceled"), figure(one.canceled), figure(before.canceled)),
        ],
        plots=[
            Plot(
                _("Not delivered over time"),
                [date_format(bucket, "j M") for bucket in buckets],
                [(_("Per cent"), rates)],
                _("per cent of the texts of the day they were written"),
            )
        ],
        tables=[
            _table("by provider", _("By provider"), _("Provider"), [(n, added(s), "") for n, s in providers.items()]),
            _table("by line", _("By line"), _("Line"), by_line),
            _errors(errors.items(), one.failed + one.canceled),
        ],
        notes=[
            _("Delivered is what the phone network says. A text without a report counts as on the way."),
            _("Canceled texts never left, so they are in no rate."),
        ],
        is_empty=not (one.out or one.canceled),
    )


def _table(key: str, title: str, first: str, rows: Iterable[tuple[str, Texts, str]]) -> Table:
    head = [
        first,
        _("To customers"),
        _("Delivered"),
        _("Not delivered"),
        _("No report"),
        _("Canceled"),
        _("Error rate"),
    ]
    return Table(key, title, head, [_row(*one) for one in sorted(rows, key=lambda one: one[0].casefold())])


def _row(name: str, one: Texts, link: str) -> Row:
    values = [one.out, one.delivered, one.failed, one.open, one.canceled]
    rate = round(100 * one.failed / one.out, 1) if one.out else None
    cells = [*(figure(value) for value in values), per_cent(one.failed, one.out)]
    return Row(name, [*values, rate], cells, link if one.here else "", one.here if link else None, one.all)


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
