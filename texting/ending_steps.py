"""Who is told that a conversation was resolved or reopened; they are named in `settings.TEXTING_ENDING_STEPS`."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from texting.models import Conversation, Turn

Step = Callable[[Conversation, Turn.Kind], None]


@cache
def _steps() -> tuple[Step, ...]:
    return tuple(import_string(path) for path in settings.TEXTING_ENDING_STEPS)


def take(conversation: Conversation, kind: Turn.Kind) -> None:
    """Run them in the transaction that moves it; `kind` is RESOLVED, SETTLED or REOPENED. The row may be older."""
    for step in _steps():
        step(conversation, kind)
