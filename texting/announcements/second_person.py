"""Who may not be the second person of an announcement: whoever had a hand in it, also by a program.

A program acts with a key, and whoever made that key has seen it. Who else was told it, nobody knows.
"""

from collections.abc import Sequence
from uuid import UUID

from accounts.integrations import makers_of_keys
from texting.models import Announcement


def concerned(rows: Sequence[Announcement]) -> dict[UUID, set[UUID]]:
    """By announcement the members who wrote at any of it, had it checked, or ask for it.

    Of a program they are also those who made a key of it that still worked when the announcement was first written.
    """
    found = {row.pk: _acted(row) for row in rows}
    made = makers_of_keys(set().union(*found.values())) if found else []
    for row in rows:
        acted = set(found[row.pk])
        for key in made:
            if key.machine_id in acted and (key.ends_at is None or key.ends_at > row.made_at):
                found[row.pk].add(key.maker_id)
    return found


def is_concerned(row: Announcement, member_id: UUID) -> bool:
    """Whether this member is one of them."""
    return member_id in concerned([row])[row.pk]


def is_by_key(row: Announcement, member_id: UUID) -> bool:
    """Whether they are only because they made a program's key."""
    return member_id not in _acted(row) and is_concerned(row, member_id)


def _acted(row: Announcement) -> set[UUID]:
    asks = {row.started_by_id} if row.started_by_id else set()
    return asks | {row.made_by_id} | {UUID(one) for one in row.writers}
