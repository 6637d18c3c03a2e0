"""Filters of the search that higher parts add: `settings.TEXTING_SEARCH_FILTERS`, objects by dotted path."""

from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from accounts.models import Membership


class SearchFilter(Protocol):
    """One box to tick. `key` names it in forms."""

    key: str
    label: str | Promise

    def may(self, member: Membership) -> bool:
        """Whether the member may narrow the search by it: what it tells must be theirs to know."""

    def condition(self) -> Q | Any:
        """On rows with `pk` and `conversation_id`: texts, and notes."""


@cache
def search_filters() -> tuple[SearchFilter, ...]:
    """All of them, in their order."""
    return tuple(import_string(path)() for path in settings.TEXTING_SEARCH_FILTERS)


def offered(member: Membership) -> list[SearchFilter]:
    """Those that the member may use."""
    return [one for one in search_filters() if one.may(member)]
