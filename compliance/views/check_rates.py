"""Reports > Review checks > Over time: how often the checks held, by team and by agent."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.csv_cells import short_csv_file
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from compliance.forms.review_forms import RatesForm
from compliance.review_checks.judging import Check
from compliance.review_checks.rates import Group, report
from compliance.review_checks.words import SHORT, TITLES
from compliance.views.period_asked import asked, choices
from tenancy import audit
from tenancy.audit import AuditKind

COLUMNS = ("of", "name", "conversations", *(f"{check} {what}" for check in Check for what in ("holds", "told", "%")))


@requires(Permission.CONVERSATIONS_READ, Permission.REPORTS_READ)
@require_safe
def check_rates(request: MemberRequest) -> HttpResponse:
    """A plot over the period and tables; `by` and `check` choose whose line the plot shows."""
    days, period = asked(request)
    lines = RatesForm(request.GET)
    by, check = lines.wanted()
    shown = report(request.member, period, by=by, check=check)
    kept = f"since={period.first}&until={period.last}"
    context = {
        "form": days,
        "lines": lines,
        "period": period,
        "usual": choices(period),
        "kept": f"&by={by}&check={check}" if by else "",
        "report": shown,
        "labels": [date_format(bucket, "j M") for bucket in shown.buckets],
        "plotted": [(name or _("Nobody"), values) for name, values in shown.lines],
        "plot_title": TITLES[check] if by else _("How often each check held"),
        "heads": [(SHORT[one], TITLES[one]) for one in Check],
        "groups": [(_("By team"), _("Team"), shown.teams), (_("By agent"), _("Agent"), shown.agents)],
        "query": kept,
    }
    return render(request, "compliance/review_checks/rates.html", context, status=422 if days.errors else 200)


@requires(Permission.CONVERSATIONS_READ, Permission.REPORTS_READ)
@fresh
@require_safe
def export_check_rates(request: MemberRequest) -> HttpResponse:
    """The tables as CSV (RFC 4180, UTF-8). Itself in the log."""
    _form, period = asked(request)
    shown = report(request.member, period)
    days = {"since": str(period.first), "until": str(period.last)}
    audit.record(event=AuditKind.REVIEW_CHECKS_EXPORTED, actor=request.member, filters=days | {"figures": "rates"})
    groups = (("all", [shown.everybody]), ("team", shown.teams), ("agent", shown.agents))
    rows = ((of, group.name, group.conversations, *_cells(group)) for of, some in groups for group in some)
    name = f"review-check-rates-{request.member.organization.slug}-{period.first}-{period.last}"
    return short_csv_file(name, COLUMNS, rows)


def _cells(group: Group) -> list[str | int | float]:
    cells: list[str | int | float] = []
    for _check, rate, held, told in group.figures:
        cells += [held, told, "" if rate is None else rate]
    return cells
