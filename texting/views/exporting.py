"""The list of contacts as a file."""

from collections.abc import Iterator, Sequence
from datetime import UTC
from uuid import UUID

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.csv_cells import csv_file
from accounts.models import Membership
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from texting.fields.reading import SeenField, SeenValue, fields_for, values_in_list
from texting.queries.contact_export import all_contacts
from texting.queries.people import ContactRow
from texting.views.people import tag_in

COLUMNS = ("contact", "name", "number", "tags", "known since (UTC)")


@requires(Permission.CONTACTS_READ, Permission.CONTACTS_EXPORT)
@fresh
@require_safe
def contacts(request: MemberRequest) -> StreamingHttpResponse:
    """Newest first (RFC 4180, UTF-8), with `tag` those who have it; customers as the member sees them in lists."""
    tag, fields = tag_in(request), fields_for(request.member)
    told = [str(field.id) for field in fields]
    audit.record(event=AuditKind.CONTACTS_EXPORTED, actor=request.member, tag=str(tag or ""), fields=told)
    columns = (*COLUMNS, *(field.name for field in fields))
    return csv_file(f"contacts-{timezone.now():%Y-%m-%d}", columns, _pieces(request.member, tag, fields))


def _pieces(member: Membership, tag: UUID | None, fields: Sequence[SeenField]) -> Iterator[list[tuple[object, ...]]]:
    for rows in all_contacts(member, tag):
        if not fields:
            yield [_cells(row) for row in rows]
            continue
        with activate(member.organization):
            values = values_in_list(member, fields, [row.customer.id for row in rows])
        yield [(*_cells(row), *(_as_cell(one) for one in values[row.customer.id])) for row in rows]


def _as_cell(one: SeenValue) -> str:
    """In its one spelling, so that the file can be read in again; masked where the page is."""
    return one.text if one.is_masked else one.stored


def _cells(row: ContactRow) -> tuple[object, ...]:
    who = row.customer
    name = who.name if who.is_named or who.is_masked else ""
    since = row.since.astimezone(UTC).isoformat(timespec="seconds")
    return who.id, name, who.call or who.number, "; ".join(tag.name for tag in row.tags), since
