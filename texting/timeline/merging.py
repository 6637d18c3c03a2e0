"""One page of a contact's timeline, put together from what each source has.

A source gives its newest entries before a moment, so a page costs each source one page, however long the story is.
Only the sources of the kind that is asked for are asked.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache, cached_property
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.module_loading import import_string

from accounts.models import Membership
from texting.models import Contact
from texting.persons import with_others
from texting.timeline.kinds import Kind

PAGE = 40
_Row = TypeVar("_Row", bound=Model)


@dataclass(frozen=True)
class Entry:
    """One thing that happened, as `{% timeline %}` shows it: words without anything that the member may not see.

    `is_shown`: an entry that the member must not know of keeps its place in the order, so that a page which it would
    have stood on is not taken for the last one.
    """

    when: datetime
    title: str
    detail: str = ""
    who: str = ""
    icon: str = ""
    tone: str = "neutral"
    url: str = ""
    kind: str = ""
    is_shown: bool = True


@dataclass(frozen=True)
class Narrowed:
    """What is asked for. Days are those of the organization's zone, both included; None: any kind, without an end."""

    kind: Kind | None = None
    since: date | None = None
    until: date | None = None


EVERYTHING = Narrowed()


@dataclass(frozen=True)
class Asked:
    """Whose timeline, for whom, the newest `most` entries before a moment (None: of all), none from before `since`."""

    member: Membership
    contact: Contact
    before: datetime | None
    most: int
    since: datetime | None = None

    @cached_property
    def contacts(self) -> list[UUID]:
        """The ids of all numbers of the person."""
        return with_others([self.contact.pk])

    def newest(self, rows: "QuerySet[_Row]", column: str) -> list[_Row]:
        """The rows that belong on the page by this time of theirs, newest first. Those without one are left out."""
        wanted: dict[str, Any] = {f"{column}__lt": self.before} if self.before else {f"{column}__isnull": False}
        if self.since:
            wanted[f"{column}__gte"] = self.since
        return list(rows.filter(**wanted).order_by(f"-{column}", "-pk")[: self.most])


Source = Callable[[Asked], Iterable[Entry]]


@cache
def _sources() -> tuple[tuple[Kind, Source], ...]:
    told: list[Mapping[Kind, Source]] = [import_string(path) for path in settings.TEXTING_TIMELINE]
    return tuple(pair for one in told for pair in one.items())


def page(
    member: Membership,
    contact: Contact,
    before: datetime | None = None,
    *,
    size: int = PAGE,
    narrowed: Narrowed = EVERYTHING,
) -> tuple[list[Entry], datetime | None]:
    """Entries before a moment, newest first, and the moment before which the next page begins; None on the last page.

    What happened in one instant is not torn apart: a page may be longer for that. No page is empty but the last.
    """
    zone = ZoneInfo(member.organization.time_zone)
    since = _begin(narrowed.since, zone) if narrowed.since else None
    end = _begin(narrowed.until + timedelta(days=1), zone) if narrowed.until else None
    older = min((one for one in (before, end) if one), default=None)
    while True:
        asked = Asked(member, contact, older, size + 1, since)
        entries, older = _page(asked, narrowed.kind)
        shown = [one for one in entries if one.is_shown]
        if shown or older is None:
            return shown, older


def _page(asked: Asked, kind: Kind | None) -> tuple[list[Entry], datetime | None]:
    found, size = sorted(_all(asked, kind), key=lambda one: one.when, reverse=True), asked.most - 1
    if len(found) <= size:
        return found, None
    last = found[size - 1].when
    shown = [one for one in found if one.when >= last]
    return shown, last if len(shown) < len(found) else None


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone)


def _all(asked: Asked, wanted: Kind | None) -> Iterator[Entry]:
    for kind, source in _sources():
        if wanted in {None, kind}:
            yield from (replace(entry, kind=kind.value) for entry in source(asked))
