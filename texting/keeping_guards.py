"""What keeps something although the clock would end it: named by higher parts, in settings.

`TEXTING_COPY_GUARDS`: each is called with ids of texts of the active organization and gives those whose copies at the
provider must stay for now. `TEXTING_QUARANTINE_GUARDS`: each is called with days of UTC and gives those of which no
refused request may be forgotten. `TEXTING_MERGE_KEEPERS`: each is called with ids of contacts and gives those of whom
what stood there before a merge may not be forgotten. All are asked anew each time, so that things go on when a guard
lets go.

`TEXTING_LINE_GUARDS`: each is called with the ids of a line and of the team that is to get it, and says why it must
not, or "".

`TEXTING_PAYLOAD_DAYS`: how many days the active organization keeps refused requests and what its endpoints answered;
called with the installation's days, which hold as long as the organization has not chosen.
"""

from collections.abc import Callable, Collection
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string


@cache
def _guards(setting: str) -> tuple[Callable[[Collection[Any]], set[Any]], ...]:
    return tuple(import_string(path) for path in getattr(settings, setting))


def kept_copies(message_ids: Collection[UUID]) -> set[UUID]:
    """Those of these texts whose copies at the provider must stay."""
    return _asked("TEXTING_COPY_GUARDS", message_ids)


def kept_days(days: Collection[date]) -> set[date]:
    """Those of these days of UTC of which the quarantine must stay."""
    return _asked("TEXTING_QUARANTINE_GUARDS", days)


def kept_contacts(contact_ids: Collection[UUID]) -> set[UUID]:
    """Those of these contacts of whom it must be known what was written over when they were merged."""
    return _asked("TEXTING_MERGE_KEEPERS", contact_ids)


def why_line_stays(line_id: UUID, team_id: UUID) -> str:
    """Why a line must not go to this team: a sentence, or "" when nothing speaks against it."""
    guards: list[Callable[[UUID, UUID], str]] = [import_string(path) for path in settings.TEXTING_LINE_GUARDS]
    return next(filter(None, (guard(line_id, team_id) for guard in guards)), "")


def payload_days(of_installation: int) -> int:
    """After how many days payloads of the active organization are forgotten at the latest."""
    asked: Callable[[int], int] = import_string(settings.TEXTING_PAYLOAD_DAYS)
    return asked(of_installation)


def _asked(setting: str, about: Collection[Any]) -> set[Any]:
    return {kept for guard in _guards(setting) for kept in guard(about)} if about else set()
