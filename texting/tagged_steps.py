"""Who is told that a tag was put on contacts; they are named in `settings.TEXTING_TAGGED_STEPS`."""

from collections.abc import Callable, Sequence
from functools import cache
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from texting.models import Tag

Step = Callable[[Tag, Sequence[UUID]], None]


@cache
def _steps() -> tuple[Step, ...]:
    return tuple(import_string(path) for path in settings.TEXTING_TAGGED_STEPS)


def take(tag: Tag, contact_ids: Sequence[UUID]) -> None:
    """Run them in the transaction that puts the tag on contacts which did not have it."""
    if contact_ids:
        for step in _steps():
            step(tag, contact_ids)
