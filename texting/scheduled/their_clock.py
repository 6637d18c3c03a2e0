"""The clock where a customer is, asked of the one part named in `settings.TEXTING_CUSTOMER_CLOCK`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Protocol
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.models import Membership
from texting.models import Contact, ScheduledText
from texting.purposes import Purpose
from texting.queries import sees

ZoneFrom = ScheduledText.ZoneFrom


@dataclass(frozen=True)
class Zone:
    """A zone of the tz database in which a time may be chosen, and how it is known."""

    name: str
    known_from: ZoneFrom

    @property
    def info(self) -> ZoneInfo:
        """The zone itself."""
        return ZoneInfo(self.name)


@dataclass(frozen=True)
class Whereabouts:
    """Where a customer may be, by names of the tz database; none when nothing is known of it."""

    zones: Sequence[str]
    known_from: ZoneFrom


class CustomerClock(Protocol):
    """What the part must answer."""

    def whereabouts(self, contact: Contact) -> Whereabouts:
        """The zones there is evidence for."""

    def opens_at(self, contact: Contact, at: datetime, purpose: Purpose) -> datetime | None:
        """When a text that its author may send at any hour should rather leave than at `at`; None: at `at`."""


@cache
def customer_clock() -> CustomerClock:
    """The part, loaded once."""
    found: CustomerClock = import_string(settings.TEXTING_CUSTOMER_CLOCK)()
    return found


def zones_for(member: Membership, contact: Contact) -> list[Zone]:
    """In which zones this member may choose a time, the customer's first, the one where it is earliest at the top.

    Where somebody may not see the customer, or nothing is known of where they are, it is the organization's only: a
    zone would tell where they live. Of several the one where it is earliest is safe: nowhere is it earlier.
    """
    ours = Zone(member.organization.time_zone, ZoneFrom.OURS)
    if not sees(member, contact.pk):
        return [ours]
    where, now = customer_clock().whereabouts(contact), timezone.now()
    names = sorted(where.zones, key=lambda name: (now.astimezone(ZoneInfo(name)).replace(tzinfo=None), name))
    theirs = [Zone(name, where.known_from) for name in names]
    return theirs if any(one.name == ours.name for one in theirs) else [*theirs, ours]
