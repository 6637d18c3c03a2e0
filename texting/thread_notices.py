"""What higher parts want said in an open thread; they are named in `settings.TEXTING_THREAD_NOTICES`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import Membership
from texting.models import Conversation


@dataclass(frozen=True)
class Notice:
    """A template and its names. It is drawn between the head of the thread and its texts."""

    template: str
    names: Mapping[str, Any]


Source = Callable[[Membership, Conversation, frozenset[str]], list[Notice]]


@cache
def _sources() -> tuple[Source, ...]:
    return tuple(import_string(path) for path in settings.TEXTING_THREAD_NOTICES)


def notices(member: Membership, conversation: Conversation, refused_by: frozenset[str]) -> list[Notice]:
    """All of them, in the order of the settings. `refused_by`: the rules by which the gate refuses an answer now."""
    return [notice for source in _sources() for notice in source(member, conversation, refused_by)]
