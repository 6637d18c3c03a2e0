"""What each recipient reads: the words as they were typed, or a template's with this contact's values."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Membership
from texting import origins
from texting.announcements.writing import CannotAnnounce
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
    """By contact, with as many statements as for one. Fields are read with the rights of `author`; they are signed by
    whoever had it checked, whoever goes on with it.
    """
    if row.template_id is None:
        return {contact.pk: Text(row.body) for contact in contacts}
    purpose = Purpose(row.purpose)
    version = row.words_version
    asked = [
        Ask(row.template_id, contact, row.line, row.values, purpose=purpose, version=version, signer=row.made_by)
        for contact in contacts
    ]
    made = origins.origins().make(author, asked)
    return {
        contact.pk: Text("", why=one.why) if isinstance(one, NotMade) else Text(one.body, one.origin)
        for contact, one in zip(contacts, made, strict=True)
    }


def unseen(row: Announcement, member: Membership, version: str) -> list[str]:
    """What that version of its template fills in and this member may not see: nobody would get it in their name."""
    return origins.origins().unseen(member, version) if row.template_id is not None and version else []


def require_fields(member: Membership, row: Announcement, *, newest: bool = False) -> None:
    """Before anybody is refused for that: raises CannotAnnounce where its template fills in what they may not see.

    `newest`: in the words that a check would look at, else in those that it sends.
    """
    if words := unseen_words(row, member, newest=newest):
        raise CannotAnnounce(words)


def unseen_words(row: Announcement, member: Membership, *, newest: bool = False) -> str:
    """What this member reads where they may not see what its template fills in; "" where they see it all."""
    fields = unseen(row, member, version_of(row) if newest else row.words_version)
    if not fields:
        return ""
    if row.started_at is None:
        said = _(
            "You may not see what its template fills in, or it is not there any more: %(fields)s. Ask somebody who sees"
            " it to check and start it, or choose another template."
        )
    else:
        said = _(
            "You may not see what its template fills in, or it is not there any more: %(fields)s. Ask somebody who sees"
            " it to go on with it."
        )
    return said % {"fields": ", ".join(fields)}


def instead_words(row: Announcement, sender: Membership, reader: Membership) -> str:
    """What this reader is told where its template's other words stand instead of every first name, because whoever it
    goes out for sees no names; "" where they do not.
    """
    if row.template_id is None or not row.words_version or "first_name" in row.values:
        return ""
    words = origins.origins().instead(sender, row.words_version)
    if not words:
        return ""
    values = {"words": ", ".join(f"“{one}”" for one in words), "name": sender.user.name}
    if sender.pk == reader.pk:
        return _("You see no names of customers, so each of them reads %(words)s instead of their first name.") % values
    said = _("%(name)s sees no names of customers, so each of them reads %(words)s instead of their first name.")
    return said % values
