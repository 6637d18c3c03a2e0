"""The pace of a campaign's lines together: no minute holds more than the carrier takes. Plain values: no Django.

Each text puts off the moment at which all is paid for (`free_at`) by its cost, and goes when that moment, its cost
included, lies no further ahead than `burst`. With a cost of (60 + burst) / rate seconds whatever 60 seconds are looked
at hold at most `rate`: what was paid before them is over, and what they hold costs at most 60 + burst seconds. Texts
with and without pictures share the minute, so that neither rate is exceeded however they are mixed.

`free_at` may lie in the past, which is what lets a text that costs more than a burst go after a silence.
"""

from dataclasses import dataclass

MINUTE = 60.0
_ROOM = 4.0  # segments that may go at once on a slow campaign: an ordinary text is not cut off from the next one
LEAST_BURST, LONGEST_BURST = 1.0, 15.0


@dataclass(frozen=True)
class Pace:
    """Seconds: what a segment and a text with pictures cost, and how far ahead may be spent."""

    segment: float
    picture: float
    burst: float


def pace_of(*, segments_a_minute: int, pictures_a_minute: int) -> Pace:
    """The pace of a campaign; both rates at least 1."""
    burst = min(LONGEST_BURST, max(LEAST_BURST, _ROOM * MINUTE / segments_a_minute))
    whole = MINUTE + burst
    return Pace(segment=whole / segments_a_minute, picture=whole / pictures_a_minute, burst=burst)
