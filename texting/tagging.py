"""What members do with tags: make, rename, merge, remove them; put them on contacts and take them off.

An organization has at most `MOST_TAGS`, a contact at most `MOST_ON_CONTACT`: who counts holds a lock, so that two
colleagues at once stay below as well.
"""

import unicodedata
from collections.abc import Collection
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, ProtectedError
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission, require
from tenancy import audit
from tenancy.audit import AuditEventKind, AuditKind
from tenancy.isolation import current_organization_id
from tenancy.said import gettext as _
from texting import tagged_steps
from texting.contacts import show
from texting.models import Contact, ContactTag, Tag
from texting.models.tag import LONGEST_TAG
from texting.persons import with_others
from texting.queries.access import contacts_for

MOST_TAGS = 200
MOST_ON_CONTACT = 20


class BadTag(ValueError):
    """It cannot be done; the message is one sentence for the person who asked."""


def add_tag(*, member: Membership, name: str, colour: Tag.Colour = Tag.Colour.NEUTRAL) -> Tag:
    """Make a tag. Raises BadTag when the name is none or is taken, or when there are too many."""
    require(member, Permission.TAGS_MANAGE)
    wanted = tidy_name(name)
    _lock()
    if Tag.objects.count() >= MOST_TAGS:
        raise BadTag(_("There are %(most)d tags already. Merge or remove some first.") % {"most": MOST_TAGS})
    tag = Tag(name=wanted, colour=colour, created_by=member, created_at=timezone.now())
    _save(tag, force_insert=True)
    audit.record(event=AuditKind.TAG_CREATED, actor=member, object=tag, name=tag.name)
    return tag


def change_tag(*, member: Membership, tag: Tag, name: str, colour: Tag.Colour) -> None:
    """Give it another name or colour; its contacts keep it. Raises BadTag."""
    require(member, Permission.TAGS_MANAGE)
    before = tag.name
    tag.name, tag.colour = tidy_name(name), colour
    _save(tag, force_insert=False)
    audit.record(event=AuditKind.TAG_CHANGED, actor=member, object=tag, name=tag.name, was=before)


def merge_tags(*, member: Membership, tag: Tag, into: Tag) -> int:
    """Whoever has `tag` has `into` instead, whoever asks for it asks for `into`, and `tag` is gone. How many contacts
    had it. Raises BadTag.
    """
    require(member, Permission.TAGS_MANAGE)
    if tag.pk == into.pk:
        raise BadTag(_("Choose another tag to merge it into."))
    _may_go(member, tag, from_everybody=True)
    _lock()
    list(Tag.objects.select_for_update().filter(pk=tag.pk))  # who is putting it on ends first, and is among `had`
    had = list(ContactTag.objects.filter(tag=tag).values_list("contact_id", flat=True))
    now = timezone.now()
    rows = [ContactTag(tag=into, contact_id=contact, created_at=now) for contact in had]
    ContactTag.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    tagged_steps.witness([into.pk])
    tagged_steps.follow(tag.pk, into.pk)
    name = _delete(tag)
    audit.record(event=AuditKind.TAG_MERGED, actor=member, object=into, name=into.name, was=name, contacts=len(had))
    return len(had)


def remove_tag(*, member: Membership, tag: Tag) -> int:
    """Take it off everybody, for good. How many contacts had it. Raises BadTag when something needs it."""
    require(member, Permission.TAGS_MANAGE)
    _may_go(member, tag, from_everybody=True)
    had = ContactTag.objects.filter(tag=tag).count()
    pk, name = tag.pk, _delete(tag)
    audit.record(event=AuditKind.TAG_DELETED, actor=member, object=Tag(pk=pk, name=name), name=name, contacts=had)
    return had


def put_on(*, member: Membership, tag: Tag, contact_ids: Collection[UUID]) -> int:
    """Put it on these contacts and their further numbers, as far as the member may see them; how many did not have it.

    Raises BadTag when one of them has too many tags, or the tag is gone, and then puts it on nobody.
    """
    require(member, Permission.CONTACTS_EDIT)
    _hold(tag)
    found = _locked(member, contact_ids)
    having = set(ContactTag.objects.filter(tag=tag, contact__in=found).values_list("contact_id", flat=True))
    new = [contact for contact in found if contact.pk not in having]
    counted = ContactTag.objects.filter(contact__in=new).values("contact").annotate(number=Count("pk")).order_by()
    if any(row["number"] >= MOST_ON_CONTACT for row in counted):
        raise BadTag(_("A contact has at most %(most)d tags. Take one off first.") % {"most": MOST_ON_CONTACT})
    now = timezone.now()
    ContactTag.objects.bulk_create([ContactTag(tag=tag, contact=contact, created_at=now) for contact in new])
    people = [contact for contact in new if contact.merged_into_id is None]
    _tell(member, AuditKind.CONTACT_TAGGED, people, tag)
    tagged_steps.take(tag, [contact.pk for contact in people])
    return len(people)


def take_off(*, member: Membership, tag: Tag, contact_ids: Collection[UUID]) -> int:
    """Take it off these contacts and their further numbers, as far as the member may see them; how many had it.

    Raises BadTag when the tag decides what only others may decide.
    """
    require(member, Permission.CONTACTS_EDIT)
    _may_go(member, tag)
    found = _locked(member, contact_ids)
    rows = ContactTag.objects.filter(tag=tag, contact__in=found)
    having = set(rows.values_list("contact_id", flat=True))
    rows.delete()
    people = [contact for contact in found if contact.pk in having and contact.merged_into_id is None]
    _tell(member, AuditKind.CONTACT_UNTAGGED, people, tag)
    return len(people)


def tidy_name(name: str) -> str:
    """The name as it is stored: one line, composed, without signs that are not seen. Raises BadTag."""
    composed = unicodedata.normalize("NFC", name)
    seen = "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in composed)
    wanted = " ".join(seen.split())
    if not wanted:
        raise BadTag(_("A tag needs a name."))
    if len(wanted) > LONGEST_TAG:
        raise BadTag(_("A name has at most %(most)d characters.") % {"most": LONGEST_TAG})
    return wanted


def _locked(member: Membership, contact_ids: Collection[UUID]) -> list[Contact]:
    rows = contacts_for(member).filter(pk__in=with_others(contact_ids)).order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True))


def _tell(member: Membership, event: AuditEventKind, contacts: Collection[Contact], tag: Tag) -> None:
    for contact in contacts:
        audit.record(event=event, actor=member, object=contact, tag=tag.pk)
        show(contact)


def _may_go(member: Membership, tag: Tag, *, from_everybody: bool = False) -> None:
    if why := tagged_steps.why_kept(member, tag, from_everybody=from_everybody):
        raise BadTag(why)


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"tags {current_organization_id()}"])


def _hold(tag: Tag) -> None:
    """It is merged and removed by nobody until the transaction ends. Its reference asks for that only at the commit."""
    with connection.cursor() as cursor:
        values = [current_organization_id(), tag.pk]
        cursor.execute("SELECT FROM texting_tag WHERE organization_id = %s AND id = %s FOR KEY SHARE", values)
        if not cursor.rowcount:
            raise BadTag(_("The tag is not there any more."))


def _save(tag: Tag, *, force_insert: bool) -> None:
    try:
        with transaction.atomic():
            tag.save(force_insert=force_insert)
    except IntegrityError:
        raise BadTag(_("Another tag has this name.")) from None


def _delete(tag: Tag) -> str:
    name = tag.name
    try:
        with transaction.atomic():
            tag.delete()
    except ProtectedError:
        raise BadTag(_("A rule or a hold is about this tag. Change that first.")) from None
    return name
