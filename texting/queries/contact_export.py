"""All contacts as rows of a file, as the member sees them in lists, in pieces."""

from collections.abc import Iterator
from uuid import UUID

from accounts.models import Membership
from tenancy.isolation import activate
from texting.queries.cursors import Cursor
from texting.queries.people import ContactRow, contacts_page

PIECE = 500


def all_contacts(member: Membership, tag: UUID | None = None, *, size: int = PIECE) -> Iterator[tuple[ContactRow, ...]]:
    """The newest first, those with `tag` if it is given: each piece in a transaction of its own, while the file leaves.

    One who is added meanwhile is not in it; one who is erased meanwhile is masked or left out.
    """
    place: Cursor | None = None
    while True:
        with activate(member.organization):
            page = contacts_page(member, place, size, tag=tag)
        yield page.rows
        place = Cursor.read(page.next)
        if place is None:
            return
