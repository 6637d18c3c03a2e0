"""Revealing a customer and hiding them again; the report of reveals and its rules."""

from datetime import UTC
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.csv_cells import csv_file
from accounts.permissions import MemberRequest, Permission, requires
from accounts.setting_floors import TooWeak
from accounts.step_up import fresh
from tenancy import audit
from tenancy.audit import AuditKind
from texting import queries, revealing
from texting.queries.reveals import RevealRow, all_reveals, reveals_page
from texting.reveal_forms import ReportForm, RevealForm, RulesForm
from texting.revealing import NotPossible
from texting.views.frames import cursor_in

COLUMNS = ("time (UTC)", "person", "person id", "contact", "contact id", "reason", "words", "ended (UTC)", "unusual")


@requires(Permission.CONTACTS_REVEAL)
@require_http_methods(["GET", "HEAD", "POST"])
def reveal(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """The dialog that asks why, and showing the contact. 404 for whoever sees everybody in any case."""
    found = queries.access_to_reveal(request.member, contact_id)
    form = RevealForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            words = form.cleaned_data["words"]
            revealing.reveal(member=request.member, contact=found, reason=form.chosen, words=words)
        except NotPossible as error:
            form.add_error("words", str(error))
        else:
            return trigger_client_event(_changed(), "close-sheet")
    context = {"form": form, "contact_id": found.pk, "minutes": revealing.rules().minutes}
    return render(request, "texting/_reveal.html", context, status=422 if form.is_bound else 200)


@requires(Permission.CONTACTS_REVEAL)
@require_POST
def hide(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """Hide the contact again. 404 for whoever sees everybody in any case."""
    revealing.hide(member=request.member, contact=queries.access_to_reveal(request.member, contact_id))
    return _changed()


def _changed() -> HttpResponse:
    """The page fetches what it shows of the contact anew."""
    return trigger_client_event(HttpResponse(status=204), "reveal-changed")


@requires(Permission.AUDIT_READ)
@require_safe
def report(request: MemberRequest) -> HttpResponse:
    """Newest first; `after` in the address leads to older ones."""
    return _report(request)


@requires(Permission.AUDIT_READ, Permission.ROLES_MANAGE)
@require_POST
def change_rules(request: MemberRequest) -> HttpResponse:
    """How long a customer is shown, and how many an hour are usual."""
    form = RulesForm(request.POST)
    if not form.is_valid():
        return _report(request, form)
    try:
        revealing.change_rules(member=request.member, **form.cleaned_data)
    except TooWeak as weak:
        form.add_error(None, weak.reasons)
        return _report(request, form)
    messages.success(request, _("Saved. It holds for what is revealed from now on."))
    return redirect("reveals")


def _report(request: MemberRequest, rules_form: RulesForm | None = None) -> HttpResponse:
    form, now = ReportForm(request.GET), revealing.rules()
    query = {name: value for name, value in request.GET.items() if value and name in form.fields}
    page = reveals_page(request.member, form.wanted(), cursor_in(request, "after"))
    rules = RulesForm(initial={"minutes": now.minutes, "contacts_an_hour": now.contacts_an_hour})
    context = {
        "form": form,
        "page": page,
        "filtered": bool(query),
        "query": urlencode(query),
        "older": urlencode({**query, "after": page.next}),
        "rules": now,
        "rules_form": rules_form or rules,
        "may_export": request.member.may(Permission.AUDIT_EXPORT),
        "may_change": request.member.may(Permission.ROLES_MANAGE),
        "may_see_contact": request.member.may(Permission.CONTACTS_READ),
    }
    return render(request, "texting/reveals.html", context, status=422 if rules_form else 200)


@requires(Permission.AUDIT_READ, Permission.AUDIT_EXPORT)
@fresh
@require_safe
def export(request: MemberRequest) -> StreamingHttpResponse:
    """The matching reveals as CSV (RFC 4180, UTF-8), masked as the page is. That it was exported is in the log."""
    wanted = ReportForm(request.GET).wanted()
    filters = {name: str(value) for name, value in vars(wanted).items() if value}
    audit.record(event=AuditKind.REVEALS_EXPORTED, actor=request.member, filters=filters)
    pieces = all_reveals(request.member, wanted)
    return csv_file(
        f"reveals-{request.member.organization.slug}-{timezone.now():%Y-%m-%d}",
        COLUMNS,
        ([_cells(row) for row in rows] for rows in pieces),
    )


def _cells(row: RevealRow) -> tuple[object, ...]:
    begun, ended = (at.astimezone(UTC).isoformat(timespec="seconds") for at in (row.at, row.ended_at))
    seen = (row.customer.name, row.customer.id)
    return (begun, row.who, row.who_id, *seen, row.reason, row.words, ended, "yes" if row.told else "")
