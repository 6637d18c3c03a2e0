"""What the API page may know about an organization's integrations: never a key, only how it begins."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.http import Http404
from django.utils import timezone

from accounts.models import ApiKey, Integration, Membership, TeamMember
from accounts.permissions import Permission

UNUSED = timedelta(days=90)


@dataclass(frozen=True)
class ShownKey:
    """One key. `ends_at` is in the past for one that has ended, None for one without an end."""

    id: UUID
    shown: str
    networks: tuple[str, ...]
    made_by: str
    created_at: datetime
    ends_at: datetime | None
    last_used_at: datetime | None
    last_used_address: str
    works: bool


@dataclass(frozen=True)
class ShownIntegration:
    """One integration. `may_roll`: the member may do all that it may do, so a new key gives nothing away."""

    id: UUID
    name: str
    permissions: tuple[str, ...]
    every_team: bool
    teams: tuple[str, ...]
    keys: tuple[ShownKey, ...]
    is_active: bool
    made_by: str
    created_at: datetime
    may_roll: bool

    @property
    def works(self) -> bool:
        """Whether any key of it opens something."""
        return self.is_active and any(key.works for key in self.keys)

    @property
    def last_used_at(self) -> datetime | None:
        """When a program last asked with one of its keys."""
        return max((key.last_used_at for key in self.keys if key.last_used_at), default=None)

    @property
    def is_unused(self) -> bool:
        """It works, and no program has asked with it for UNUSED (a new one: since it was made)."""
        return self.works and (self.last_used_at or self.created_at) < timezone.now() - UNUSED

    @property
    def ends_at(self) -> datetime | None:
        """When the last of its keys that work ends; None when one has no end, or none works."""
        ends = [key.ends_at for key in self.keys if key.works]
        return max((end for end in ends if end), default=None) if None not in ends else None

    @property
    def newest(self) -> ShownKey:
        """The key that was made last."""
        return self.keys[0]


def integrations(member: Membership) -> list[ShownIntegration]:
    """Everything of the member's organization: what works first, then by name."""
    shown = _described(member, _rows(member))
    return sorted(shown, key=lambda one: (not one.works, one.name.casefold(), one.created_at))


def integration(member: Membership, integration_id: UUID) -> ShownIntegration:
    """One of them as the page shows it. Raises Http404 for everything else."""
    return _described(member, [access_integration(member, integration_id)])[0]


def access_integration(member: Membership, integration_id: UUID) -> Integration:
    """One of the member's organization. Raises Http404 for everything else."""
    found = next((row for row in _rows(member) if row.pk == integration_id), None)
    if found is None:
        raise Http404
    return found


def access_key(member: Membership, integration_id: UUID, key_id: UUID) -> ApiKey:
    """A key of one of them. Raises Http404 for everything else."""
    found = next((key for key in access_integration(member, integration_id).keys.all() if key.pk == key_id), None)
    if found is None:
        raise Http404
    return found


def _rows(member: Membership) -> list[Integration]:
    rows = Integration.objects.filter(membership__organization=member.organization_id)
    return list(rows.select_related("membership__user", "made_by__user").prefetch_related("keys__made_by__user"))


def _described(member: Membership, rows: Iterable[Integration]) -> list[ShownIntegration]:
    rows = list(rows)
    teams: dict[UUID, list[str]] = {}
    places = TeamMember.objects.filter(membership__in=[row.membership_id for row in rows]).select_related("team")
    for place in places.order_by("team__name"):
        teams.setdefault(place.membership_id, []).append(place.team.name)
    now = timezone.now()
    return [
        ShownIntegration(
            id=row.pk,
            name=row.membership.user.name,
            permissions=tuple(
                one.label for one in Permission if one in row.granted and one is not Permission.CONVERSATIONS_READ_ALL
            ),
            every_team=Permission.CONVERSATIONS_READ_ALL in row.granted,
            teams=tuple(teams.get(row.membership_id, ())),
            keys=tuple(_key(key, row, now) for key in row.keys.all()),
            is_active=row.membership.is_active,
            made_by=row.made_by.user.name,
            created_at=row.created_at,
            may_roll=row.membership.is_active and row.granted <= member.permissions,
        )
        for row in rows
    ]


def _key(key: ApiKey, integration: Integration, now: datetime) -> ShownKey:
    return ShownKey(
        id=key.pk,
        shown=key.shown,
        networks=tuple(key.networks),
        made_by=key.made_by.user.name,
        created_at=key.created_at,
        ends_at=key.ends_at,
        last_used_at=key.last_used_at,
        last_used_address=key.last_used_address or "",
        works=integration.membership.is_active and (key.ends_at is None or key.ends_at > now),
    )
