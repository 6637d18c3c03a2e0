"""Ceilings that are nearly or wholly used up: written in the log when it happens, shown to admins for the day."""

from dataclasses import dataclass

from accounts import notices
from accounts.mail import MailKind
from accounts.permissions import Permission
from tenancy import audit
from tenancy.audit import AuditKind
from texting.limits.alarms import Window
from texting.limits.bounds import NEAR
from texting.limits.standing import DAY, Standing


@dataclass(frozen=True)
class Share:
    """How much of today's ceilings is used: the greater of texts and money, 1.0 for all of it."""

    segments: float
    money: float

    @property
    def most(self) -> float:
        return max(self.segments, self.money)

    @property
    def percent(self) -> int:
        return int(self.most * 100)

    @property
    def is_near(self) -> bool:
        return self.most >= NEAR

    @property
    def is_reached(self) -> bool:
        return self.most >= 1


def share(here: Standing) -> Share:
    """Today's share, from a standing."""
    used = here.of(DAY)
    return _share(used.segments, used.micros, here)


def tell(window: Window, here: Standing, segments: int, micros: int) -> None:
    """Record when this text took the day across 80 or 100 % of a ceiling, and mail whoever may raise it."""
    after = _share(window.segments, window.micros, here).most
    before = _share(window.segments - segments, window.micros - micros, here).most
    for mark, kind, mail in (
        (NEAR, AuditKind.SENDING_CEILING_NEAR, MailKind.CEILING_NEAR),
        (1.0, AuditKind.SENDING_CEILING_REACHED, MailKind.CEILING_REACHED),
    ):
        if before < mark <= after:
            words = {"percent": round(mark * 100)}
            notices.tell(Permission.LIMITS_MANAGE, mail, route="limits", words=words)
            audit.record(
                event=kind, segments=window.segments, ceiling=here.segments_a_day, micros=window.micros, day=here.day
            )


def _share(segments: int, micros: int, here: Standing) -> Share:
    return Share(segments / max(here.segments_a_day, 1), micros / max(here.micros_a_day, 1))
