"""One text for one person, also where two recipients have become one by a merge since they were written down."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.db.models.functions import Coalesce, Now

from tenancy.arrays import among
from texting import persons
from texting.models import Announcement, AnnouncementRecipient, Contact, Message
from texting.statuses import MessageStatus

RowState = AnnouncementRecipient.State
TWICE = "recipient.twice"
"""The reason of a recipient whose person is told by another number."""
TOLD = frozenset({RowState.QUEUED, RowState.SENT})
_NEVER_LEFT = frozenset({MessageStatus.CANCELED, MessageStatus.FAILED, MessageStatus.UNDELIVERED})
TO_TELL = (RowState.READY, *TOLD)


def twice(row: Announcement, rows: Sequence[AnnouncementRecipient]) -> set[UUID]:
    """Those of these recipients, who would be told now, whose person another one stands for who is told or will be.

    That is whoever has got it; else the person's first number (decision 375); else whoever was written down first. One
    statement where nobody has further numbers.
    """
    person_of = _of_several({persons.first_of(one.contact) for one in rows})
    if not person_of:
        return set()
    recipients = AnnouncementRecipient.objects.filter(announcement=row, contact__in=person_of, state__in=TO_TELL)
    found = [
        (state not in TOLD, contact != person_of[contact], pk, person_of[contact])
        for pk, contact, state in recipients.order_by().values_list("pk", "contact_id", "state")
    ]
    stands: dict[UUID, UUID] = {}
    for _is_ready, _is_further, pk, person in sorted(found):
        stands.setdefault(person, pk)
    return {one.pk for one in rows if stands.get(persons.first_of(one.contact), one.pk) != one.pk}


def people_of(rows: Sequence[AnnouncementRecipient]) -> dict[UUID, UUID]:
    """The persons, by each of their contacts, who have several numbers and of whom one is among these."""
    return _of_several({persons.first_of(one.contact) for one in rows})


def twice_at_the_check(
    row: Announcement, rows: Sequence[AnnouncementRecipient], person_of: Mapping[UUID, UUID]
) -> set[UUID]:
    """Those of these recipients, whom the gate would let get it, whose person another of them stands for.

    Or one who was found ready before. Whom the gate refuses stands for nobody. `person_of`: from `people_of`.
    """
    several = [one for one in rows if one.contact_id in person_of]
    if not several:
        return set()
    ready = AnnouncementRecipient.objects.filter(announcement=row, contact__in=person_of, state=RowState.READY)
    stands = {person_of[contact]: pk for pk, contact in ready.order_by("-pk").values_list("pk", "contact_id")}
    for one in sorted(several, key=lambda one: (one.contact_id != person_of[one.contact_id], one.pk)):
        stands.setdefault(person_of[one.contact_id], one.pk)
    return {one.pk for one in several if stands[person_of[one.contact_id]] != one.pk}


def by_no_other_number(row: Announcement, states: Collection["AnnouncementRecipient.State"]) -> list[UUID]:
    """Recipients refused for the sake of another number, of whose person no other one is in these states.

    One statement where nobody was.
    """
    refused = AnnouncementRecipient.objects.filter(announcement=row, state=RowState.REFUSED, reason=TWICE)
    whose = dict(refused.order_by().values_list("pk", "contact_id"))
    if not whose:
        return []
    firsts = Contact.objects.filter(pk__in=whose.values()).annotate(first=Coalesce("merged_into", "pk"))
    person_of = dict(firsts.order_by().values_list("pk", "first"))
    further = _of_several(set(person_of.values()))
    others = AnnouncementRecipient.objects.filter(announcement=row, contact__in=further, state__in=states)
    told = {
        further[contact] for contact in others.exclude(pk__in=whose).order_by().values_list("contact_id", flat=True)
    }
    return [pk for pk, contact in whose.items() if person_of[contact] not in told]


def let_the_other_number(row: Announcement) -> bool:
    """Whoever was refused for the sake of another number gets it after all where nothing left to that one either.

    The caller holds the row, which runs. Where something left to it and was lost, a person tries again. Returns whether
    there is somebody.
    """
    alone = by_no_other_number(row, (*TO_TELL, RowState.FAILED, RowState.TAKEN_BACK))
    if not alone:
        return False
    again = AnnouncementRecipient.objects.filter(pk__in=alone)
    return bool(again.update(state=RowState.READY, reason="", message_id=None, due_at=None, moved_at=Now()))


def twice_in_the_outbox(texts: Mapping[UUID, Contact]) -> set[UUID]:
    """The same at the hand-over, of texts of announcements by id: two recipients were merged while both waited.

    The text that a worker has begun with goes before the one to the person's first number. If that one is refused by
    another rule, `let_the_other_number` puts this right.
    """
    person_of = _of_several({persons.first_of(contact) for contact in texts.values()})
    if not person_of:
        return set()
    runs = AnnouncementRecipient.objects.filter(message_id__in=list(texts)).order_by().values("announcement")
    told = AnnouncementRecipient.objects.filter(announcement__in=runs, contact__in=person_of, state__in=TOLD)
    rows = list(told.order_by().values_list("announcement_id", "contact_id", "message_id"))
    states = Message.objects.filter(pk__in=[message for _run, _contact, message in rows])
    status_of = dict(states.order_by().values_list("pk", "status"))
    found = [
        (status_of[message] == MessageStatus.QUEUED, contact != person_of[contact], message, (run, person_of[contact]))
        for run, contact, message in rows
        if message is not None and status_of.get(message, MessageStatus.CANCELED) not in _NEVER_LEFT
    ]
    stands: dict[tuple[UUID, UUID], UUID] = {}
    for _waits, _is_further, message, whom in sorted(found):
        stands.setdefault(whom, message)
    return {message for *_rank, message, whom in found if stands[whom] != message} & texts.keys()


def _of_several(firsts: Collection[UUID]) -> dict[UUID, UUID]:
    """The first contacts by contact, of those persons that have several."""
    others = Contact.objects.filter(merged_into__in=among(firsts)).order_by().values_list("pk", "merged_into")
    further = {pk: first for pk, first in others if first}
    return further | {first: first for first in further.values()}
