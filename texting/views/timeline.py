"""Everything that happened with a contact, in pages and as a file, all of it or what the address narrows it to."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.csv_cells import csv_file
from accounts.models import Membership
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from texting import queries
from texting.models import Contact
from texting.timeline.kinds import Kind
from texting.timeline.merging import Entry, Narrowed, page
from texting.timeline_forms import TimelineForm

_A_PIECE = 200  # entries of a file that are read together


@requires(Permission.CONTACTS_READ)
@require_safe
def timeline(request: MemberRequest, contact_id: UUID) -> HttpResponse:
    """Newest first; `before` in the address leads to older ones. The contact's page fetches it when it is looked at."""
    found = queries.access_contact(request.member, contact_id)
    form = TimelineForm(request.member, request.GET)
    context: dict[str, object] = {"contact_id": found.pk, "is_unknown": not form.is_valid()}
    if form.is_valid():
        entries, older = page(request.member, found, _moment(request.GET.get("before", "")), narrowed=form.narrowed)
        further = [form.query, urlencode({"before": older.isoformat()}) if older else ""]
        context |= {
            "entries": entries,
            "older": "&".join(part for part in further if part) if older else "",
            "is_narrowed": bool(form.query),
        }
    return render(request, "texting/_timeline.html", context)


@requires(Permission.CONTACTS_READ, Permission.CONTACTS_EXPORT)
@fresh
@require_safe
def export(request: MemberRequest, contact_id: UUID) -> StreamingHttpResponse:
    """The same as CSV (RFC 4180, UTF-8), newest first, as the member sees it on the page. Itself in the log."""
    found = queries.access_contact(request.member, contact_id)
    form = TimelineForm(request.member, request.GET)
    if not form.is_valid():
        raise queries.NotYours  # never a file of everything instead
    audit.record(event=AuditKind.CONTACT_TIMELINE_EXPORTED, actor=request.member, object=found, narrowed=form.query)
    columns = (_("When (UTC)"), _("Kind"), _("What happened"), _("Details"), _("Who"))
    pieces = _pieces(request.member, found, form.narrowed, translation.get_language())
    return csv_file(f"timeline-{timezone.now():%Y-%m-%d}", columns, pieces)


def timeline_context(request: MemberRequest) -> dict[str, object]:
    """What the contact's page says above its timeline."""
    form = TimelineForm(request.member, request.GET)
    is_right = form.is_valid()
    return {
        "timeline_form": form,
        "timeline_is_right": is_right,
        "timeline_query": f"?{form.query}" if is_right and form.query else "",
        "may_export": request.member.may(Permission.CONTACTS_EXPORT),
    }


def _pieces(
    member: Membership, contact: Contact, narrowed: Narrowed, language: str | None
) -> Iterator[list[tuple[object, ...]]]:
    before: datetime | None = None
    while True:
        with activate(member.organization), translation.override(language):
            entries, before = page(member, contact, before, size=_A_PIECE, narrowed=narrowed)
            rows = [_cells(entry) for entry in entries]
        yield rows
        if before is None:
            return


def _cells(entry: Entry) -> tuple[object, ...]:
    when = entry.when.astimezone(UTC).isoformat(timespec="seconds")
    return when, Kind(entry.kind).label, entry.title, entry.detail, entry.who


def _moment(written: str) -> datetime | None:
    """None for what is no moment."""
    try:
        moment = datetime.fromisoformat(written)
        return moment if timezone.is_aware(moment) else None
    except ValueError:
        return None
