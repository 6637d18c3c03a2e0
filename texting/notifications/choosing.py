"""How a member wants to be told, and whether now is the time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone

from accounts.models import Membership
from texting.models import Notification, NotificationChoices
from texting.notifications.things import of_teams

Kind = Notification.Kind


class Way(StrEnum):
    """How a member is told. The names are columns of `NotificationChoices`."""

    APP = "app"
    EMAIL = "email"
    PUSH = "push"


@dataclass(frozen=True)
class Choices:
    """What one member has chosen. `ways`: the kinds for each way; `muted`: teams of which they are told nothing.

    `quiet`: from and until when nothing is told outside the list, in the organization's time; None: at any hour.
    `sound`: whether a page that is open is to be heard.
    """

    ways: dict[Way, frozenset[str]]
    muted: frozenset[UUID]
    quiet: tuple[time, time] | None
    sound: bool = False

    def is_quiet(self, at: datetime, zone: str) -> bool:
        """Whether that moment lies within the quiet hours, which may go over midnight; the end is no longer quiet."""
        if self.quiet is None:
            return False
        begin, end = self.quiet
        now = at.astimezone(ZoneInfo(zone)).time()
        return begin <= now < end if begin <= end else now >= begin or now < end

    def told(self, way: Way) -> Q:
        """A condition on notifications: those that the member wants to be told of in this way."""
        told = Q(kind__in=sorted(self.ways[way]))
        if not self.muted:
            return told
        heard = Q(conversation=None) | ~Q(conversation__line__team_id__in=sorted(self.muted))
        return told & heard & ~of_teams(self.muted)


def is_heard(member: Membership) -> bool:
    """Whether something new makes a sound in the member's open pages now."""
    chosen = choices_of(member)
    return chosen.sound and not chosen.is_quiet(timezone.now(), member.organization.time_zone)


def is_quiet_for(member: Membership) -> bool:
    """Whether the member has quiet hours now: what is told outside the list waits."""
    return choices_of(member).is_quiet(timezone.now(), member.organization.time_zone)


def choices_of(member: Membership) -> Choices:
    """What the member has chosen, or what holds for everybody who has not. Needs the organization active."""
    return _read(NotificationChoices.objects.filter(member=member).first() or NotificationChoices(member=member))


def choose(
    *,
    member: Membership,
    ways: Mapping[Way, Collection[str]],
    muted: Collection[UUID],
    quiet: tuple[time, time] | None,
    sound: bool = False,
) -> None:
    """Keep it. Everybody chooses for themselves alone, so no permission is asked for; what is no kind is left out."""
    known = set(Kind.values)
    values = {
        **{way.value: sorted(known.intersection(ways.get(way, ()))) for way in Way},
        "muted": sorted(str(team) for team in muted),
        "quiet_from": quiet[0] if quiet else None,
        "quiet_until": quiet[1] if quiet else None,
        "sound": sound,
    }
    NotificationChoices.objects.update_or_create(member=member, defaults=values)


def _read(row: NotificationChoices) -> Choices:
    quiet = (row.quiet_from, row.quiet_until) if row.quiet_from is not None and row.quiet_until is not None else None
    ways = {way: frozenset(getattr(row, way.value)) for way in Way}
    return Choices(ways, frozenset(UUID(team) for team in row.muted), quiet, row.sound)
