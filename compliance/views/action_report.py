"""Reports > Actions: plots, a table and a file of what was improved."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.csv_cells import short_csv_file
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from compliance.actions import reading
from compliance.actions.counting import Estimate
from compliance.actions.rates import Unit
from compliance.actions.reporting import FLOWS, Report, report
from compliance.views.actions import COLUMNS, action_cells
from compliance.views.period_asked import asked, choices
from tenancy import audit
from tenancy.audit import AuditKind

MOST_PLOTTED = 12


@requires(Permission.ACTIONS_READ, Permission.REPORTS_READ)
@require_safe
def action_report(request: MemberRequest) -> HttpResponse:
    """Opened, held and slipped over time; before and after of what was measured."""
    form, period = asked(request, usual_days=90)
    shown = report(request.member, period)
    names = [str(kind.label) for kind in (FLOWS)]
    context = {
        "form": form,
        "period": period,
        "usual": choices(period),
        "report": shown,
        "labels": [date_format(bucket, "j M") for bucket in shown.buckets],
        "flows": list(zip(names, shown.flows, strict=True)),
        "plots": _plots(shown),
        "rows": [
            (number, row, _side(row.effect.before), _side(row.effect.after), row.effect.verdict)
            for number, row in enumerate(shown.measured, 1)
            if row.effect
        ],
        "query": f"since={period.first}&until={period.last}",
    }
    return render(request, "compliance/actions/report.html", context, status=422 if form.errors else 200)


@requires(Permission.ACTIONS_READ, Permission.REPORTS_READ)
@fresh
@require_safe
def export_action_report(request: MemberRequest) -> HttpResponse:
    """The table as CSV (RFC 4180, UTF-8). Itself in the log."""
    _form, period = asked(request, usual_days=90)
    shown = report(request.member, period)
    days = {"since": str(period.first), "until": str(period.last)}
    audit.record(event=AuditKind.ACTIONS_EXPORTED, actor=request.member, filters=days, number=len(shown.measured))
    name = f"actions-effect-{request.member.organization.slug}-{period.first}-{period.last}"
    return short_csv_file(name, COLUMNS, map(action_cells, shown.measured))


def _plots(shown: Report) -> list[tuple[str, list[str], list[tuple[str, list[float | None]]], str]]:
    """One for each unit: before and after beside each other, by the numbers of the table."""
    found = []
    for unit, title in ((Unit.SHARE, _("Before and after, shares")), (Unit.THOUSAND, _("Before and after, events"))):
        rows = [(number, row) for number, row in enumerate(shown.measured, 1) if row.effect and row.effect.unit is unit]
        rows = rows[:MOST_PLOTTED]
        if rows:
            before = [row.effect.before.value for _number, row in rows if row.effect]
            after = [row.effect.after.value for _number, row in rows if row.effect]
            names = [str(number) for number, _row in rows]
            found.append((title, names, [(_("Before"), before), (_("After"), after)], unit.sign))
    return found


def _side(found: Estimate) -> tuple[str, str, str]:
    return reading.figure(found.value, found.unit), reading.counted(found), reading.between(found)
