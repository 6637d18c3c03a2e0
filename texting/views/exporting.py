"""The list of contacts as a file."""

from datetime import UTC

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.csv_cells import csv_file
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from tenancy import audit
from tenancy.audit import AuditKind
from texting.queries.contact_export import all_contacts
from texting.queries.people import ContactRow
from texting.views.people import tag_in

COLUMNS = ("contact", "name", "number", "tags", "known since (UTC)")


@requires(Permission.CONTACTS_READ, Permission.CONTACTS_EXPORT)
@fresh
@require_safe
def contacts(request: MemberRequest) -> StreamingHttpResponse:
    """Newest first (RFC 4180, UTF-8), with `tag` those who have it; customers as the member sees them in lists."""
    tag = tag_in(request)
    audit.record(event=AuditKind.CONTACTS_EXPORTED, actor=request.member, tag=str(tag or ""))
    pieces = ([_cells(row) for row in rows] for rows in all_contacts(request.member, tag))
    return csv_file(f"contacts-{timezone.now():%Y-%m-%d}", COLUMNS, pieces)


def _cells(row: ContactRow) -> tuple[object, ...]:
    who = row.customer
    name = who.name if who.is_named or who.is_masked else ""
    since = row.since.astimezone(UTC).isoformat(timespec="seconds")
    return who.id, name, who.call or who.number, "; ".join(tag.name for tag in row.tags), since
