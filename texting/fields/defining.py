"""Making fields, renaming and archiving them, and saying which role sees and changes which."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Role
from accounts.permissions import Permission, require
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import current_organization_id
from texting.fields.kinds import Kind, one_line
from texting.models import ContactField, FieldRight
from texting.models.field import LONGEST_FIELD

MOST_FIELDS = 40  # that are not archived
MOST_OPTIONS, LONGEST_OPTION = 50, 60
MOST_FORMER = 10  # names that it had before
Right = FieldRight.Right


class BadField(ValueError):
    """It cannot be done; the message is one sentence for the person who asked."""


def add_field(*, member: Membership, name: str, kind: Kind, options: Sequence[str] = ()) -> ContactField:
    """Make a field. Roles that may edit contacts may change it, those that read contacts see it. Raises BadField."""
    require(member, Permission.FIELDS_MANAGE)
    _lock()
    _refuse_too_many()
    field = ContactField(
        name=_name(name),
        kind=kind,
        options=_options(options) if kind == Kind.CHOICE else [],
        created_by=member,
        created_at=timezone.now(),
    )
    _save(field, force_insert=True)
    _forget_name(field)
    rights = {role.pk: usual_right(role) for role in Role.objects.all()}
    _write(field, rights)
    audit.record(
        event=AuditKind.FIELD_CREATED,
        actor=member,
        object=field,
        name=field.name,
        kind=kind.value,
        rights=_told(rights),
    )
    return field


def change_field(
    *,
    member: Membership,
    field: ContactField,
    name: str,
    options: Sequence[str] = (),
    rights: Mapping[UUID, Right],
    keys: Right = Right.HIDDEN,
) -> None:
    """Another name, other options, other rights; `keys`: of API keys. A value whose option is gone stays as it is, and
    templates that say the old name go on to mean this field.

    Raises BadField.
    """
    require(member, Permission.FIELDS_MANAGE)
    _lock()
    before = field.name
    field.name, field.keys_right = _name(name), keys
    field.former_names = _without(field.name, [*field.former_names, before])[-MOST_FORMER:]
    if field.kind == Kind.CHOICE:
        field.options = _options(options)
    _save(field, force_insert=False)
    _forget_name(field)
    known = set(Role.objects.values_list("pk", flat=True))
    wanted = {role: right for role, right in rights.items() if role in known}
    _write(field, wanted)
    audit.record(
        event=AuditKind.FIELD_CHANGED,
        actor=member,
        object=field,
        name=field.name,
        was=before,
        rights=_told(wanted),
        keys=keys.name.lower(),
    )


def archive_field(*, member: Membership, field: ContactField) -> None:
    """Show it nowhere any more; what is written in it stays and ends with the contacts."""
    require(member, Permission.FIELDS_MANAGE)
    if ContactField.objects.filter(pk=field.pk, archived_at=None).update(archived_at=timezone.now()):
        audit.record(event=AuditKind.FIELD_ARCHIVED, actor=member, object=field, name=field.name)


def bring_back_field(*, member: Membership, field: ContactField) -> None:
    """Show it again, with what was written in it. Raises BadField when there are too many."""
    require(member, Permission.FIELDS_MANAGE)
    _lock()
    if not ContactField.objects.filter(pk=field.pk).exclude(archived_at=None).exists():
        return
    _refuse_too_many()
    ContactField.objects.filter(pk=field.pk).update(archived_at=None)
    audit.record(event=AuditKind.FIELD_BROUGHT_BACK, actor=member, object=field, name=field.name)


def usual_right(role: Role) -> Right:
    """What a role may do with a field while nobody has said otherwise."""
    granted = role.granted
    if Permission.CONTACTS_EDIT in granted:
        return Right.EDIT
    return Right.VIEW if Permission.CONTACTS_READ in granted else Right.HIDDEN


def _refuse_too_many() -> None:
    if ContactField.objects.filter(archived_at=None).count() >= MOST_FIELDS:
        raise BadField(_("There are %(most)d fields already. Archive some first.") % {"most": MOST_FIELDS})


def _forget_name(field: ContactField) -> None:
    """No other field is meant by this name any more: one that was called so before."""
    for other in ContactField.objects.exclude(pk=field.pk):
        left = _without(field.name, other.former_names)
        if left != other.former_names:
            ContactField.objects.filter(pk=other.pk).update(former_names=left)


def _without(name: str, names: Sequence[str]) -> list[str]:
    return [one for one in dict.fromkeys(names) if one.casefold() != name.casefold()]


def _name(typed: str) -> str:
    name = one_line(typed)
    if not name:
        raise BadField(_("A field needs a name."))
    if len(name) > LONGEST_FIELD:
        raise BadField(_("A name has at most %(most)d characters.") % {"most": LONGEST_FIELD})
    return name


def _options(typed: Sequence[str]) -> list[str]:
    """In the order given, each once."""
    options = {one.casefold(): one for one in reversed([one_line(each) for each in typed]) if one}
    found = list(reversed(options.values()))
    if not found:
        raise BadField(_("Write what can be chosen, one on each line."))
    if len(found) > MOST_OPTIONS:
        raise BadField(_("A choice has at most %(most)d options.") % {"most": MOST_OPTIONS})
    if any(len(one) > LONGEST_OPTION for one in found):
        raise BadField(_("An option has at most %(most)d characters.") % {"most": LONGEST_OPTION})
    return found


def _write(field: ContactField, rights: Mapping[UUID, Right]) -> None:
    FieldRight.objects.bulk_create(
        [FieldRight(field=field, role_id=role, right=right) for role, right in rights.items()],
        update_conflicts=True,
        unique_fields=["organization", "field", "role"],
        update_fields=["right"],
    )


def _told(rights: Mapping[UUID, Right]) -> dict[str, str]:
    return {str(role): Right(right).name.lower() for role, right in rights.items()}


def _save(field: ContactField, *, force_insert: bool) -> None:
    try:
        with transaction.atomic():
            field.save(force_insert=force_insert)
    except IntegrityError:
        raise BadField(_("Another field has this name. It may be an archived one.")) from None


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"fields {current_organization_id()}"])
