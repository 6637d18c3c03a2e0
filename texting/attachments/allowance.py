"""What one text of a line may carry, and why not more.

US carriers differ by the sender's kind of number (DOMAIN 4.5): an ordinary number gets 1 MB through everywhere, a
toll-free one 600 KB. MMS is offered in the United States, Canada and Australia only.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from texting.attachments.wording import size_words
from texting.models import Line
from texting.phone_numbers import described
from texting.providers.registry import UnknownProvider, capabilities_of

ORDINARY, TOLL_FREE = 1_000_000, 600_000  # bytes of all files of one text
ENVELOPE = 20_000  # bytes: the words of the text and what the carriers put around it
_TOLL_FREE_AREAS = frozenset({"800", "833", "844", "855", "866", "877", "888"})
_REGIONS = frozenset({"US", "CA", "AU"})


@dataclass(frozen=True)
class Allowance:
    """`most` files of together `room` bytes. Nothing when `why_not` says why."""

    most: int
    room: int
    why_not: str = ""

    @property
    def sentence(self) -> str:
        """What fits, for the person who chooses files."""
        if self.why_not:
            return self.why_not
        words = {"most": self.most, "room": size_words(self.room)}
        return _("Up to %(most)s files, together %(room)s. Pictures are made smaller to fit.") % words


def allowance_for(line: Line) -> Allowance:
    """What a text of this line may carry."""
    try:
        able = capabilities_of(line.provider)
    except UnknownProvider:
        return Allowance(0, 0, _("This line's provider is not plugged in."))
    if not able.mms or not able.max_media:
        return Allowance(0, 0, _("This line's provider carries no pictures. Send a link instead."))
    if not _is_where_mms_is(line.number):
        return Allowance(0, 0, _("Numbers of this country carry no pictures. Send a link instead."))
    limit = TOLL_FREE if _is_toll_free(line.number) else ORDINARY
    return Allowance(able.max_media, limit - ENVELOPE)


def _is_where_mms_is(number: str) -> bool:
    """An area of North America that is too new to be known counts as one."""
    region = described(number).region
    return region in _REGIONS or (number.startswith("+1") and region in {"ZZ", "001"})


def _is_toll_free(number: str) -> bool:
    return number.startswith("+1") and number[2:5] in _TOLL_FREE_AREAS
