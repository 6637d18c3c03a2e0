"""Settings > Lines > Agreement with the carrier: what its list and its words say, and what we made of it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.csv_cells import csv_file
from accounts.models import Membership
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from compliance.carrier import asking, showing
from compliance.carrier.asking import NothingToCompare
from tenancy import audit
from tenancy.audit import AuditKind

MOST_EXPORTED = 5000
COLUMNS = ("kind", "found (UTC)", "since (UTC)", "line", "contact", "contact id", "found by", "carrier", "ours", "done")


@requires(Permission.LINES_MANAGE)
@require_safe
def agreement(request: MemberRequest) -> HttpResponse:
    """Every line with its last comparison, the differences both ways, and the texts that were fetched."""
    rows = showing.lines(request.member)
    context = {
        "lines": rows,
        "is_being_read": showing.is_being_read(rows),
        "mismatches": showing.mismatches(request.member),
        "only_ours": showing.known_to_us_only(request.member),
        "fetched": showing.fetched_texts(request.member),
        "most": showing.MOST,
        "may_see_contact": request.member.may(Permission.CONTACTS_READ),
    }
    return render(request, "compliance/carrier_agreement.html", context)


@requires(Permission.LINES_MANAGE)
@require_POST
def compare_now(request: MemberRequest, line_id: UUID) -> HttpResponse:
    """Have one line's list compared within a minute."""
    try:
        asking.compare_soon(actor=request.member, line_id=line_id)
    except NothingToCompare:
        messages.error(request, _("There is no list to compare: the line is off, or its provider has none."))
    else:
        messages.success(request, _("The list is read within a minute."))
    return redirect("carrier_agreement")


@requires(Permission.LINES_MANAGE)
@fresh
@require_safe
def export(request: MemberRequest) -> StreamingHttpResponse:
    """The newest 5000 of each kind as CSV (RFC 4180, UTF-8), masked as the page is. The log says that it was read."""
    audit.record(event=AuditKind.CARRIER_LIST_EXPORTED, actor=request.member)
    name = f"carrier-agreement-{request.member.organization.slug}-{timezone.now():%Y-%m-%d}"
    return csv_file(name, COLUMNS, [list(_cells(request.member))])


def _cells(member: Membership) -> Iterator[tuple[object, ...]]:
    for row in showing.mismatches(member, most=MOST_EXPORTED):
        who = (row.customer.name, row.customer.id)
        done = "suppressed" if row.suppressed else ""
        yield ("difference", _utc(row.at), "", row.line, *who, row.found_by, row.carrier, row.ours, done)
    for ours in showing.known_to_us_only(member, most=MOST_EXPORTED):
        who = (ours.customer.name, ours.customer.id)
        yield ("known to us only", "", _utc(ours.since), ours.line, *who, "", "", "", "")
    for text in showing.fetched_texts(member, most=MOST_EXPORTED):
        who = (text.customer.name, text.customer.id)
        sent = _utc(text.sent_at) if text.sent_at else ""
        yield ("text fetched", _utc(text.fetched_at), sent, text.line, *who, "", "", "", "taken in")


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
