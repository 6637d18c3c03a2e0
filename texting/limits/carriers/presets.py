"""What the carriers grant, in their own terms. Figures: AT&T's and T-Mobile's published 10DLC limits (DOMAIN 4.2)."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OTHER = "other"


@dataclass(frozen=True)
class Tier:
    """T-Mobile's daily cap of a brand: SMS segments, and MMS as one each. None: whatever is typed."""

    label: str | Promise
    daily_segments: int | None


@dataclass(frozen=True)
class MessageClass:
    """AT&T's texts a minute of a campaign: SMS segments, and MMS. None: whatever is typed."""

    label: str | Promise
    segments_a_minute: int | None
    pictures_a_minute: int | None


@dataclass(frozen=True)
class Sender:
    """A kind of number with the pace that is usual for it, in segments a second."""

    label: str | Promise
    per_second: float | None


TIERS = {
    "top": Tier(_("Top: vetting score 75–100"), 200_000),
    "high_mid": Tier(_("High mid: vetting score 50–74"), 40_000),
    "low_mid": Tier(_("Low mid: vetting score 25–49"), 10_000),
    "low": Tier(_("Low: vetting score 1–24"), 2_000),
    "sole_proprietor": Tier(_("Sole proprietor"), 1_000),
    "russell_3000": Tier(_("Russell 3000"), 200_000),
    OTHER: Tier(_("Another figure, as the carrier told you"), None),
}
CLASSES = {
    "score_75": MessageClass(_("Standard: vetting score 75–100"), 4_500, 2_400),
    "score_50": MessageClass(_("Standard: vetting score 50–74"), 2_400, 1_200),
    "score_1": MessageClass(_("Standard: vetting score 1–49"), 240, 150),
    "low_volume": MessageClass(_("Low-volume mixed"), 75, 50),
    "sole_proprietor": MessageClass(_("Sole proprietor"), 15, 50),
    OTHER: MessageClass(_("Other figures, as the carrier told you"), None, None),
}
SENDERS = {
    "long_code": Sender(_("US long code (10DLC)"), 1),
    "toll_free": Sender(_("Toll-free"), 3),
    "short_code": Sender(_("Short code"), 100),
    OTHER: Sender(_("Another pace"), None),
}
