"""Where a text came from when it was not written anew: asked of the one part named in `settings.TEXTING_ORIGINS`.

An origin is a short word of that part's own; here it is carried from the composer, its draft or the API to the stored
text, and nothing is read from it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import Membership
from texting.models import Contact, Line, Message
from texting.purposes import Purpose

LONGEST = 160  # characters of an origin


@dataclass(frozen=True)
class Ask:
    """A text that is to be made of a template: for whom, from which line, with which values.

    `purpose` is the one that its sender named, if any. `version` (`Origins.version`) are the words meant; "" for the
    newest. `signer`: in whose name it is written; None for whoever has it made.
    """

    template_id: UUID
    contact: Contact
    line: Line
    values: Mapping[str, str]
    language: str = ""
    purpose: Purpose | None = None
    version: str = ""
    signer: Membership | None = None


@dataclass(frozen=True)
class Made:
    """The words, where they came from, and what they are sent for."""

    body: str
    origin: str
    purpose: Purpose


@dataclass(frozen=True)
class NotMade:
    """Why there is no text: the field that is wrong, and a sentence that says what to do."""

    field: str
    why: str


@dataclass(frozen=True)
class Sent:
    """A text that was queued, what its author sent (without added clauses), and where that began."""

    message: Message
    body: str
    origin: str


@dataclass(frozen=True)
class Offered:
    """A template that a member may choose: its words in the language that others fall back to, with placeholders."""

    id: UUID
    name: str
    body: str


class Origins(Protocol):
    """What the part must answer."""

    def offered(self, member: Membership) -> list[Offered]:
        """The templates that the member may use on some line, by name."""

    def make(self, member: Membership, asked: Sequence[Ask]) -> list[Made | NotMade]:
        """The texts, in their order, with as many statements as for one."""

    def version(self, template_id: UUID) -> str:
        """Which words the template stands for now, as an id that is another one after each change; "" for none."""

    def words(self, version: str) -> str:
        """What that version says, with its placeholders, in the language that others fall back to; "" for none."""

    def unseen(self, member: Membership, version: str) -> list[str]:
        """What that version fills in of a customer and this member may not see, or nobody any more, in people's words:
        of texts that this member has made of it none could be.
        """

    def instead(self, member: Membership, version: str) -> list[str]:
        """The words that stand instead of a customer's first name in all that this member has made of that version,
        because they see no names. None where they do, or where nothing stands instead (`unseen`).
        """

    def gone(self, member: Membership, line: Line, origin: str) -> str:
        """Why a text that began there may not be sent as one of it, in a sentence; "" when it may."""

    def purpose_by_hand(self, origin: str) -> Purpose:
        """What a text that began there is sent for when a member sends it in a conversation."""

    def remember(self, texts: Sequence[Sent]) -> None:
        """Keep where they came from, in the transaction that stores them."""

    def notes(self, member: Membership, messages: Sequence[Message]) -> Mapping[UUID, str]:
        """In a few words where each came from, for those that came from somewhere. One statement at most."""


def origin_for(member: Membership, line: Line, origin: str) -> str:
    """What stays of where a text began when it is this member's from now on: "" where they could not send it as one
    of that, so that it leaves as their own. What it is sent for does not change with it.
    """
    return "" if origin and origins().gone(member, line, origin) else origin


@cache
def origins() -> Origins:
    """The part, loaded once."""
    found: Origins = import_string(settings.TEXTING_ORIGINS)()
    return found
