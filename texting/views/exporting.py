"""The list of contacts as a file."""

from collections.abc import Iterator, Sequence
from datetime import UTC

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
from texting.filtering.asking import require
from texting.filtering.conditions import Filter
from texting.filtering.looking import everybody
from texting.queries import NotYours
from texting.queries.people import ContactRow
from texting.views.filtering import Unreadable, wish_in

COLUMNS = ("contact", "name", "number", "tags", "known since (UTC)")


@requires(Permission.CONTACTS_READ, Permission.CONTACTS_EXPORT)
@fresh
@require_safe
def contacts(request: MemberRequest) -> StreamingHttpResponse:
    """Newest first (RFC 4180, UTF-8), those for whom the filter holds; customers as the member sees them in lists."""
    try:
        wish = wish_in(request)
    except Unreadable:  # never a file of everybody instead
        raise NotYours from None
    require(request.member, wish)
    fields = fields_for(request.member)
    audit.record(
        event=AuditKind.CONTACTS_EXPORTED,
        actor=request.member,
        tag=", ".join(sorted(map(str, wish.tag_ids))),
        filtered_by=sorted(map(str, wish.field_ids)),
        fields=[str(field.id) for field in fields],
    )
    columns = (*COLUMNS, *(field.name for field in fields))
    return csv_file(f"contacts-{timezone.now():%Y-%m-%d}", columns, _pieces(request.member, wish, fields))


def _pieces(member: Membership, wish: Filter, fields: Sequence[SeenField]) -> Iterator[list[tuple[object, ...]]]:
    for rows in everybody(member, wish):
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
