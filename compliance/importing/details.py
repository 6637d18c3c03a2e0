"""Columns of a list that say more about a person: tags, and fields of the organization's own.

Whoever says what the columns mean must be able to change those fields; which definitions count is looked at again when
rows are written, and what is archived by then is passed over. As with names, what is known already stays, unless
whoever names the columns says that the list is right: a value is written only where nothing is, tags are only put on.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission
from compliance.importing import columns
from compliance.models import ConsentImport
from tenancy.encryption import fetch_current_keys, prefetch, readable
from texting import tagged_steps
from texting.fields.kinds import NO, YES, BadValue, Kind
from texting.fields.reading import fields_for
from texting.fields.writing import checked
from texting.models import Contact, ContactField, ContactTag, FieldValue, Tag
from texting.persons import first_of
from texting.searching.keeping import keep_names
from texting.tagging import MOST_ON_CONTACT

TAGS, FIELD = "tags", "field-"
_BETWEEN = re.compile(r"[;,|]")
_TAG_HEADINGS = {"tag", "tags", "etiqueta", "etiquetas", "labels"}
_SAID = dict.fromkeys(["y", "true", "1", "si", "sí", "oui"], YES) | dict.fromkeys(["n", "false", "0", "non"], NO)


class BadDetail(ValueError):
    """A cell that cannot be stored: a value that is none of its field's kind, or a tag that does not exist."""


@dataclass(frozen=True)
class Detail:
    """What one row says: values by field, and ids of tags."""

    values: Mapping[UUID, str]
    tags: tuple[UUID, ...] = ()


def offered_to(member: Membership) -> list[tuple[str, str]]:
    """The columns that this member may fill: (name in `ConsentImport.columns`, label)."""
    if not member.may(Permission.CONTACTS_EDIT):
        return []
    tags = [(TAGS, _("Tags, with ; between them"))] if Tag.objects.exists() else []
    return tags + [(f"{FIELD}{field.id}", field.name) for field in fields_for(member) if field.may_edit]


def guess(member: Membership, headings: Sequence[str]) -> dict[str, int]:
    """Position by name of all columns that the headings tell; one that is headed just like a field is that field."""
    plain = [" ".join(heading.split()).casefold() for heading in headings]
    own: dict[str, int] = {}
    for key, label in offered_to(member):
        names = _TAG_HEADINGS if key == TAGS else {label.casefold()}
        at = next((at for at, heading in enumerate(plain) if heading in names and at not in own.values()), None)
        if at is not None:
            own[key] = at
    return columns.guess(["" if at in own.values() else heading for at, heading in enumerate(headings)]) | own


@dataclass(frozen=True)
class Definitions:
    """The fields and tags that columns of an import are about, as they are now."""

    started: ConsentImport
    fields: Mapping[str, ContactField]
    tags: Mapping[str, UUID]

    @classmethod
    def of(cls, started: ConsentImport) -> Self:
        """Two statements at most, none for a list that brings nothing of the kind."""
        ids = [name.removeprefix(FIELD) for name in started.columns if name.startswith(FIELD)]
        rows = ContactField.objects.filter(pk__in=ids, archived_at=None) if ids else ()
        tags = Tag.objects.values_list("name", "pk") if TAGS in started.columns else ()
        return cls(started, {f"{FIELD}{row.pk}": row for row in rows}, {name.casefold(): pk for name, pk in tags})

    def read(self, cells: Sequence[str]) -> Detail:
        """What the row says. Raises BadDetail."""
        values = {}
        for key, field in self.fields.items():
            if text := self._cell(cells, key):
                values[field.pk] = self._value(field, text)
        tags = [" ".join(one.split()).casefold() for one in _BETWEEN.split(self._cell(cells, TAGS))]
        try:
            return Detail(values, tuple(dict.fromkeys(self.tags[tag] for tag in tags if tag)))
        except KeyError as unknown:
            raise BadDetail(str(unknown)) from None

    def _cell(self, cells: Sequence[str], key: str) -> str:
        at = self.started.columns.get(key)
        return cells[at].strip() if at is not None and at < len(cells) else ""

    def _value(self, field: ContactField, text: str) -> str:
        if field.kind == Kind.DATE:
            try:
                text = columns.read_date(text, self.started.date_order).isoformat()
            except ValueError as error:
                raise BadDetail(field.name) from error
        if field.kind == Kind.DATE_TIME:
            text = self._day_and_time(field, text)
        if field.kind == Kind.YES_NO:
            text = _SAID.get(text.casefold(), text)
        if field.kind == Kind.NUMBER:
            text = text.lstrip("'")  # which our own file puts before a minus
        try:
            return checked(field.name, field.kind, text, tuple(field.options))
        except BadValue as error:
            raise BadDetail(field.name) from error

    def _day_and_time(self, field: ContactField, text: str) -> str:
        """ISO 8601 as it is; else a day as the list writes days, then a time as people write it."""
        day, _between, clock = text.partition(" ")
        try:
            if not clock:
                return text
            at = columns.read_clock(clock)
            return f"{columns.read_date(day.rstrip(','), self.started.date_order).isoformat()}T{at:%H:%M}"
        except ValueError as error:
            raise BadDetail(field.name) from error


def are_in(started: ConsentImport) -> bool:
    """Whether the list has columns of the kind."""
    return any(name == TAGS or name.startswith(FIELD) for name in started.columns)


def name_unnamed(said: Mapping[UUID, str], contacts: Mapping[UUID, Contact]) -> None:
    """Write the names of contacts who have none yet and, as a merge would, of all numbers of the person."""
    called = [contacts[pk] for pk, name in said.items() if name]
    prefetch(called)
    wanted = {first_of(row): said[row.pk] for row in called if not readable(row, "name", "")}
    if not wanted:
        return
    rows = list(Contact.objects.filter(Q(pk__in=wanted) | Q(merged_into__in=wanted)).order_by("pk"))
    prefetch(rows)
    mine = [contacts.get(row.pk, row) for row in rows if readable(row, "number", "")]
    for row in mine:
        row.name = wanted[first_of(row)]
        row.save(update_fields=["name"])
    keep_names(mine)


def write(said: Mapping[UUID, Detail], contacts: Mapping[UUID, Contact], *, replaces: bool = False) -> None:
    """Write the details of these contacts, whose rows are locked. Tags as they fit; values where nothing is written,
    and where the list is to be right (`replaces`) in place of what is. What the list leaves empty stays.
    """
    said, contacts = _of_persons(said, contacts)
    values = {pk: detail.values for pk, detail in said.items() if detail.values}
    _write_values(values, contacts, replaces)
    keep_names([contacts[pk] for pk in values])
    _put_tags({pk: detail.tags for pk, detail in said.items() if detail.tags})


def _of_persons(
    said: Mapping[UUID, Detail], contacts: Mapping[UUID, Contact]
) -> tuple[Mapping[UUID, Detail], Mapping[UUID, Contact]]:
    """The same for all numbers of each person. Of two rows about one person the first is right."""
    rows = Contact.objects.filter(Q(pk__in=said.keys(), merged_into__isnull=False) | Q(merged_into__in=said.keys()))
    firsts = {first_of(row) for row in rows}
    if not firsts:
        return said, contacts
    everybody = list(Contact.objects.filter(Q(pk__in=firsts) | Q(merged_into__in=firsts)))
    prefetch(everybody)
    all_of: dict[UUID, list[Contact]] = {}
    for row in everybody:
        if readable(row, "number", ""):
            all_of.setdefault(first_of(row), []).append(row)
    wanted, found = dict(said), dict(contacts) | {row.pk: row for row in everybody}
    for group in all_of.values():
        details = [said[row.pk] for row in group if row.pk in said]
        values = {field: value for detail in reversed(details) for field, value in detail.values.items()}
        tags = tuple(dict.fromkeys(tag for detail in details for tag in detail.tags))
        wanted |= {row.pk: Detail(values, tags) for row in group}
    return wanted, found


def _write_values(wanted: Mapping[UUID, Mapping[UUID, str]], contacts: Mapping[UUID, Contact], replaces: bool) -> None:
    if not wanted:
        return
    now, there = timezone.now(), list(FieldValue.objects.filter(contact__in=list(wanted)))
    prefetch(there)
    known = {(row.contact_id, row.field_id): row for row in there}
    new = []
    for pk, values in wanted.items():
        for field, value in values.items():
            row = known.get((pk, field))
            if row is None:
                new.append(FieldValue(contact=contacts[pk], field_id=field, value=value, changed_at=now))
            elif (before := readable(row, "value", "")) != value and (replaces or not before):
                row.value, row.changed_at = value, now
                row.save()
    fetch_current_keys(new)
    FieldValue.objects.bulk_create(new, batch_size=1000)


def _put_tags(wanted: Mapping[UUID, Sequence[UUID]]) -> None:
    if not wanted:
        return
    now, pairs = timezone.now(), ContactTag.objects.filter(contact__in=list(wanted)).order_by()
    having = set(pairs.values_list("contact_id", "tag_id"))
    room = dict(pairs.values("contact").annotate(number=Count("pk")).values_list("contact_id", "number"))
    new = []
    for pk, tags in wanted.items():
        missing = [tag for tag in tags if (pk, tag) not in having][: MOST_ON_CONTACT - room.get(pk, 0)]
        new += [ContactTag(contact_id=pk, tag_id=tag, created_at=now) for tag in missing]
    ContactTag.objects.bulk_create(new, ignore_conflicts=True, batch_size=1000)
    tagged_steps.witness({row.tag_id for row in new})
