"""Who is told that a tag was put on contacts (`settings.TEXTING_TAGGED_STEPS`), who has to know of each that has a tag
now, however it came (`settings.TEXTING_TAG_WITNESSES`), who may say that it stays there
(`settings.TEXTING_TAG_GUARDS`), and who asks for tags and has to ask for another one when one is merged into that
(`settings.TEXTING_TAG_FOLLOWERS`).
"""

from collections.abc import Callable, Collection, Sequence
from functools import cache
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import Membership
from texting.models import Tag

Step = Callable[[Tag, Sequence[UUID]], None]


@cache
def _steps() -> tuple[Step, ...]:
    return tuple(import_string(path) for path in settings.TEXTING_TAGGED_STEPS)


def take(tag: Tag, contact_ids: Sequence[UUID]) -> None:
    """Run them in the transaction that puts the tag on contacts which did not have it."""
    if contact_ids:
        witness([tag.pk])
        for step in _steps():
            step(tag, contact_ids)


def witness(tags: Collection[UUID]) -> None:
    """Run in the transaction that writes rows of `ContactTag`, after them: an import, a merge, a person's hand."""
    if tags:
        for path in settings.TEXTING_TAG_WITNESSES:
            import_string(path)(tags)


def why_kept(member: Membership, tag: Tag, *, from_everybody: bool = False) -> str:
    """Why the tag must not be removed (`from_everybody`), or not be taken off by this member: a sentence, or ""."""
    found = (guard(member, tag, from_everybody=from_everybody) for guard in _guards())
    return next(filter(None, found), "")


def follow(tag: UUID, into: UUID) -> None:
    """Run in the transaction that puts `into` in the place of `tag`: whoever asks for the one asks for the other now.

    A question about a tag that is gone would find nobody, and "not tagged" everybody.
    """
    for path in settings.TEXTING_TAG_FOLLOWERS:
        import_string(path)(tag, into)


@cache
def _guards() -> tuple[Callable[..., str], ...]:
    return tuple(import_string(path) for path in settings.TEXTING_TAG_GUARDS)
