"""One text for one person, also where two recipients have become one by a merge since they were written down."""

from collections.abc import Collection, Sequence
from uuid import UUID

from texting import persons
from texting.models import Announcement, AnnouncementRecipient, Contact

RowState = AnnouncementRecipient.State
TWICE = "recipient.twice"
"""The reason of a recipient whose person is told by another number."""
_TOLD = frozenset({RowState.QUEUED, RowState.SENT})
TO_CHECK = (RowState.UNREAD, RowState.READY, RowState.LEFT_OUT)
TO_TELL = (RowState.READY, *_TOLD)


def twice(
    row: Announcement, rows: Sequence[AnnouncementRecipient], among: Collection["AnnouncementRecipient.State"]
) -> set[UUID]:
    """Those of these recipients whose person another recipient stands for, of those in the states `among`.

    That is whoever has got it; else the person's first number (decision 375); else whoever was written down first. One
    statement where nobody has further numbers.
    """
    firsts = {persons.first_of(one.contact) for one in rows}
    others = Contact.objects.filter(merged_into__in=firsts).order_by().values_list("pk", "merged_into")
    further = {pk: first for pk, first in others if first}
    if not further:
        return set()
    person_of = further | {first: first for first in further.values()}
    recipients = AnnouncementRecipient.objects.filter(announcement=row, contact__in=person_of, state__in=among)
    found = [
        (state not in _TOLD, contact != person_of[contact], pk, person_of[contact])
        for pk, contact, state in recipients.order_by().values_list("pk", "contact_id", "state")
    ]
    stands: dict[UUID, UUID] = {}
    for _is_ready, _is_further, pk, person in sorted(found):
        stands.setdefault(person, pk)
    return {one.pk for one in rows if stands.get(persons.first_of(one.contact), one.pk) != one.pk}
