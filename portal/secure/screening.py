"""What no private page carries either: card numbers, their codes, and passwords.

Health, money and identity numbers are what private pages are for. A card is paid with on the provider's own page, and
its code is stored nowhere, not even sealed (PCI DSS 4.0.1, 3.3.1; DOMAIN 5.1). A password that others type is none.
The one door to the detectors for private messages.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from compliance.detectors import Finding, mask, scan
from compliance.models import Finding as Noted
from compliance.screening import noting
from compliance.screening.excepted import Exceptions
from compliance.screening.masking import Found, screen
from compliance.screening.words import name_of
from tenancy.bulk_writes import insert_rows
from texting.attachments import naming
from texting.models import Message

NEVER = frozenset({"PAYMENT_CARD", "CARD_SECURITY", "CREDENTIAL"})
_CARD = NEVER - {"CREDENTIAL"}


def objection(content: str) -> str:
    """Why a member's words may not stand on a private page, and what to do instead; "" when they may."""
    found = _found(content, "out")
    if not found:
        return ""
    why = _("This holds %(what)s, which must not be sent at all, not even privately.") % {
        "what": name_of(found[0].type)
    }
    if found[0].type in _CARD:
        return f"{why} {_('Take it out. Ask for a payment with a payment link.')}"
    return f"{why} {_('Take it out. Let them set a new one themselves, or tell them by phone.')}"


def kept(words: str) -> str:
    """A customer's words as they may be stored: a mask stands for each card number, code and password."""
    found = _found(words, "in")
    return mask(words, found) if found else words


@dataclass(frozen=True)
class Called:
    """A file's name as it may be stored, with what was found in it."""

    name: str = ""
    found: tuple[Found, ...] = ()


def called(name: str) -> Called:
    """A customer's file's name. It stands in the thread, so that the rules of texts hold for it (DOMAIN 5.1)."""
    screened = screen(naming.plain(name))
    return Called(naming.cut(screened.body), screened.found)


def note_names(names: Iterable[Called], *, message: Message) -> None:
    """Note what was found in the names of a customer's files, as for a text of theirs."""
    exceptions = Exceptions()
    found = [one for name in names for one in name.found if exceptions.match(one.finding) is None]
    insert_rows(
        noting.rows(
            found,
            message=message.pk,
            conversation=message.conversation_id,
            direction=Noted.Direction.IN,
            at=message.created_at,
        )
    )


def _found(text: str, direction: Literal["in", "out"]) -> list[Finding]:
    return [one for one in scan(text, direction=direction) if one.type in NEVER]
