"""Who may not be the second person of an announcement: whoever had a hand in it."""

from collections.abc import Sequence
from uuid import UUID

from texting.models import Announcement


def concerned(rows: Sequence[Announcement]) -> dict[UUID, set[UUID]]:
    """By announcement the members who wrote at any of it, had it checked, or ask for it."""
    return {row.pk: _acted(row) for row in rows}


def is_concerned(row: Announcement, member_id: UUID) -> bool:
    """Whether this member is one of them."""
    return member_id in concerned([row])[row.pk]


def _acted(row: Announcement) -> set[UUID]:
    asks = {row.started_by_id} if row.started_by_id else set()
    return asks | {row.made_by_id} | {UUID(one) for one in row.writers}
