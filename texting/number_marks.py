"""What the carriers have told us of a number: a landline, no number at all, out of use, or not reached for weeks.

Called where a text's status is stored, so that no way of hearing of it is forgotten. A mark keeps bulk texts back (the
gate reads it) and stands at the contact and in the composer. It goes by itself when a text arrives or the customer
writes; a member may take it off, too. Codes: DOMAIN 4.8; other providers are judged by the kind of their error.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from tenancy import audit
from tenancy.arrays import uuids
from tenancy.audit import AuditKind
from tenancy.bulk_reads import read_rows
from texting.models import Contact, Message
from texting.statuses import ErrorKind, MessageStatus

Mark = Contact.Mark

LANDLINE_CODES = frozenset({"21614", "21635", "30006", "landline"})
UNUSED_CODES = frozenset({"30005"})
IN_A_ROW = 3
"""Texts in a row that did not reach the phone before the number is marked; once may be a flight."""
LOOKS_BACK = timedelta(days=30)

WORDS = {
    Mark.LANDLINE: (_("This number is a landline."), _("Call them instead.")),
    Mark.INVALID: (_("The carrier says that this is no valid number."), _("Ask them for their number another way.")),
    Mark.UNUSED: (_("The carrier says that this number is no longer in use."), _("Ask them for their new number.")),
    Mark.UNREACHABLE: (_("Their phone could not be reached several times."), _("Call or e-mail them instead.")),
}
"""What stands there, and what to do instead."""

# Asked for every group of reports, and nearly always for nothing.
_MARKED = """
    SELECT id, organization_id, mark FROM texting_contact
    WHERE organization_id = %s AND id = ANY(%s::uuid[]) AND mark <> ''
"""
_FAILED = frozenset({MessageStatus.FAILED, MessageStatus.UNDELIVERED})


def heed(messages: Sequence[Message]) -> None:
    """Mark and unmark numbers by what has just been stored of these texts, in the running transaction."""
    arrived = {message.contact_id for message in messages if message.status == MessageStatus.DELIVERED}
    if arrived:
        clear(arrived)
    for message in messages:
        if message.status in _FAILED and message.contact_id not in arrived:
            mark = _mark_of(message)
            if mark:
                _set(message.contact_id, mark, message.provider_code)


def clear(contacts: set[UUID]) -> None:
    """Somebody answered or a text arrived: whatever was said of these numbers is no longer true."""
    if not contacts:
        return
    found = read_rows(Contact, _MARKED, [uuids(contacts)])
    if not found:
        return
    for contact in found:
        audit.record(event=AuditKind.NUMBER_UNMARKED, object=contact, mark=contact.mark, why="arrived")
    marked = Contact.objects.filter(pk__in=[contact.pk for contact in found])
    marked.update(mark="", mark_code="", marked_at=None)


def take_off(*, member: Membership, contact: Contact, why: Contact.Unmarked) -> bool:
    """A member knows better. False when there was no mark. Raises MissingPermission."""
    require(member, Permission.CONTACTS_EDIT)
    was = Contact.objects.select_for_update(no_key=True).values_list("mark", flat=True).get(pk=contact.pk)
    if not was:
        return False
    Contact.objects.filter(pk=contact.pk).update(mark="", mark_code="", marked_at=None)
    audit.record(event=AuditKind.NUMBER_UNMARKED, actor=member, object=contact, mark=was, why=why.value)
    return True


def _set(contact_id: UUID, mark: Contact.Mark, code: str) -> None:
    """Once: a mark that stands already is not written again."""
    changed = (
        Contact.objects.filter(pk=contact_id)
        .exclude(mark=mark)
        .update(mark=mark, mark_code=code[:20], marked_at=timezone.now())
    )
    if changed:
        contact = Contact(pk=contact_id)
        audit.record(event=AuditKind.NUMBER_MARKED, object=contact, mark=mark.value, code=code[:20])


def _mark_of(message: Message) -> Contact.Mark | None:
    if message.error_kind == ErrorKind.INVALID_RECIPIENT:
        if message.provider_code in LANDLINE_CODES:
            return Mark.LANDLINE
        return Mark.UNUSED if message.provider_code in UNUSED_CODES else Mark.INVALID
    if message.error_kind == ErrorKind.UNREACHABLE and _not_reached(message.contact_id) >= IN_A_ROW:
        return Mark.UNREACHABLE
    return None


def _not_reached(contact_id: UUID) -> int:
    """How many of the latest texts in a row did not reach the phone; a text of the customer ends the row."""
    since = timezone.now() - LOOKS_BACK
    latest = Message.objects.filter(contact_id=contact_id, created_at__gte=since).order_by("-created_at", "-id")
    row = 0
    for direction, status, kind in latest.values_list("direction", "status", "error_kind")[: 4 * IN_A_ROW]:
        if direction == Message.Direction.IN or status in {MessageStatus.DELIVERED, MessageStatus.READ}:
            break
        row += kind == ErrorKind.UNREACHABLE and status in _FAILED
    return row
