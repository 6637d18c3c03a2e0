"""One text for one person, also where two recipients have become one by a merge since they were written down."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from texting import persons
from texting.models import Announcement, AnnouncementRecipient, Contact, Message
from texting.statuses import MessageStatus

RowState = AnnouncementRecipient.State
TWICE = "recipient.twice"
"""The reason of a recipient whose person is told by another number."""
_TOLD = frozenset({RowState.QUEUED, RowState.SENT})
_NEVER_LEFT = frozenset({MessageStatus.CANCELED, MessageStatus.FAILED, MessageStatus.UNDELIVERED})
TO_CHECK = (RowState.UNREAD, RowState.READY, RowState.LEFT_OUT)
TO_TELL = (RowState.READY, *_TOLD)


def twice(
    row: Announcement, rows: Sequence[AnnouncementRecipient], among: Collection["AnnouncementRecipient.State"]
) -> set[UUID]:
    """Those of these recipients whose person another recipient stands for, of those in the states `among`.

    That is whoever has got it; else the person's first number (decision 375); else whoever was written down first. One
    statement where nobody has further numbers.
    """
    person_of = _of_several({persons.first_of(one.contact) for one in rows})
    if not person_of:
        return set()
    recipients = AnnouncementRecipient.objects.filter(announcement=row, contact__in=person_of, state__in=among)
    found = [
        (state not in _TOLD, contact != person_of[contact], pk, person_of[contact])
        for pk, contact, state in recipients.order_by().values_list("pk", "contact_id", "state")
    ]
    stands: dict[UUID, UUID] = {}
    for _is_ready, _is_further, pk, person in sorted(found):
        stands.setdefault(person, pk)
    return {one.pk for one in rows if stands.get(persons.first_of(one.contact), one.pk) != one.pk}


def twice_in_the_outbox(texts: Mapping[UUID, Contact]) -> set[UUID]:
    """The same at the hand-over, of texts of announcements by id: two recipients were merged while both waited.

    The text that a worker has begun with goes before the one to the person's first number.
    """
    person_of = _of_several({persons.first_of(contact) for contact in texts.values()})
    if not person_of:
        return set()
    runs = AnnouncementRecipient.objects.filter(message_id__in=list(texts)).order_by().values("announcement")
    told = AnnouncementRecipient.objects.filter(announcement__in=runs, contact__in=person_of, state__in=_TOLD)
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
    others = Contact.objects.filter(merged_into__in=firsts).order_by().values_list("pk", "merged_into")
    further = {pk: first for pk, first in others if first}
    return further | {first: first for first in further.values()}
