"""Looks at what a member writes about a payment before a customer is shown it: nothing sensitive belongs there.

The one door to the detectors for payments. A link may be forwarded and a page is seen over a shoulder, so whatever the
detectors report counts, however sure they are; only a guess is let pass.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from compliance.detectors import scan
from compliance.detectors.findings import MASK_NAMES

LONGEST = 120  # characters of a description
_SURE_ENOUGH = frozenset({"medium", "high"})


@dataclass(frozen=True)
class Found:
    """Something that must not stand there: a type of the detectors, and what it looks like in words."""

    type: str
    words: str


def objections(text: str) -> list[Found]:
    """What in the text is too sensitive to be shown on a page that a link opens."""
    found = {one.type: None for one in scan(text, direction="out") if one.confidence in _SURE_ENOUGH}
    words = _("It holds what looks like this: %(what)s.")
    return [Found(kind, words % {"what": MASK_NAMES[kind]}) for kind in found]
