"""One page of a contact's timeline, put together from what each source has.

A source gives its newest entries before a moment, so a page costs each source one page, however long the story is.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.module_loading import import_string

from accounts.models import Membership
from texting.models import Contact
from texting.persons import with_others

PAGE = 40
_Row = TypeVar("_Row", bound=Model)


@dataclass(frozen=True)
class Entry:
    """One thing that happened, as `{% timeline %}` shows it: words without anything that the member may not see."""

    when: datetime
    title: str
    detail: str = ""
    who: str = ""
    icon: str = ""
    tone: str = "neutral"
    url: str = ""


@dataclass(frozen=True)
class Asked:
    """Whose timeline, for whom, the newest `most` entries before a moment (None: the newest of all)."""

    member: Membership
    contact: Contact
    before: datetime | None
    most: int

    @cached_property
    def contacts(self) -> list[UUID]:
        """The ids of all numbers of the person."""
        return with_others([self.contact.pk])

    def newest(self, rows: "QuerySet[_Row]", column: str) -> list[_Row]:
        """The rows that belong on the page by this time of theirs, newest first. Those without one are left out."""
        wanted: dict[str, Any] = {f"{column}__lt": self.before} if self.before else {f"{column}__isnull": False}
        return list(rows.filter(**wanted).order_by(f"-{column}", "-pk")[: self.most])


Source = Callable[[Asked], Iterable[Entry]]


@cache
def _sources() -> tuple[Source, ...]:
    return tuple(import_string(path) for path in settings.TEXTING_TIMELINE)


def page(
    member: Membership, contact: Contact, before: datetime | None = None, *, size: int = PAGE
) -> tuple[list[Entry], datetime | None]:
    """Entries before a moment, newest first, and the moment before which the next page begins; None on the last page.

    What happened in one instant is not torn apart: a page may be longer for that.
    """
    found = sorted(_all(Asked(member, contact, before, size + 1)), key=lambda one: one.when, reverse=True)
    if len(found) <= size:
        return found, None
    last = found[size - 1].when
    shown = [one for one in found if one.when >= last]
    return shown, last if len(shown) < len(found) else None


def _all(asked: Asked) -> Iterator[Entry]:
    for source in _sources():
        yield from source(asked)
