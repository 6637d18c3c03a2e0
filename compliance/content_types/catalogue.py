"""The types of texts with their words for screens, beside the rules of `compliance.content_types.kinds`."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compliance.content_types.kinds import ADMINISTRATIVE, RULES, VERSION, ContentType, Part, Rules, Usual
from tenancy.word_lists import any_of

__all__ = ["ADMINISTRATIVE", "CATALOGUE", "PARTS", "VERSION", "ContentType", "Entry", "Part", "Usual", "named"]


@dataclass(frozen=True)
class Entry:
    """A type as a page shows it: its name, one sentence on what it is for, its rules."""

    type: ContentType
    label: str | Promise
    help: str | Promise
    rules: Rules


_WORDS: dict[ContentType, tuple[str | Promise, str | Promise]] = {
    ContentType.APPOINTMENT: (
        _("Appointment"),
        _("Proposes, confirms, moves or recalls an appointment, with its date or time."),
    ),
    ContentType.ORDER: (
        _("Order confirmation"),
        _("Says that an order came in, changed or is paid, with its number."),
    ),
    ContentType.DELIVERY: (
        _("Delivery update"),
        _("Says where something is that was ordered, or when it comes or can be fetched."),
    ),
    ContentType.TIP: (
        _("Product tip"),
        _("Helps to use what the customer has already. It needs permission for marketing and offers nothing for sale."),
    ),
    ContentType.POLL: (
        _("Opinion poll"),
        _("Asks one question about a visit or a service that can be answered in a word or a number."),
    ),
    ContentType.ANNOUNCEMENT: (
        _("Announcement"),
        _("Tells of changed hours, a closure, a disturbance or another fact of the day's work."),
    ),
    ContentType.REPLY: (
        _("Reply"),
        _("One person's own answer in a conversation. Nearly every text that is written by hand is one."),
    ),
    ContentType.PROMOTION: (
        _("Offer"),
        _("Advertises: a discount, a sale, an invitation to buy. It needs written permission for marketing."),
    ),
}
CATALOGUE = {type: Entry(type, *_WORDS[type], RULES[type]) for type in ContentType}
"""Every type, in the order in which pages list them."""

PARTS: dict[Part, str | Promise] = {
    Part.DATE: _("a date"),
    Part.TIME: _("a time"),
    Part.REFERENCE: _("an order number"),
    Part.DELIVERY_STATE: _("where it is"),
    Part.QUESTION: _("a question"),
    Part.CHOICES: _("what to answer with"),
    Part.LINK: _("a link"),
    Part.PHONE: _("a phone number"),
    Part.OFFER: _("an offer"),
    Part.PRICE_OFF: _("a discount"),
    Part.CALL_TO_BUY: _("a call to buy"),
    Part.PRESSURE: _("pressure to hurry"),
}


def named(parts: Iterable[Part]) -> str:
    """The parts in a sentence: "a date or a time"."""
    has = frozenset(parts)
    return any_of(PARTS[part] for part in Part if part in has)
