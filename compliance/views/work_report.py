"""Reports > Daily work: volumes, answers, delivery, cost and opt-outs of a period, as pages and as files."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.csv_cells import short_csv_file
from accounts.models import Membership
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from compliance.forms.work_forms import WorkForm
from compliance.reports.periods import USUAL, Period, newest
from compliance.views.period_asked import choices, today
from compliance.work.sheets import answers, cost, delivery, opt_outs, volumes
from compliance.work.sheets.sheet import Asked, Sheet
from compliance.work.whose import offered
from tenancy import audit
from tenancy.audit import AuditKind

SHEETS: dict[str, Callable[[Asked], Sheet]] = {
    "volumes": volumes.sheet,
    "answers": answers.sheet,
    "delivery": delivery.sheet,
    "cost": cost.sheet,
    "opt-outs": opt_outs.sheet,
}
COLUMNS = ("table", "row", "figure", "value")
_FOR_ALL = "opt-outs"


@requires(Permission.REPORTS_WORK)
@require_safe
def work_reports(request: MemberRequest) -> HttpResponse:
    """The first of them."""
    return redirect("work_report", "volumes")


@requires(Permission.REPORTS_WORK)
@require_safe
def work_report(request: MemberRequest, sheet: str) -> HttpResponse:
    """One sheet. Opt-outs are the whole organization's, for whoever may read reports."""
    made = _sheet(request.member, sheet)
    form, asked = _asked(request)
    query = _query(form, asked)
    context = {
        "form": form,
        "period": asked.period,
        "before": asked.before,
        "usual": choices(asked.period),
        "sheet": made(asked),
        "tabs": _tabs(request.member, sheet, query),
        "current": sheet,
        "is_own": asked.offered.is_own,
        "query": query,
        "kept": _kept(form),
    }
    return render(request, "compliance/work/report.html", context, status=422 if form.errors else 200)


@requires(Permission.REPORTS_WORK)
@fresh
@require_safe
def work_report_csv(request: MemberRequest, sheet: str) -> HttpResponse:
    """The tables of a sheet, or with `?table=` one of them, as CSV (RFC 4180, UTF-8). Itself in the log."""
    made = _sheet(request.member, sheet)
    _form, asked = _asked(request)
    days = {"since": str(asked.period.first), "until": str(asked.period.last), "sheet": sheet}
    audit.record(event=AuditKind.WORK_REPORT_EXPORTED, actor=request.member, filters=days)
    name = f"{sheet}-{request.member.organization.slug}-{asked.period.first}-{asked.period.last}"
    return short_csv_file(name, COLUMNS, _lines(made(asked), request.GET.get("table", "")))


def _lines(sheet: Sheet, only: str) -> Iterator[tuple[object, ...]]:
    for table in sheet.tables:
        if only in ("", table.key):
            for row in table.rows:
                for label, value in zip(table.head[1:], row.values, strict=True):
                    yield table.key, row.name, label, "" if value is None else value
    plots = [*sheet.plots, *(plot for small in sheet.smalls for plot in small.plots)]
    for plot in plots if not only else ():
        for label, name, value in plot.cells():
            yield plot.title, label, name, "" if value is None else value
    for heat in sheet.heats if not only else ():
        for weekday, cells in heat.rows:
            for hour, (_words, number, _level) in zip(heat.hours, cells, strict=True):
                yield heat.title, weekday, hour, number


def _sheet(member: Membership, name: str) -> Callable[[Asked], Sheet]:
    if name not in SHEETS or (name == _FOR_ALL and not member.may(Permission.REPORTS_READ)):
        raise Http404
    return SHEETS[name]


def _tabs(member: Membership, current: str, query: str) -> list[tuple[str, str, bool]]:
    labels = {
        "volumes": _("Volumes"),
        "answers": _("Answers"),
        "delivery": _("Delivery"),
        "cost": _("Segments and cost"),
        "opt-outs": _("Opt-outs"),
    }
    return [
        (label, f"{reverse('work_report', args=[name])}?{query}", name == current)
        for name, label in labels.items()
        if name != _FOR_ALL or member.may(Permission.REPORTS_READ)
    ]


def _asked(request: MemberRequest) -> tuple[WorkForm, Asked]:
    """What was asked for; the usual where it makes no sense, and the form says why."""
    member = request.member
    may_see = offered(member)
    typed = request.GET.get("days", "")
    days = int(typed) if typed in {str(one) for one in USUAL} else 30
    usual = newest(days, today=today(), zone=member.organization.time_zone)
    data = request.GET.copy()
    if not (data.get("since") or data.get("until")):
        data["since"], data["until"] = str(usual.first), str(usual.last)
    form = WorkForm(may_see, data)
    said = form.cleaned_data if form.is_valid() else {}
    period = usual
    if said.get("since") and said.get("until"):
        period = Period(said["since"], said["until"], member.organization.time_zone)
    asked = Asked(member, period, period.before, may_see, by="member" if may_see.is_own else "line")
    if said.get("against") == "year":
        asked = replace(asked, before=period.year_before)
    names = ("team", "line", "one", "by", "goal")
    return form, replace(asked, **{name: said[name] for name in names if said.get(name)})


def _kept(form: WorkForm) -> str:
    """What the links to usual days keep."""
    said = form.cleaned_data if form.is_valid() else {}
    chosen = {name: said[name] for name in ("team", "line", "one", "by", "against", "goal") if said.get(name)}
    return f"&{urlencode(chosen)}" if chosen else ""


def _query(form: WorkForm, asked: Asked) -> str:
    return f"since={asked.period.first}&until={asked.period.last}{_kept(form)}"
