"""Reports > Payments: what was asked for, what was paid and given back, with filters and as a file."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.csv_cells import csv_file
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from portal.payments import reports
from portal.payments.report_forms import ReportForm
from tenancy import audit
from tenancy.audit import AuditKind


@requires(Permission.CONVERSATIONS_READ, Permission.PAYMENTS_READ)
@require_safe
def payments(request: MemberRequest) -> HttpResponse:
    """The list and the sums."""
    form = ReportForm(request.GET)
    wanted = form.wanted
    page, rows = reports.page_of(request.member, wanted, request.GET.get("page", "1"))
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "totals": reports.totals(request.member, wanted),
        "is_filtered": wanted != reports.Filter(),
    }
    return render(request, "portal/payments/report.html", context, status=422 if form.errors else 200)


@requires(Permission.CONVERSATIONS_READ, Permission.PAYMENTS_READ)
@fresh
@require_safe
def payments_csv(request: MemberRequest) -> HttpResponseBase:
    """What the filters leave, all of it, newest first (RFC 4180, UTF-8)."""
    wanted = ReportForm(request.GET).wanted
    audit.record(event=AuditKind.PAYMENTS_EXPORTED, actor=request.member, **vars(wanted))
    return csv_file(f"payments-{timezone.now():%Y-%m-%d}", reports.COLUMNS, reports.pieces(request.member, wanted))
