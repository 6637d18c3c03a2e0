"""What each recipient reads: the words as they were typed, or a template's with this contact's values."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.models import Membership
from texting import origins
from texting.models import Announcement, Contact
from texting.origins import Ask, NotMade
from texting.purposes import Purpose

NOT_MADE = "template.values"
"""The reason of a recipient for whom the template stays open somewhere, or is gone."""


@dataclass(frozen=True)
class Text:
    """The words for one contact and where they came from; `why` says why there are none."""

    body: str
    origin: str = ""
    why: str = ""


def version_of(row: Announcement) -> str:
    """Which words its template has now; "" for words that were typed."""
    return "" if row.template_id is None else origins.origins().version(row.template_id)


def bind(row: Announcement) -> None:
    """From now on it says what its template says now, whatever becomes of that; the caller saves `words_version`."""
    row.words_version = version_of(row)


def has_newer_words(row: Announcement) -> bool:
    """Whether its template says something else by now than what it was checked with and sends."""
    over = row.state in {Announcement.State.FINISHED, Announcement.State.CANCELED}
    return bool(row.words_version) and not over and version_of(row) != row.words_version


def texts_for(row: Announcement, contacts: Sequence[Contact], author: Membership) -> dict[UUID, Text]:
    """By contact, with as many statements as for one."""
    if row.template_id is None:
        return {contact.pk: Text(row.body) for contact in contacts}
    purpose = Purpose(row.purpose)
    version = row.words_version
    asked = [
        Ask(row.template_id, contact, row.line, row.values, purpose=purpose, version=version) for contact in contacts
    ]
    made = origins.origins().make(author, asked)
    return {
        contact.pk: Text("", why=one.why) if isinstance(one, NotMade) else Text(one.body, one.origin)
        for contact, one in zip(contacts, made, strict=True)
    }
