"""What the gate refused, or let go only for its author's reason, is told to `settings.TEXTING_REFUSAL_NOTES`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from texting.gate import Draft, Outcome
from texting.models import Conversation


@dataclass(frozen=True)
class Objected:
    """A text that does not leave and is not stored, or that leaves for its author's reason and will have `message_id`.

    `conversation` keeps the decision about it. `asked_id`, `origin`: as its author asked. One that is held
    (`Outcome.is_held`) is kept by whoever is told here and holds texts.
    """

    conversation: Conversation
    draft: Draft
    outcome: Outcome
    message_id: UUID | None = None
    asked_id: UUID | None = None
    origin: str = ""


@cache
def _notes() -> tuple[Callable[[Sequence[Objected]], None], ...]:
    return tuple(import_string(path) for path in settings.TEXTING_REFUSAL_NOTES)


def tell(texts: Sequence[Objected]) -> None:
    """All of them at once, in the transaction that stores the decisions."""
    if texts:
        for note in _notes():
            note(texts)
