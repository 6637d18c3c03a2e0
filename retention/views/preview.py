"""Settings > Retention > Next 90 nights: what ends in which night, as it is and with another period."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.csv_cells import short_csv_file
from accounts.models import Team
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from retention import words
from retention.changing import NotPossible, effect
from retention.choices import Choices
from retention.foreseeing import Forecast, Foresight, Known, foresee
from retention.forms.period_forms import PeriodForm, typed
from retention.guards import REASONS
from retention.kinds import Kind
from retention.reading import SHOWN
from retention.spans import said
from retention.views.periods import tabs
from tenancy import audit
from tenancy.audit import AuditKind
from texting.models import Tag

COLUMNS = ("night", "kind", "place", "rows", "ends", "stays", "why")
_MOST_SERIES = 5


@dataclass(frozen=True)
class _Asked:
    """`seen` is what is shown: as it is, or as it would be. `before`: as it is, when something else was asked for."""

    form: PeriodForm
    seen: Foresight
    before: Foresight | None
    query: str


@requires(Permission.RETENTION_MANAGE)
@require_safe
def retention_nights(request: MemberRequest) -> HttpResponse:
    """Plot and tables; `kind`, `team`, `keep`, `number` and `unit` ask what if."""
    asked = _asked(request)
    seen, before = asked.seen, asked.before
    labels = [date_format(night, "j M") for night in seen.nights]
    names = _names()
    both = [(_("As it is"), before.by_night()), (_("What if"), seen.by_night())] if before else None
    context = {
        "tabs": tabs("retention_nights"),
        "form": asked.form,
        "what_if": before is not None,
        "query": asked.query,
        "total": sum(seen.by_night()),
        "total_before": None if before is None else sum(before.by_night()),
        "labels": labels,
        "series": both or _series(seen),
        "nights": [row for row in _nights(seen) if row[2]],
        "heads": [words.title(kind) for kind in SHOWN],
        "lanes": [_lane(seen, one, names) for one in seen.forecasts],
        "stays": [
            (
                words.keeper(stay.keeper),
                words.rows_of(one.lane.subject),
                stay,
                words.until(stay.keeper),
                _page(stay.keeper),
            )
            for one in seen.forecasts
            for stay in one.stays
        ],
    }
    status = 422 if asked.form.errors else 200
    return render(request, "retention/nights.html", context, status=status)


@requires(Permission.RETENTION_MANAGE)
@fresh
@require_safe
def export_retention_nights(request: MemberRequest) -> HttpResponse:
    """The same as CSV (RFC 4180, UTF-8): what ends by night, then what stays and why. Itself in the log."""
    asked = _asked(request)
    filters = {name: str(value) for name, value in asked.form.cleaned_data.items() if value} if asked.before else {}
    audit.record(event=AuditKind.RETENTION_EXPORTED, actor=request.member, filters=filters)
    names = _names()
    name = f"retention-{request.member.organization.slug}-{timezone.localdate()}"
    return short_csv_file(name, COLUMNS, _cells(asked.seen, names))


def _asked(request: MemberRequest) -> _Asked:
    now, choices, zone = timezone.now(), Choices.load(), request.member.organization.time_zone
    if "keep" not in request.GET:
        start = choices.periods(now)[Kind.BODIES]
        form = PeriodForm(initial={"kind": Kind.BODIES, **typed(start.days)})
        return _Asked(form, foresee(choices, zone=zone, at=now, kinds=SHOWN), None, "")
    form = PeriodForm(request.GET)
    if not form.is_valid():
        return _Asked(form, foresee(choices, zone=zone, at=now, kinds=SHOWN), None, "")
    kind, whose, days, follows = form.wanted
    known: Known = {}
    tag = whose if whose and Tag.objects.filter(pk=whose).exists() else None
    try:
        whom: dict[str, Any] = {"team": None if tag else whose, "tag": tag}
        found = effect(request.member, kind=kind, days=days, follows=follows, now=now, known=known, **whom)
    except NotPossible as error:
        form.add_error("number" if days is not None else "keep", str(error))
        return _Asked(form, foresee(choices, zone=zone, at=now, kinds=SHOWN), None, "")
    seen = foresee(choices, zone=zone, at=now, kinds=SHOWN, with_stays=False, known=known)
    then = foresee(choices.with_also(found.choice), zone=zone, at=now, kinds=SHOWN, known=known)
    return _Asked(form, then, seen, form.query)


def _series(seen: Foresight) -> list[tuple[str, list[int]]]:
    """The kinds of which most ends, and the rest together."""
    totals = {kind: sum(one.total for one in seen.of(kind)) for kind in SHOWN}
    most = sorted((kind for kind in SHOWN if totals[kind]), key=lambda kind: -totals[kind])
    first, rest = most[:_MOST_SERIES], most[_MOST_SERIES:]
    series = [(words.title(kind), seen.by_night([kind])) for kind in first]
    return [*series, (_("Others"), seen.by_night(rest))] if rest else series


def _nights(seen: Foresight) -> Iterator[tuple[Any, list[int], int]]:
    by_kind = [seen.by_night([kind]) for kind in SHOWN]
    for at, night in enumerate(seen.nights):
        counts = [counts[at] for counts in by_kind]
        yield night, counts, sum(counts)


def _lane(seen: Foresight, one: Forecast, names: dict[Any, str]) -> dict[str, Any]:
    first = next((night for night, count in zip(seen.nights, one.counts, strict=True) if count), None)
    return {
        "title": words.title(one.kind),
        "place": _place(one, names),
        "rows": words.rows_of(one.lane.subject),
        "period": said(one.lane.days),
        "why": words.why(one.lane.period),
        "total": one.total,
        "first": first,
        "oldest": one.oldest,
        "stays": sum(stay.count for stay in one.stays),
    }


def _page(keeper: str) -> str:
    """Where somebody sees to what keeps rows; "" where no page is."""
    reason = REASONS.get(keeper)
    return reverse(reason.route) if reason else ""


def _names() -> dict[Any, str]:
    """Of teams and tags, by id."""
    named = (*Team.objects.values_list("pk", "name"), *Tag.objects.values_list("pk", "name"))
    return dict(named)


def _place(one: Forecast, names: dict[Any, str]) -> str:
    return words.place(names.get(one.lane.team, ""), names.get(one.lane.tag, ""))


def _cells(seen: Foresight, names: dict[Any, str]) -> Iterator[Sequence[object]]:
    for one in seen.forecasts:
        of = (one.kind.value, _place(one, names), words.rows_of(one.lane.subject))
        for night, count in zip(seen.nights, one.counts, strict=True):
            if count:
                yield (f"{night:%Y-%m-%d}", *of, count, 0, words.why(one.lane.period))
        for stay in one.stays:
            yield ("", *of, 0, stay.count, words.keeper(stay.keeper))
