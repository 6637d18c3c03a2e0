"""Notes on a line's key when a customer's text last came to its present address, so that its page can say "it works".

Delivery reports prove nothing about it: each comes to an address that its own text carried to the provider.
Seldom, and in a transaction of its own, because whoever hands out the line's texts locks the same row.
"""

import logging
import time
from datetime import timedelta
from uuid import UUID

from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from texting.models import LineKey

HEARD_EVERY = timedelta(seconds=10)
MOST_REMEMBERED = 10_000  # lines

log = logging.getLogger("parley.webhooks")
_noted: dict[UUID, float] = {}


def proves_address(directory: LineKey, key: str, token: str | None) -> bool:
    """Whether a taken request shows that the provider knows the line's present address."""
    return token is None and directory.key == key


def is_old(directory: LineKey) -> bool:
    """Whether what the row says may be brought up to date."""
    return directory.heard_at is None or timezone.now() - directory.heard_at > HEARD_EVERY


def is_due(line_id: UUID) -> bool:
    """The same for a process that does not look at the row each time; True once in HEARD_EVERY."""
    now = time.monotonic()
    if now - _noted.get(line_id, -1e9) < HEARD_EVERY.total_seconds():
        return False
    if len(_noted) >= MOST_REMEMBERED:
        _noted.clear()
    _noted[line_id] = now
    return True


def note(line_id: UUID) -> None:
    """Now."""
    LineKey.objects.filter(pk=line_id).update(heard_at=timezone.now())


def note_in_a_thread(line_id: UUID) -> None:
    """The same outside of any request; a database that is away loses a note and nothing else."""
    close_old_connections()
    try:
        note(line_id)
    except DatabaseError as error:
        log.warning("note_lost", extra={"line": str(line_id), "error": type(error).__name__})
    finally:
        close_old_connections()
