"""Texts whose time goes by a date of their contact: when the date moves they move, when it is taken out they end, and
when their words say what it was, they stop for a person to change them.

What is written down of a value (`FieldValue.touched_at`) says which one a text's time is of, so whoever changes values
need not know of texts: the clock finds those whose value is another one by now, and a text that is due is looked at
again before it leaves. A value is opened for that only, never to be compared in the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission, require
from tenancy.crash_points import crash_here
from tenancy.encryption import KeyDestroyed, readable
from tenancy.isolation import current_organization_id
from tenancy.models import Organization
from tenancy.said import gettext as _
from texting.fields.kinds import DAYS, Kind
from texting.fields.reading import SeenField, fields_for, values_for
from texting.gate import OutsideHours
from texting.models import Contact, ContactField, Conversation, FieldValue, ScheduledText
from texting.queries.seeing import sees
from texting.scheduled import planning
from texting.scheduled.checking import BadTime, When
from texting.scheduled.old_dates import Stands, says_what_was
from texting.scheduled.relative import BadRelation, Relation
from texting.scheduled.states import ALIVE, State, Why, move, show, stop
from texting.scheduled.their_clock import Zone, ZoneFrom, customer_clock, zones_for

TOGETHER = 100


@dataclass(frozen=True)
class Dated:
    """A date of a contact that the member sees: the field, and what is written there as people read it."""

    field: SeenField
    text: str


def dates_of(member: Membership, contact: Contact) -> list[Dated]:
    """The dates by which this member may let a text go; none where they do not see the contact."""
    if not sees(member, contact.pk):
        return []
    return [Dated(one.field, one.text) for one in values_for(member, contact) if one.field.kind in DAYS]


def schedule(
    *,
    member: Membership,
    conversation: Conversation,
    body: str,
    relation: Relation,
    message_id: UUID,
    files: Sequence[UUID] = (),
    origin: str = "",
    outside_hours: OutsideHours = OutsideHours.ASK,
) -> ScheduledText:
    """Keep a text until its moment. Raises BadTime, and whatever `planning.schedule` does."""
    require(member, Permission.MESSAGES_SEND)
    contact = conversation.contact
    field = next((one for one in fields_for(member) if one.id == relation.field_id), None)
    if field is None or not sees(member, contact.pk):
        raise BadTime(_("You do not see this date. Choose another, or a time."))
    try:
        relation.refuse_unless(field.kind)
    except BadRelation as error:
        raise BadTime(str(error)) from None
    zone, value = zones_for(member, contact)[0], _value(contact.pk, field.id)
    due = _due(relation, field.kind, value, zone.name, member.organization.time_zone)
    if due is None:
        raise BadTime(_("Nothing is written in %(field)s yet. Write the date down first.") % {"field": field.name})
    row = planning.schedule(
        member=member,
        conversation=conversation,
        body=body,
        when=When(due, zone, outside_hours),
        message_id=message_id,
        files=files,
        origin=origin,
    )
    if value is not None and row.field_id is None and row.revision == 0:
        row.field_id, row.relation, row.followed_at = field.id, relation.as_json(), value.touched_at
        row.save(update_fields=["field", "relation", "followed_at"])
    return row


def keep_up() -> int:
    """Move or end some of the organization's whose date is another one by now. Returns how many were looked at."""
    now = FieldValue.objects.filter(contact=OuterRef("contact"), field=OuterRef("field")).values("touched_at")
    rows = _locked().filter(state__in=ALIVE, field__isnull=False).annotate(touched=Subquery(now))
    is_other = Q(touched=None) | Q(followed_at=None) | ~Q(touched=F("followed_at"))
    found = list(rows.filter(is_other).order_by("id")[:TOGETHER])
    for row in found:
        follow(row)
    if found:
        crash_here("before_followed_commit")
    return len(found)


def reckon_anew(contact: Contact) -> None:
    """The contact's clock may be another one now: what goes by a date of theirs gets its time anew, and their date says
    what it said.
    """
    values = FieldValue.objects.filter(contact=contact)
    same = values.filter(field=OuterRef("field")).values("touched_at")
    rows = ScheduledText.objects.filter(contact=contact, state__in=ALIVE, followed_at=Subquery(same))
    rows.order_by().update(followed_at=None)
    values.update(touched_at=timezone.now())


def follow(row: ScheduledText) -> bool:
    """Give a text, whose row is locked, the time that its date says now. Whether that is another one, or none.

    One whose words say the old day or time waits for a person, also where it would leave at the same time: nobody is to
    read a wrong date.
    """
    if row.field_id is None or row.relation is None:
        return False
    field = ContactField.objects.get(pk=row.field_id)
    value = _value(row.contact_id, row.field_id)
    ours = Organization.objects.values_list("time_zone", flat=True).get(pk=current_organization_id())
    zone = zone_now(row.contact_id, Zone(row.zone, ZoneFrom(row.zone_from)))
    relation = Relation.from_json(row.relation)
    before = relation.stood(row.send_at, theirs=ZoneInfo(row.zone), ours=ZoneInfo(ours))
    due = None if field.archived_at else _due(relation, field.kind, value, zone.name, ours)
    if due is None:
        move(row, State.CANCELED, why=Why.DATE)
        return True
    written_at = value.touched_at if value else None
    is_other, is_new = due != row.send_at, row.followed_at not in {None, written_at}
    row.send_at, row.followed_at = due, written_at
    row.zone, row.zone_from = zone.name, zone.known_from
    changed = ["send_at", "followed_at", "zone", "zone_from"]
    if is_other:
        row.look_at, row.tries = due, 0
        row.outside_hours = OutsideHours.WAIT.value  # that it leaves all the same was said of the other time
        row.revision += 1
        changed += ["look_at", "tries", "outside_hours", "revision"]
    row.save(update_fields=changed)
    if is_new and says_what_was(readable(row, "body", "") or "", before, _stands(field.kind, value)):
        said = _("The date it goes by was moved, and it still says the old one. Change its words, then it leaves.")
        stop(row, Why.MOVED, said)
        return True
    if is_other:
        show([row])
    return is_other


def _stands(kind: str, value: FieldValue | None) -> Stands:
    """What a date says now. Of a value that gives a moment."""
    at = datetime.fromisoformat(_said(value))
    return Stands(at.date(), at.time() if kind == Kind.DATE_TIME else None)


def _said(value: FieldValue | None) -> str:
    return (readable(value, "value", "") or "") if value is not None else ""


def zone_now(contact_id: UUID, before: Zone) -> Zone:
    """The zone in which a text was planned, or where the customer is known to be by now.

    One that a member chose because nothing was known, or that was given, stays.
    """
    if before.known_from in {ZoneFrom.OURS, ZoneFrom.GIVEN}:
        return before
    try:
        where = customer_clock().whereabouts(Contact.objects.get(pk=contact_id))
    except KeyDestroyed:  # they were erased
        return before
    if not where.zones or before.name in where.zones:
        return before
    return Zone(where.zones[0], where.known_from)


def _due(relation: Relation, kind: str, value: FieldValue | None, theirs: str, ours: str) -> datetime | None:
    return relation.due(kind, _said(value), theirs=ZoneInfo(theirs), ours=ZoneInfo(ours))


def _value(contact_id: UUID, field_id: UUID) -> FieldValue | None:
    return FieldValue.objects.filter(contact=contact_id, field=field_id).first()


def _locked() -> "QuerySet[ScheduledText]":
    return ScheduledText.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
