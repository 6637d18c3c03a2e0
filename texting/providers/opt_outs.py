"""A provider's own list of people who opted out: what it holds, and reading it page by page with care.

Not every provider has one that can be asked for (`Capabilities.lists_opt_outs`). Twilio has none: its API takes notice
of consent (`POST /v1/Consents/Bulk`, a beta that is not for health data) and answers no question about it; there an
opt-out shows in a webhook's `OptOutType` and in error 21610.

What a list says is judged before it is used: a page may be huge, lead to itself, name another line's customers or hold
what is no number at all. Nothing here lifts an opt-out, so an empty list does no harm.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, cast

from texting.phone_numbers import BadNumber, PhoneNumber, from_provider
from texting.providers.base import NotAccepted, Provider
from texting.statuses import ErrorKind

MOST_A_PAGE = 1000
LONGEST_PLACE = 500  # characters of what names the next page


@dataclass(frozen=True)
class OptedOut:
    """Somebody whom the provider keeps us from texting. `line` is our number that it says so about, `since` when."""

    number: str = field(repr=False)
    line: str = field(repr=False)
    since: datetime | None = None


@dataclass(frozen=True)
class OptOutPage:
    """A page of the list. `next` leads to the one after it, "" on the last one."""

    entries: tuple[OptedOut, ...]
    next: str = field(default="", repr=False)


class OptOutSession(Protocol):
    """What a session can do besides, where `Capabilities.lists_opt_outs` says so."""

    async def opt_outs(self, number: str, *, after: str = "") -> OptOutPage:
        """The page after that place of those who opted out of this number of ours. Raises NotAccepted only."""


@dataclass(frozen=True)
class ReadPage:
    """A page as it may be used. `people` by E.164 with since when, once each; the others are counted only."""

    people: dict[str, tuple[PhoneNumber, datetime | None]] = field(repr=False)
    next: str = field(repr=False)
    foreign: int = 0  # about another line than ours
    unreadable: int = 0


class BadList(NotAccepted):
    """The provider answered with something that is no page of a list; trying again at once will not help."""

    def __init__(self, meaning: str) -> None:
        super().__init__(ErrorKind.INVALID_REQUEST, retry=False, provider_code="bad_list", meaning=meaning)


def has_list(provider: Provider) -> bool:
    """Whether this provider can be asked for its list."""
    return provider.capabilities.lists_opt_outs


async def read_page(provider: Provider, number: str, *, after: str = "") -> ReadPage:
    """One page of the list about this number of ours. Raises NotAccepted; BadList when the answer is no page."""
    async with provider.open_session() as session:
        page = await cast("OptOutSession", session).opt_outs(number, after=after)
    if len(page.entries) > MOST_A_PAGE:
        raise BadList("The page is larger than a page may be.")
    if len(page.next) > LONGEST_PLACE or (page.next and page.next == after):
        raise BadList("The page leads nowhere.")
    ours = [entry for entry in page.entries if entry.line == number]
    people: dict[str, tuple[PhoneNumber, datetime | None]] = {}
    unreadable = 0
    for entry in ours:
        try:
            person = from_provider(entry.number)
        except BadNumber:
            unreadable += 1
        else:
            people[person.e164] = (person, entry.since)
    return ReadPage(people, page.next, len(page.entries) - len(ours), unreadable)
