"""The audit log: page, check, export."""

import json
from datetime import UTC
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts import audit_reading, queries
from accounts.audit_reading import Filter, Row
from accounts.csv_cells import csv_file
from accounts.form_fields import field_of
from accounts.models import Membership
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from tenancy import audit
from tenancy.models import AuditEvent

MOST_EVENTS_CHECKED = 100_000
COLUMNS = ("number", "time (UTC)", "person", "person id", "event", "object", "object id", "address", "details")


class FilterForm(forms.Form):
    """What to look for, as it stands in the page's address."""

    text = forms.CharField(label=_("Search"), required=False, max_length=80)
    actor = forms.TypedChoiceField(label=_("Person"), required=False, coerce=UUID, empty_value=None)
    event = forms.ChoiceField(label=_("What"), required=False)
    object_type = forms.ChoiceField(label=_("Object"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput)
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput)
    object_id = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, member: Membership) -> None:
        super().__init__(data)
        people = [(str(one.member.pk), one.name) for one in queries.people(member)]
        kinds = sorted((kind.value, str(kind.label)) for kind in audit.AuditKind)
        objects = [(name, capfirst(audit_reading.object_words(name))) for name in audit_reading.object_types()]
        choices: dict[str, tuple[object, list[tuple[str, str]]]] = {
            "actor": (_("Everybody"), people),
            "event": (_("Everything"), kinds),
            "object_type": (_("Any"), objects),
        }
        for name, (nothing, entries) in choices.items():
            field = field_of(self, name, forms.ChoiceField)
            field.choices = [("", nothing), *entries]

    def wanted(self) -> Filter:
        """What was asked for; what cannot be understood is left out and its field says so."""
        self.is_valid()
        return Filter(**{name: value for name, value in self.cleaned_data.items() if value})


@requires(Permission.AUDIT_READ)
@require_safe
def audit_log(request: MemberRequest) -> HttpResponse:
    """Newest first; `before` in the address leads to older events."""
    return _log_page(request)


def _log_page(request: MemberRequest, **more: object) -> HttpResponse:
    form = FilterForm(request.GET, request.member)
    wanted = form.wanted()
    shown = audit_reading.page(request.member, wanted, before=_number(request.GET.get("before")))
    query = {name: value for name, value in request.GET.items() if value and name != "before"}
    context = {
        "form": form,
        "page": shown,
        "chain": audit_reading.chain_state(),
        "filtered": bool(query),
        "narrowed": bool(query.keys() - {"text"}),
        "query": urlencode(query),
        "older": urlencode({**query, "before": shown.before}),
        "may_export": request.member.may(Permission.AUDIT_EXPORT),
        **more,
    }
    return render(request, "accounts/audit_log.html", context)


@requires(Permission.AUDIT_READ)
@require_POST
def check(request: MemberRequest) -> HttpResponse:
    """Recompute the whole chain; for a long log there is `manage.py verify_audit`."""
    too_long = AuditEvent.objects.order_by().count() > MOST_EVENTS_CHECKED
    report = None if too_long else audit.verify_chain(request.member.organization)
    if request.htmx:
        return render(request, "accounts/_audit_check.html", {"report": report})
    return _log_page(request, report=report, checked=True)


@requires(Permission.AUDIT_EXPORT)
@fresh
@require_safe
def export(request: MemberRequest) -> StreamingHttpResponse:
    """The matching events as CSV (RFC 4180, UTF-8). That it was exported is itself in the log."""
    wanted = FilterForm(request.GET, request.member).wanted()
    newest = AuditEvent.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    filters = {name: str(value) for name, value in vars(wanted).items() if value}
    audit.record(event=audit.AuditKind.AUDIT_EXPORTED, actor=request.member, upto=newest, filters=filters)
    pieces = audit_reading.all_rows(request.member, wanted, upto=newest)
    return csv_file(
        f"audit-{request.member.organization.slug}-{timezone.now():%Y-%m-%d}",
        COLUMNS,
        ([_cells(row) for row in rows] for rows in pieces),
    )


def _cells(row: Row) -> tuple[object, ...]:
    details = json.dumps(row.details, sort_keys=True, ensure_ascii=False) if row.details else ""
    at = row.at.astimezone(UTC).isoformat(timespec="milliseconds")
    what = (row.event, row.object_word, row.object_id)
    return (row.sequence, at, row.actor, row.actor_id or "", *what, row.address, details)


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 19 else None
