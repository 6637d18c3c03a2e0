"""Finding the contacts whom a filter is about.

What stands in clear (tags, whether anything is written) narrows in the database; values are opened for those who are
left, a batch at a time, newest contacts first, and only until a page is full. A page looks at `MOST_LOOKED_AT` contacts
at most and then says where it stopped, so no filter costs more than that at once however many contacts there are.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from operator import or_
from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Membership
from tenancy.arrays import among
from tenancy.encryption import EncryptedTextField, prefetch
from tenancy.encryption.fields import ENDED
from tenancy.isolation import activate
from texting.fields.reading import SeenField
from texting.filtering.asking import require
from texting.filtering.conditions import FITS_NOTHING_WRITTEN, TAG, Ask, Condition, Filter, fits
from texting.models import Contact, ContactTag, FieldValue, Tag
from texting.persons import heads
from texting.queries.access import contacts_for
from texting.queries.cursors import Cursor, older_than
from texting.queries.people import PAGE, ContactPage, ContactRow, contact_rows
from texting.queries.seeing import sees_everybody

BATCH = 1_000
MOST_LOOKED_AT = 5_000
PIECE = 500
_TOGETHER = 2_000


def contacts_page(
    member: Membership, wish: Filter, cursor: Cursor | None = None, size: int = PAGE, *, most: int | None = None
) -> ContactPage:
    """The contacts who fit as the list shows them, the newest first. Raises NotYours when the member may not ask.

    `most`: how many are looked at; a page that ends there for that reason has `stopped`.
    """
    found = records_page(member, wish, cursor, size, most=most)
    return ContactPage(contact_rows(member, found.rows), found.next, stopped=found.stopped)


@dataclass(frozen=True)
class Found:
    """Contacts who fit, their keys at hand. `next` and `stopped` as in `ContactPage`."""

    rows: list[Contact]
    next: str
    stopped: bool


def records_page(
    member: Membership, wish: Filter, cursor: Cursor | None, size: int, *, most: int | None = None
) -> Found:
    """The same as rows."""
    fields = require(member, wish)
    rows = narrowed(member, contacts_for(member).filter(heads()), wish).order_by("-created_at", "-id")
    opens, left = _opens(member, wish), MOST_LOOKED_AT if most is None else most
    found: list[Cursor] = []
    place = cursor
    more = True
    while more and len(found) <= size and (left > 0 or not opens):
        step = min(BATCH, left) if opens else size + 1
        looked = rows.filter(older_than(place, "created_at")) if place else rows
        batch = [Cursor(at, pk) for at, pk in looked.values_list("created_at", "pk")[:step]]
        more, left = len(batch) == step, left - step
        place = batch[-1] if batch else place
        ids = [one.id for one in batch]
        fitting = _that_fit(member, wish, fields, ids) if opens else set(ids)
        found += [one for one in batch if one.id in fitting]
    is_full = len(found) > size
    if is_full:
        place = found[size - 1]
    stopped = more and not is_full
    shown = list(rows.filter(pk__in=[one.id for one in found[:size]]))
    prefetch(shown)
    return Found(shown, str(place) if place and (is_full or stopped) else "", stopped)


def everybody(member: Membership, wish: Filter, *, size: int = PIECE) -> Iterator[tuple[ContactRow, ...]]:
    """All who fit, for a file: each piece in a transaction of its own, while the file leaves.

    One who is added meanwhile is not in it; one who is erased meanwhile is masked or left out.
    """
    place: Cursor | None = None
    while True:
        with activate(member.organization):
            page = contacts_page(member, wish, place, size)
        yield page.rows
        place = Cursor.read(page.next)
        if place is None:
            return


def ids_of(member: Membership, rows: QuerySet[Contact], wish: Filter) -> Iterator[list[UUID]]:
    """The ids of those of these contacts who fit, each once, in batches. Raises NotYours."""
    fields = require(member, wish)
    ids = narrowed(member, rows, wish).order_by().values_list("pk", flat=True).distinct().iterator(_TOGETHER)
    while part := list(islice(ids, _TOGETHER)):
        fitting = _that_fit(member, wish, fields, part) if _opens(member, wish) else set(part)
        yield sorted(pk for pk in part if pk in fitting)


def narrowed(member: Membership, rows: QuerySet[Contact], wish: Filter) -> QuerySet[Contact]:
    """As far as the database can tell: by tags, and by whether there is a row for a field at all."""
    for group in wish.groups:
        told = [_told(member, one) for one in group]
        known = [condition for condition in told if condition is not None]
        if len(known) == len(told):
            rows = rows.filter(reduce(or_, known))
    return rows


def _told(member: Membership, one: Condition) -> Q | None:
    """What must stand in clear where the condition holds; None when anything may. Without a tag that is gone is
    nobody: an announcement to everybody but those would go to everybody.
    """
    if one.about == TAG:
        tagged = Q(Exists(ContactTag.objects.filter(contact=OuterRef("pk"), tag=UUID(one.value))))
        return tagged if one.ask is Ask.HAS else ~tagged & Q(Exists(Tag.objects.filter(pk=UUID(one.value))))
    there = Q(Exists(FieldValue.objects.filter(contact=OuterRef("pk"), field=one.field_id)))
    if one.ask not in FITS_NOTHING_WRITTEN:
        return there
    return ~there if one.ask is Ask.EMPTY and not sees_everybody(member) else None


def _opens(member: Membership, wish: Filter) -> frozenset[UUID]:
    """The fields whose values must be opened. Whoever is masked sees that a row is there, and no more is asked."""
    return wish.field_ids if sees_everybody(member) else frozenset()


def _that_fit(
    member: Membership, wish: Filter, fields: dict[UUID, SeenField], contact_ids: Collection[UUID]
) -> set[UUID]:
    """Those of these contacts whose values fit.

    Group by group, so that nothing is opened of whom an earlier one left out: a statement for each group that asks for
    fields, and one for all of their keys.
    """
    if not contact_ids:
        return set()
    today = timezone.now().astimezone(ZoneInfo(member.organization.time_zone)).date()
    tags = _tags(wish, contact_ids)
    values: dict[UUID, dict[UUID, str]] = {}  # by field and contact

    def asks(one: Condition) -> Callable[[UUID], bool]:
        if (field := one.field_id) is None:
            tag, has = UUID(one.value), one.ask is Ask.HAS
            return lambda contact: tag in tags and (contact in tags[tag]) is has
        ask, kind, value, written = one.ask, fields[field].kind, one.value, values[field]
        return lambda contact: fits(ask, kind, value, written.get(contact, ""), today)

    left = set(contact_ids)
    for group in wish.groups:
        asked = Filter(group).field_ids
        if not asked:
            continue
        if new := asked - values.keys():
            values |= _values(member, new, left)
        first, *others = [asks(one) for one in group]
        fitting = {pk for pk in left if first(pk)}
        for hold in others:
            fitting |= {pk for pk in left - fitting if hold(pk)}
        left = fitting
    return left


def _tags(wish: Filter, contact_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Which of these contacts have which of the tags that are asked for beside a value, by the tags that there are;
    other tags narrowed already.
    """
    mixed = [group for group in wish.groups if len({one.about == TAG for one in group}) > 1]
    asked = Filter(tuple(one for group in mixed for one in group)).tag_ids
    if not asked:
        return {}
    found: dict[UUID, set[UUID]] = {pk: set() for pk in Tag.objects.filter(pk__in=asked).values_list("pk", flat=True)}
    rows = ContactTag.objects.filter(tag__in=list(found), contact__in=list(contact_ids))
    for contact, tag in rows.values_list("contact_id", "tag_id"):
        found[tag].add(contact)
    return found


def _values(
    member: Membership, field_ids: Collection[UUID], contact_ids: Collection[UUID]
) -> dict[UUID, dict[UUID, str]]:
    """What stands in these fields, by field and contact. What cannot be opened any more is not written."""
    found: dict[UUID, dict[UUID, str]] = {field: {} for field in field_ids}
    if not contact_ids:
        return found
    rows = FieldValue.objects.filter(field__in=list(field_ids), contact__in=among(contact_ids))
    records: dict[UUID, bytes] = {}
    places: list[tuple[UUID, UUID]] = []
    for pk, contact, field, record in rows.values_list("pk", "contact_id", "field_id", "value"):
        if (sealed := cast("bytes", record)) != ENDED:
            records[pk] = sealed
            places.append((contact, field))
    column = cast("EncryptedTextField[str, str]", FieldValue._meta.get_field("value"))
    said = column.read_all(member.organization_id, records).values()
    for (contact, field), text in zip(places, said, strict=True):
        found[field][contact] = cast("str", text or "")
    return found
