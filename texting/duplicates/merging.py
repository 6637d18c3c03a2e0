"""Merging two contacts into one person, undoing it, and taking a number out of a person.

Both contacts stay, each with its number and with all that belongs to the number; see `texting.persons`. A merge writes
what was chosen to both (and to the further numbers that the survivor has already) and keeps, sealed, what stood there.
"""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import Membership
from tenancy import audit
from tenancy.audit import AuditEventKind, AuditKind
from tenancy.encryption import fetch_current_keys, readable
from texting import persons, tagged_steps
from texting.contacts import show
from texting.duplicates.choosing import CannotMerge, Choice, decided
from texting.duplicates.finding import access_pair, require_merging
from texting.duplicates.states import State, put_back, states_of, write
from texting.keeping_guards import kept_contacts
from texting.models import Contact, ContactMerge, Tag
from texting.outgoing_webhooks.kinds import EventKind
from texting.outgoing_webhooks.publishing import publish
from texting.queries.access import NotYours
from texting.searching.keeping import keep_names

UNDONE_WITHIN = timedelta(days=30)
AS_IT_IS = Choice()
"""The survivor is right in everything."""


@cache
def _guards() -> tuple[Callable[[Collection[UUID]], str], ...]:
    """`settings.TEXTING_MERGE_GUARDS`: each says why these contacts cannot be merged or parted now, or ""."""
    return tuple(import_string(path) for path in settings.TEXTING_MERGE_GUARDS)


def merge(*, member: Membership, survivor: UUID, other: UUID, choice: Choice = AS_IT_IS) -> ContactMerge:
    """Make one contact a further number of another. Raises CannotMerge, NotYours, MissingPermission."""
    access_pair(member, survivor, other)
    _refuse([survivor, other])  # first the lock of what deletes, then rows: as a purge does
    rows = _locked([survivor, other])
    ours, theirs = rows[survivor], rows[other]
    if ours.merged_into_id or theirs.merged_into_id:
        raise CannotMerge(_("A colleague has just merged one of them. Look at the list again."))
    if any(row.merged_into_id == other for row in rows.values()):
        raise CannotMerge(_("The other one has further numbers. Let that one stay, or take its numbers off first."))
    _refuse(list(rows))
    states = states_of(rows.values())
    wanted = decided(member, states[survivor], states[other], choice)
    _refuse_taking_off(member, states, dict.fromkeys(rows, wanted))
    made = ContactMerge(survivor=ours, merged=theirs, made_by=member, made_at=timezone.now())
    kept = {"ours": states[survivor], "theirs": states[other], "after": wanted}
    made.before = json.dumps({name: state.as_json() for name, state in kept.items()}, ensure_ascii=False)
    fetch_current_keys([made])
    made.save(force_insert=True)
    theirs.merged_into = ours
    theirs.save(update_fields=["merged_into"])
    now = timezone.now()  # a tag that ends texts sooner counts from when it is put on
    tags = {pk: {tag: state.tags.get(tag, now) for tag in wanted.tags} for pk, state in states.items()}
    _write_all(rows.values(), states, {pk: replace(wanted, tags=tags[pk]) for pk in rows})
    _told(member, AuditKind.CONTACT_MERGED, made)
    return made


def undo(*, member: Membership, merge_id: UUID) -> ContactMerge:
    """Two contacts again, each as it was; what somebody has changed since then stays changed, on both.

    Raises CannotMerge when it is too late, when another merge of the person came later, or when it is over already.
    """
    require_merging(member)
    made = _live(merge_id)
    _refuse([made.survivor_id, made.merged_id])
    rows = _locked([made.survivor_id, made.merged_id])
    made = _live(merge_id)  # by nobody else meanwhile
    later = ContactMerge.objects.filter(survivor=made.survivor_id, ended_at=None, made_at__gt=made.made_at)
    if later.exists():
        raise CannotMerge(_("Another number was merged in later. Undo that first, or take this number off."))
    kept = readable(made, "before", "")
    if not kept or timezone.now() > until(made):
        raise CannotMerge(_("That was more than 30 days ago. The number can still be taken off this contact."))
    _refuse(list(rows))
    ours, theirs, after = (State.from_json(json.loads(kept)[name]) for name in ("ours", "theirs", "after"))
    states = states_of(rows.values())
    before = {pk: theirs if pk == made.merged_id else ours for pk in rows}
    wanted = {pk: put_back(states[pk], before[pk], after) for pk in rows}
    _refuse_taking_off(member, states, wanted)
    rows[made.merged_id].merged_into = None
    rows[made.merged_id].save(update_fields=["merged_into"])
    _write_all(rows.values(), states, wanted)
    _end(made, member)
    _told(member, AuditKind.CONTACT_UNMERGED, made)
    return made


def take_off(*, member: Membership, merge_id: UUID) -> ContactMerge:
    """Make a further number a contact of its own, at any time. Both keep what is known now. Raises as `undo` does."""
    require_merging(member)
    made = _live(merge_id)
    _refuse([made.survivor_id, made.merged_id])
    rows = _locked([made.merged_id])
    made = _live(merge_id)
    _refuse(list(rows))
    Contact.objects.filter(pk=made.merged_id).update(merged_into=None)
    _end(made, member)
    _told(member, AuditKind.CONTACT_UNMERGED, made)
    return made


def _end(made: ContactMerge, member: Membership) -> None:
    made.ended_at, made.undone_by = timezone.now(), member
    made.save(update_fields=["ended_at", "undone_by"])
    _forget(ContactMerge.objects.filter(pk=made.pk))


def until(made: ContactMerge) -> datetime:
    """Until when a merge can be undone."""
    return made.made_at + UNDONE_WITHIN


def survivor_of(merge_id: UUID) -> UUID:
    """Whose further number it made, or had made. Raises NotYours."""
    found = ContactMerge.objects.filter(pk=merge_id).values_list("survivor_id", flat=True).first()
    if found is None:
        raise NotYours
    return found


def merges_of(contact: Contact) -> Sequence[ContactMerge]:
    """How the further numbers of a contact became that, the oldest first."""
    rows = ContactMerge.objects.filter(survivor=contact, ended_at=None)
    return list(rows.select_related("merged", "made_by__user").order_by("made_at", "pk"))


def forget_old() -> int:
    """What undoing needed is not kept longer than it can be undone, or than a hold. How many merges that was."""
    rows = ContactMerge.objects.filter(before__isnull=False)
    old = rows.filter(Q(made_at__lt=timezone.now() - UNDONE_WITHIN) | Q(ended_at__isnull=False))
    return _forget(old)


def _forget(merges: "QuerySet[ContactMerge]") -> int:
    """What stood there before them; of both contacts, so nothing where a hold covers either. How many merges."""
    pairs = {pk: set(pair) for pk, *pair in merges.values_list("pk", "survivor_id", "merged_id")}
    kept = kept_contacts({pk for pair in pairs.values() for pk in pair})
    free = [pk for pk, pair in pairs.items() if kept.isdisjoint(pair)]
    return ContactMerge.objects.filter(pk__in=free).update(before=None)


def _live(merge_id: UUID) -> ContactMerge:
    found = ContactMerge.objects.filter(pk=merge_id).filter(Q(ended_at=None)).first()
    if found is None:
        raise NotYours
    return found


def _locked(contact_ids: Collection[UUID]) -> dict[UUID, Contact]:
    """Those of the person who can be written to; whose key is gone would be sealed under a new one."""
    try:
        rows = {row.pk: row for row in persons.lock(contact_ids)}
    except persons.Busy:
        raise CannotMerge(_("Colleagues are working on this contact. Try again in a moment.")) from None
    gone = {pk for pk, row in rows.items() if not readable(row, "number", "")}
    if gone & set(contact_ids):
        raise CannotMerge(_("One of the two was erased."))
    return {pk: row for pk, row in rows.items() if pk not in gone}


def refusal(contact_ids: Collection[UUID]) -> str:
    """Why these contacts cannot be merged or parted now, or "". Whoever keeps them notes first whom that covers."""
    return next((why for guard in _guards() if (why := guard(contact_ids))), "")


def _refuse(contact_ids: Collection[UUID]) -> None:
    if why := refusal(contact_ids):
        raise CannotMerge(why)


def _refuse_taking_off(member: Membership, now: dict[UUID, State], wanted: dict[UUID, State]) -> None:
    gone = {tag for pk, state in now.items() for tag in state.tags.keys() - wanted[pk].tags.keys()}
    for tag in Tag.objects.filter(pk__in=gone).order_by("pk"):
        if why := tagged_steps.why_kept(member, tag):
            raise CannotMerge(why)


def _write_all(rows: Collection[Contact], now: dict[UUID, State], wanted: dict[UUID, State]) -> None:
    for row in rows:
        write(row, now[row.pk], wanted[row.pk])
    keep_names(rows)


def _told(member: Membership, kind: AuditEventKind, made: ContactMerge) -> None:
    """In the log of both: whoever looks at either finds it. Endpoints hear of it once."""
    pair = (made.survivor_id, made.merged_id)
    for contact, other in (pair, pair[::-1]):
        row = Contact.objects.defer("name", "number").get(pk=contact)
        audit.record(event=kind, actor=member, object=row, other=other)
        show(row)
    event = EventKind.CONTACT_MERGED if kind == AuditKind.CONTACT_MERGED else EventKind.CONTACT_PARTED
    publish(event, {"contact_id": made.survivor_id, "merged_id": made.merged_id})
