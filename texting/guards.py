"""What keeps words from being ended by hand: holds and whatever else must be able to say no.

`settings.TEXTING_ENDING_GUARDS` names the guards. Each is called with ids of texts of the active organization, in the
transaction that would end them, and gives for those that it keeps one sentence that says why and what to do.
"""

from collections.abc import Callable, Collection, Mapping
from functools import cache
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

Guard = Callable[[Collection[UUID]], Mapping[UUID, str]]


@cache
def _guards() -> tuple[Guard, ...]:
    return tuple(import_string(path) for path in settings.TEXTING_ENDING_GUARDS)


def may_end(message_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """The reasons why the words of these texts must stay, by text; nothing for those that may go."""
    found: dict[UUID, list[str]] = {}
    for guard in _guards():
        for message_id, reason in guard(message_ids).items():
            found.setdefault(message_id, []).append(reason)
    return found
