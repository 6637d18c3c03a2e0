"""What higher parts show with a text of the thread; they are named in `settings.TEXTING_MESSAGE_CARDS`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import Membership
from texting.models import Message


@dataclass(frozen=True)
class Card:
    """A template and its names (`names.…` in it). It is drawn in the text's bubble, in place of its words."""

    template: str
    names: Mapping[str, Any]


Source = Callable[[Membership, Sequence[Message]], Mapping[UUID, Card]]


@cache
def _sources() -> tuple[Source, ...]:
    return tuple(import_string(path) for path in settings.TEXTING_MESSAGE_CARDS)


def cards(member: Membership, messages: Sequence[Message]) -> dict[UUID, Card]:
    """By the text's id, for those that have one. A source is asked once for all, with a few statements at most."""
    return {key: card for source in _sources() for key, card in source(member, messages).items()} if messages else {}
