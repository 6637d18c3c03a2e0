"""Reports > Escalations: by trigger how many, how soon customers were reached, what was too late."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.csv_cells import short_csv_file
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from compliance.escalations.reporting import Group, report
from compliance.views.period_asked import asked, choices
from tenancy import audit
from tenancy.audit import AuditKind

COLUMNS = ("trigger", "opened", "open", "reached", "median minutes", "too late", "with outcome", "without channel")


@requires(Permission.CONVERSATIONS_READ, Permission.REPORTS_READ)
@require_safe
def escalation_report(request: MemberRequest) -> HttpResponse:
    """Plots and a table of the period."""
    form, period = asked(request)
    groups = report(request.member, period.begin, period.end)
    triggers = [one for one in groups if one.name]
    context = {
        "form": form,
        "period": period,
        "usual": choices(period),
        "groups": groups,
        "triggers": [one.name for one in triggers],
        "opened": [(_("Opened"), [one.opened for one in triggers]), (_("Too late"), [one.late for one in triggers])],
        "minutes": [(_("Minutes"), [one.minutes for one in triggers])],
        "any_reached": any(one.reached for one in triggers),
        "query": f"since={period.first}&until={period.last}",
    }
    return render(request, "compliance/escalations/report.html", context, status=422 if form.errors else 200)


@requires(Permission.CONVERSATIONS_READ, Permission.REPORTS_READ)
@fresh
@require_safe
def escalation_report_csv(request: MemberRequest) -> HttpResponse:
    """The same as CSV (RFC 4180, UTF-8). Itself in the log."""
    _form, period = asked(request)
    days = {"since": str(period.first), "until": str(period.last)}
    audit.record(event=AuditKind.ESCALATIONS_EXPORTED, actor=request.member, filters=days | {"figures": "by trigger"})
    name = f"escalations-{request.member.organization.slug}-{period.first}-{period.last}"
    return short_csv_file(name, COLUMNS, map(_cells, report(request.member, period.begin, period.end)))


def _cells(one: Group) -> tuple[object, ...]:
    minutes = "" if one.minutes is None else one.minutes
    return (one.name or "all", one.opened, one.still_open, one.reached, minutes, one.late, one.with_outcome, one.waived)
