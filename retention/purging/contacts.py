"""Contacts whose period is over: their key goes, then their row and what is sealed beside it say so.

A contact ends only when nothing of theirs that has a period of its own can be read any more (`guards.worded`), so this
destroys names, numbers, addresses and drafts, and no words that another period keeps. The row stays, nameless, as
long as conversations need it. Permissions and opt-outs are under a hash of the number and do not end here.

The key goes at once and for good. A process that dies right then leaves rows that say nothing; the next round knows
them by the mark that a contact's destroyed key leaves behind, whatever keeps them by then.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from accounts.api.repeating import forget_answers
from compliance.report_facts.keeping import keep_of_contacts
from retention.due import lanes
from retention.erasing.rows import end_sealed, rows_under, without_numbers
from retention.keeping import doomed
from retention.kinds import Kind
from retention.lock import deleting_lock
from retention.models import PurgeStep
from retention.purging import lease
from retention.purging.by_rows import count
from retention.purging.pacing import Pace
from tenancy.encryption import keyring
from tenancy.encryption.key_sources import CONTACT
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate, current_organization_id
from texting import persons
from texting.models import Contact, ContactTag, EndedAs
from texting.searching.keeping import forget_names

BATCH = 100
CONTACTS = Contact._meta.label


def end_contacts(organization: UUID, step: PurgeStep, at: datetime) -> None:
    """End the contacts that are due; counts into `step.ended`, and names their keys in `step.key_ids`."""
    pace = Pace()
    for number in range(len(_lanes(organization))):
        reached: UUID | None = None
        while True:
            pace.begin()
            size = min(pace.size, BATCH)
            with activate(organization):
                deleting_lock()
                lease.keep(step.purge)
                due = _next(number, at, reached, size)
                if due and (wanted := _wanted(number, due, at)):
                    _end(step, wanted, at)
            if len(due) < size:
                break
            reached = due[-1]
            pace.rest()


def _lanes(organization: UUID) -> Sequence[object]:
    with activate(organization):
        return lanes(Kind.CONTACTS)


def _next(number: int, at: datetime, reached: UUID | None, size: int) -> list[UUID]:
    """The next contacts that are due, whatever keeps them."""
    of_now = lanes(Kind.CONTACTS)
    if number >= len(of_now):  # a tag's period was given up meanwhile: the next night has its contacts in another lane
        return []
    after = Q(pk__gt=reached) if reached else Q()
    rows = of_now[number].due(at).filter(after).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:size])


def _wanted(number: int, due: Collection[UUID], at: datetime) -> list[UUID]:
    """Those of them that end: kept by nothing, or without a key already.

    Asked when their rows are locked: what comes from one of them locks their row, too (`texting.threads`), so it is
    there already, and keeps them, or meets no contact with that number. Who writes just now has the next night.
    """
    gone = keyring.destroyed_contacts(current_organization_id(), [str(pk) for pk in due]) if due else set()
    locked = _locked([pk for pk in due if str(pk) not in gone])
    free = set(doomed(lanes(Kind.CONTACTS)[number], at).filter(pk__in=locked).values_list("pk", flat=True))
    return [pk for pk in due if pk in free or str(pk) in gone]


def _locked(contacts: Collection[UUID]) -> list[UUID]:
    """Those of them whose persons nobody is at. All numbers of a person are locked, since they are parted, and in the
    order in which colleagues lock them (`persons.lock`): two who each had one would wait for the other's.
    """
    theirs = Contact.objects.filter(pk__in=persons.with_others(contacts)).order_by("pk")
    person_of = {pk: first or pk for pk, first in theirs.values_list("pk", "merged_into_id")}
    got = set(theirs.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True))
    busy = {person for pk, person in person_of.items() if pk not in got}
    return [pk for pk in contacts if person_of.get(pk, pk) not in busy and pk in got]


def _end(step: PurgeStep, contacts: Sequence[UUID], at: datetime) -> None:
    """In one transaction with the events of the keys: they are told of again as long as it has not committed."""
    keep_of_contacts(contacts)
    keys = destroy_keys(CONTACT, *(str(pk) for pk in contacts), reason=f"purge {step.purge_id}")
    done = {CONTACTS: without_numbers(contacts)}
    for model, field, rows in rows_under(contacts, keys):
        if ids := list(rows.values_list("pk", flat=True)):
            end_sealed(model, field, ids, at=at, ended_as=EndedAs.RETENTION)
            if model is not Contact:
                done[model._meta.label] = done.get(model._meta.label, 0) + len(ids)
    forget_names(contacts)
    forget_answers([str(pk) for pk in contacts])
    done[ContactTag._meta.label] = ContactTag.objects.filter(contact_id__in=contacts).delete()[0]
    count(step.pk, done, keys)
