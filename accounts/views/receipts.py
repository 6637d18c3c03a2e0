"""Offboarding receipts: list, one, its files, another trial of its doors."""

import json
from datetime import UTC
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.csv_cells import short_csv_file
from accounts.leaving import plans, reading, trying
from accounts.leaving_forms import ReceiptFilterForm
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from tenancy import audit

PAGE = 50
MOST_EXPORTED = 10_000
COLUMNS = ("receipt", "time (UTC)", "person", "e-mail", "kind", "by", "actor", "ended", "tried (UTC)", "open doors")


@requires(Permission.AUDIT_READ)
@require_safe
def receipts(request: MemberRequest) -> HttpResponse:
    """Newest first."""
    form = ReceiptFilterForm(request.GET)
    page = Paginator(reading.find(request.member, form.wanted()), PAGE).get_page(request.GET.get("page"))
    query = {name: value for name, value in request.GET.items() if value and name != "page"}
    context = {
        "form": form,
        "page": page,
        "receipts": reading.shown(list(page.object_list)),
        "coming": [] if query else plans.coming(request.member),
        "given_up": [] if query else plans.given_up(request.member),
        "filtered": bool(query),
        "narrowed": bool(query.keys() - {"text", "member"}),
        "query": urlencode(query),
        "may_export": request.member.may(Permission.AUDIT_EXPORT),
    }
    return render(request, "accounts/receipts.html", context)


@requires(Permission.AUDIT_EXPORT)
@fresh
@require_safe
def export_receipts(request: MemberRequest) -> HttpResponse:
    """The matching receipts as CSV (RFC 4180, UTF-8), one line each."""
    wanted = ReceiptFilterForm(request.GET).wanted()
    rows = reading.shown(list(reading.find(request.member, wanted)[:MOST_EXPORTED]))
    audit.record(event=audit.AuditKind.RECEIPTS_EXPORTED, actor=request.member, receipts=len(rows))
    name = f"leavers-{request.member.organization.slug}-{timezone.now():%Y-%m-%d}"
    return short_csv_file(name, COLUMNS, map(_cells, rows))


@requires(Permission.AUDIT_READ)
@require_safe
def receipt(request: MemberRequest, receipt_id: UUID) -> HttpResponse:
    """What ended, and that it did. Whoever opens a receipt whose bell was lost has its doors tried now."""
    shown = reading.receipt(request.member, receipt_id)
    is_back = shown.receipt.membership.is_active
    if shown.trial is None and shown.steps and not is_back:
        trying.try_doors(shown.receipt)
        shown = reading.receipt(request.member, receipt_id)
    return render(request, "accounts/receipt.html", {"shown": shown, "is_back": is_back})


@requires(Permission.AUDIT_READ)
@require_POST
def try_receipt(request: MemberRequest, receipt_id: UUID) -> HttpResponse:
    """Try every door again."""
    shown = reading.receipt(request.member, receipt_id)
    try:
        trying.try_again(actor=request.member, receipt=shown.receipt)
    except trying.CannotBeTried:
        messages.error(request, _("This person may sign in again, so their doors are open as they should be."))
    else:
        messages.success(request, _("Every door was tried again."))
    return redirect("receipt", receipt_id=receipt_id)


@requires(Permission.AUDIT_READ)
@require_safe
def receipt_file(request: MemberRequest, receipt_id: UUID, form: str) -> HttpResponse:
    """The receipt as PDF or JSON, to be kept elsewhere."""
    shown = reading.receipt(request.member, receipt_id)
    if form == "pdf":
        from accounts.leaving import papers  # 18 MB of library, for whoever asks for paper

        body: bytes | bytearray = papers.as_pdf(shown, request.member.organization)
    else:
        body = json.dumps(reading.as_data(shown), ensure_ascii=False, indent=2).encode()
    audit.record(event=audit.AuditKind.RECEIPT_READ, actor=request.member, object=shown.receipt, form=form)
    response = HttpResponse(bytes(body), content_type="application/pdf" if form == "pdf" else "application/json")
    return _named(response, f"offboarding-{shown.receipt.at:%Y-%m-%d}-{str(receipt_id)[-6:]}.{form}")


def _named(response: HttpResponse, name: str) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _cells(one: reading.ShownReceipt) -> tuple[object, ...]:
    row, trial = one.receipt, one.trial
    at = row.at.astimezone(UTC).isoformat(timespec="seconds")
    tried = trial.at.astimezone(UTC).isoformat(timespec="seconds") if trial else ""
    found = ", ".join(step.title for step in one.open)
    return (row.pk, at, one.name, one.person.get("email", ""), row.kind, row.by, one.actor, row.ended, tried, found)
