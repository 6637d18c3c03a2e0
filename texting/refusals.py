"""Tells the apps above which texts the gate has refused: `settings.TEXTING_REFUSAL_NOTES`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from texting.gate import Draft, Outcome
from texting.models import Conversation


@dataclass(frozen=True)
class RefusedText:
    """A text that does not leave, and is not stored. `conversation` keeps the decision about it."""

    conversation: Conversation
    draft: Draft
    outcome: Outcome


@cache
def _notes() -> tuple[Callable[[Sequence[RefusedText]], None], ...]:
    return tuple(import_string(path) for path in settings.TEXTING_REFUSAL_NOTES)


def tell(refused: Sequence[RefusedText]) -> None:
    """All of them at once, in the transaction that stores the decisions."""
    if refused:
        for note in _notes():
            note(refused)
