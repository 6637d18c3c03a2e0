"""What a permission covers, as words that the ledger keeps: `marketing`, `informational[:category]`, `reply`.

Consent belongs to a purpose: what was given for appointments does not carry advertisements, and the other way round
(47 CFR 64.1200(f)(9); carriers ask for consent per campaign). Plain values: no Django.
"""

from collections.abc import Iterable

MARKETING = "marketing"
INFORMATIONAL = "informational"
REPLY = "reply"
EXEMPT = f"{INFORMATIONAL}:appointment"
"""What the exemption for healthcare carries, and nothing else: 47 CFR 64.1200(a)(9)(iv)(C)."""
CATEGORIES = ("appointment", "order", "delivery", "tip", "poll", "announcement")
"""The six administrative types that Parley carries."""

SCOPES = (MARKETING, INFORMATIONAL, *(f"{INFORMATIONAL}:{category}" for category in CATEGORIES), REPLY)


def covers(granted: Iterable[str], wanted: str) -> bool:
    """Whether one of the granted scopes permits a text of the wanted one.

    A person's own answer (`reply`) is covered by any permission. One for all informational texts covers each category;
    one for a category covers that one only. Raises ValueError for a wanted scope that does not exist.
    """
    if wanted not in SCOPES:
        raise ValueError(f"{wanted} is not one of {', '.join(SCOPES)}")
    has = set(granted)
    return bool(has) if wanted == REPLY else wanted in has or wanted.partition(":")[0] in has
