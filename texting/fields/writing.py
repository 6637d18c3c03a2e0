"""Putting values into the fields of a contact."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import readable
from texting import persons
from texting.contacts import show
from texting.fields.kinds import BadValue, stored
from texting.fields.reading import fields_for
from texting.kept_words import kept
from texting.models import Contact, ContactField, FieldValue
from texting.queries.access import NotYours
from texting.queries.seeing import sees
from texting.searching.keeping import keep_names


class BadValues(ValueError):
    """Nothing is stored. `errors` has one sentence for each field that is wrong, by its id; None: for all of them."""

    def __init__(self, errors: Mapping[UUID | None, str]) -> None:
        super().__init__(*errors.values())
        self.errors = dict(errors)


def set_values(*, member: Membership, contact: Contact, typed: Mapping[UUID, str]) -> int:
    """Write what was typed into fields, by their ids; "" takes a value out. How many changed. All or nothing.

    Raises BadValues; NotYours for a contact that the member does not see and for a field that they may not change.
    """
    require(member, Permission.CONTACTS_EDIT)
    if not sees(member, contact.pk):
        raise NotYours
    fields = {field.id: field for field in fields_for(member) if field.may_edit}
    if not typed.keys() <= fields.keys():
        raise NotYours
    try:
        everywhere = persons.lock([contact.pk])
    except persons.Busy:
        raise BadValues({None: persons.busy_words()}) from None
    locked = next(row for row in everywhere if row.pk == contact.pk)
    if not readable(locked, "number", ""):  # their key is gone: what is written now would be sealed under a new one
        raise BadValues({None: _("This contact was erased. Nothing can be written about them any more.")})
    rows = {row.field_id: row for row in FieldValue.objects.filter(contact=locked, field__in=list(typed))}
    errors: dict[UUID | None, str] = {}
    changed = []
    for pk, text in typed.items():
        before = (readable(rows[pk], "value", "") or "") if pk in rows else ""
        try:
            value = before if text == before else checked(fields[pk].name, fields[pk].kind, text, fields[pk].options)
        except BadValue as error:
            errors[pk] = str(error)
            continue
        if value != before:
            row = rows.get(pk) or FieldValue(field_id=pk, contact=locked)
            row.value, row.changed_at = value, timezone.now()
            changed.append(row)
    if errors:
        raise BadValues(errors)
    if changed:
        told = sorted(str(row.field_id) for row in changed)
        copy_to([row for row in everywhere if row.pk != contact.pk], changed)
        for row in changed:
            _store(row)
        keep_names(everywhere)
        audit.record(event=AuditKind.CONTACT_FIELDS_CHANGED, actor=member, object=contact, fields=told)
        show(contact)
    return len(changed)


def copy_to(others: Collection[Contact], changed: Iterable[FieldValue]) -> None:
    """The further numbers of a person say the same. Their rows are locked; those that are erased say nothing."""
    others = [row for row in others if readable(row, "number", "")]
    if not others:
        return
    wanted = {row.field_id: row for row in changed}
    rows = FieldValue.objects.filter(contact__in=others, field__in=list(wanted))
    known = {(row.contact_id, row.field_id): row for row in rows}
    for contact in others:
        for pk, said in wanted.items():
            row = known.get((contact.pk, pk)) or FieldValue(field_id=pk, contact=contact)
            row.value, row.changed_at = said.value, said.changed_at
            _store(row)


def _store(row: FieldValue) -> None:
    """Of nothing there is no row: whoever is masked sees of a row that something is written."""
    if row.value:
        row.save()
    elif not row._state.adding:
        row.delete()


def take_off(contact: Contact) -> dict[str, str]:
    """Empty every field, because the number is somebody else's; what stood there, by the field's id, to be put back."""
    found: dict[str, str] = {}
    for row in FieldValue.objects.filter(contact=contact):
        if value := readable(row, "value", ""):
            found[str(row.field_id)] = value
            row.delete()
    return found


def put_back(contact: Contact, taken: Mapping[str, str]) -> None:
    """What `take_off` gave stands there again, but for fields that are gone or in which something is written by now."""
    rows = {row.field_id: row for row in FieldValue.objects.filter(contact=contact, field__in=list(taken))}
    for field in ContactField.objects.filter(pk__in=list(taken)):
        row = rows.get(field.pk)
        if row is None or not readable(row, "value", ""):
            row = row or FieldValue(field=field, contact=contact)
            row.value, row.changed_at = taken[str(field.pk)], timezone.now()
            row.save()


def checked(name: str, kind: str, typed: str, options: tuple[str, ...]) -> str:
    """The value as it is stored, when it may be. Raises BadValue, also for what must not be kept (a card number)."""
    value = stored(kind, typed, options)
    said = f"{name}: {value}"  # as a person reads it: what a number is often stands in front of it
    if value and (kept(said) != said or kept(value) != value):
        raise BadValue(_("This looks like a card, social security or secret number, which must not be kept here."))
    return value
