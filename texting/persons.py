"""One person with several numbers: contacts that were merged.

A contact is one number, and all that belongs to a number stays with it: its key, texts, permissions, opt-outs, a block,
marks of carriers. `Contact.merged_into` says whose further number it is; there are no chains, so a person is one
contact (the first one, which lists show) and those that point to it. What is known of a person (name, fields, tags) is
written to each of their contacts, so whoever reads one contact reads the person's (docs/decisions/0375).
"""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tenancy.ids import new_id
from texting.keeping_guards import kept_contacts
from texting.models import Contact, ContactMerge

_TRIES = 3


class Busy(RuntimeError):
    """Colleagues keep merging this person; try again."""


def busy_words() -> str:
    """What a person is told who met that: nothing was changed."""
    return _("Colleagues are merging this contact at this moment. Nothing was changed; try again in a moment.")


def heads() -> Q:
    """On contacts: those that lists show, one for each person."""
    return Q(merged_into=None)


def same_as(contacts: QuerySet[Contact]) -> Q:
    """On contacts: these, and all others of the same persons. `contacts` is read as a subquery, never in Python."""
    ids = contacts.order_by().values("pk")
    firsts = contacts.order_by().exclude(merged_into=None).values("merged_into")
    return Q(pk__in=ids) | Q(merged_into__in=ids) | Q(pk__in=firsts) | Q(merged_into__in=firsts)


def numbers_of(contact: Contact) -> QuerySet[Contact, Any]:
    """The ids of all contacts of this one's person, to be asked for within another statement."""
    first = first_of(contact)
    return Contact.objects.filter(Q(pk=first) | Q(merged_into=first)).order_by().values("pk")


def with_others(contact_ids: Collection[UUID]) -> list[UUID]:
    """These contacts and all others of the same persons, each once, by id. Two statements, whatever their number."""
    given = list(contact_ids)
    rows = Contact.objects.filter(pk__in=given).order_by()
    firsts = {first or pk for pk, first in rows.values_list("pk", "merged_into_id")}
    if not firsts:
        return []
    return sorted(Contact.objects.filter(Q(pk__in=firsts) | Q(merged_into__in=firsts)).values_list("pk", flat=True))


def first_of(contact: Contact) -> UUID:
    """The id of the contact that stands for the person."""
    return contact.merged_into_id or contact.pk


def lock(contact_ids: Collection[UUID]) -> list[Contact]:
    """The rows of these persons, locked in the order of their ids until the transaction ends. Raises Busy."""
    for _try in range(_TRIES):
        ids = with_others(contact_ids)
        rows = list(Contact.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True))
        if with_others(contact_ids) == [row.pk for row in rows]:
            return rows
    raise Busy


def part(contact_ids: Iterable[UUID]) -> None:
    """These contacts are nobody's further number any more, and nobody is theirs; what each says stays.

    Of a person whose first contact goes, the oldest of the others stands for them. How undoing the merges was done is
    over with that, but where a hold covers one of the two: then it stays until that ends.
    """
    for pk in _merged(contact_ids):
        others = list(Contact.objects.filter(merged_into=pk).order_by("created_at", "pk").values_list("pk", flat=True))
        live = ContactMerge.objects.filter(Q(merged=pk) | Q(survivor=pk), ended_at=None)
        held = _of_held(live)  # while they are one person: a hold of one covers all of them
        Contact.objects.filter(Q(pk=pk) | Q(pk__in=others[:1])).update(merged_into=None)
        if others[1:]:
            Contact.objects.filter(pk__in=others[1:]).update(merged_into=others[0])
        anew = list(live.filter(pk__in=held, merged__in=others[1:]))
        live.filter(pk__in=held).update(ended_at=timezone.now())
        live.exclude(merged__in=others[1:]).update(ended_at=timezone.now(), before=None)
        if others[1:]:  # those stay together, and can be parted
            live.update(survivor=others[0], before=None)
            for one in anew:
                one.pk, one.survivor_id, one.before, one._state.adding = new_id(), others[0], None, True
            ContactMerge.objects.bulk_create(anew)


def _of_held(merges: QuerySet[ContactMerge]) -> set[UUID]:
    """Those of these merges of which what stood there before may not be forgotten. Takes the lock of what deletes."""
    there = merges.filter(before__isnull=False).values_list("pk", "survivor_id", "merged_id")
    pairs = {pk: set(pair) for pk, *pair in there}
    kept = kept_contacts({pk for pair in pairs.values() for pk in pair})
    return {pk for pk, pair in pairs.items() if not kept.isdisjoint(pair)}


def _merged(contact_ids: Iterable[UUID]) -> list[UUID]:
    """Those of these contacts that are one person with another, or were made so. Three statements for any number."""
    ids = list(contact_ids)
    rows, merges = Contact.objects.order_by(), ContactMerge.objects.filter(ended_at=None).order_by()
    found = set(rows.filter(pk__in=ids).exclude(merged_into=None).values_list("pk", flat=True))
    found |= set(rows.filter(merged_into__in=ids).values_list("merged_into_id", flat=True))
    for pair in merges.filter(Q(merged__in=ids) | Q(survivor__in=ids)).values_list("merged", "survivor"):
        found |= set(pair)
    return [pk for pk in ids if pk in found]
