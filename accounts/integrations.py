"""Integrations and their API keys: made, rolled, ended. Every key is shown once and kept as a hash only.

An integration is a member without a sign-in, so that whatever is asked of members (what may it do, which teams are its
own, who did this) is asked of it in the same words. Ending it is the deactivation of that member: true at the next
request.
"""

import hmac
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db.models import BinaryField, F, Q, QuerySet
from django.utils import timezone

from accounts.api_key_format import SHOWN, is_well_formed, new_key
from accounts.models import ApiKey, Integration, Membership, Team, TeamMember, User
from accounts.network_guard import keys_are_closed
from accounts.networks import is_in
from accounts.permissions import Permission, require
from accounts.sessions import key_hash
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.compiled_queries import CompiledQuery, Given
from tenancy.ids import new_id
from tenancy.isolation import current_organization_id

OFFERED = (
    Permission.MESSAGES_SEND,
    Permission.MESSAGES_REDACT,
    Permission.MESSAGES_DELETE,
    Permission.CONVERSATIONS_START,
    Permission.CONVERSATIONS_READ,
    Permission.CONVERSATIONS_ASSIGN,
    Permission.CONVERSATIONS_RESOLVE,
    Permission.NOTES_WRITE,
    Permission.CONTACTS_READ,
    Permission.CONTACTS_EDIT,
    Permission.CONTACTS_REVEAL,
    Permission.CONTACTS_BLOCK,
    Permission.CONTACTS_MERGE,
    Permission.PORTAL_SEND,
    Permission.PAYMENTS_REQUEST,
    Permission.REPORTS_READ,
    Permission.REVIEWS_WRITE,
    Permission.ACTIONS_READ,
    Permission.ANNOUNCEMENTS_PREPARE,
)
"""What a key can be given: what the API has an address for. "Every team" is CONVERSATIONS_READ_ALL."""

GIVEN_WITH = {Permission.CONTACTS_REVEAL: Permission.CONTACTS_UNMASKED}
"""A program gives no reasons, so a key that reveals sees everybody: whoever makes one must see everybody too."""

MOST_KEYS = 50  # integrations of one organization that work at a time
LONGEST_OVERLAP = timedelta(hours=168)
NOTED_EVERY = timedelta(minutes=5)  # that a key was used


class TooManyKeys(Exception):
    """The organization has MOST_KEYS integrations already."""


class Ended(Exception):
    """The integration was ended; it gets no new key."""


@dataclass(frozen=True)
class Made:
    """A new key in clear, for the one page that shows it."""

    key: ApiKey
    secret: str


@dataclass(frozen=True)
class Wish:
    """What a new integration is to be. `teams` None: every team. `networks` are CIDR."""

    name: str
    permissions: frozenset[Permission]
    teams: tuple[Team, ...] | None
    networks: tuple[str, ...] = ()
    ends_at: datetime | None = None


@dataclass(frozen=True)
class KeyMade:
    """That a member (`maker_id`) made, and saw, a key of a machine member; when it ends or ended, if ever."""

    machine_id: UUID
    maker_id: UUID
    ends_at: datetime | None


def makers_of_keys(member_ids: Collection[UUID]) -> list[KeyMade]:
    """Every key of those of these members that are machines. One statement."""
    rows = ApiKey.objects.filter(integration__membership__in=member_ids).order_by()
    return [KeyMade(*row) for row in rows.values_list("integration__membership", "made_by", "ends_at")]


def may_give(actor: Membership, permission: Permission) -> bool:
    """Whether the actor may give a key this permission."""
    return all(actor.may(one) for one in _needed_to_give({permission}))


def _needed_to_give(permissions: Iterable[Permission]) -> list[Permission]:
    given = set(permissions)
    return sorted(given | {GIVEN_WITH[one] for one in given if one in GIVEN_WITH})


def create(*, actor: Membership, wish: Wish) -> Made:
    """A new integration with its first key. Raises MissingPermission for what the actor lacks, TooManyKeys."""
    granted = wish.permissions | ({Permission.CONVERSATIONS_READ_ALL} if wish.teams is None else frozenset())
    require(actor, Permission.API_MANAGE, *_needed_to_give(granted))
    if wish.teams and not {team.pk for team in wish.teams} <= actor.team_ids:
        require(actor, Permission.CONVERSATIONS_READ_ALL)
    organization_id = current_organization_id()
    working = Integration.objects.filter(membership__organization=organization_id, membership__is_active=True)
    if len(working[:MOST_KEYS]) == MOST_KEYS:
        raise TooManyKeys
    identity = new_id()
    user = User.objects.create(
        email=f"{identity.hex}@integrations.invalid", name=wish.name, password=make_password(None)
    )
    member = Membership.objects.create(id=identity, user=user, organization_id=organization_id, is_machine=True)
    integration = Integration.objects.create(
        membership=member, permissions=sorted(permission.value for permission in granted), made_by=actor
    )
    TeamMember.objects.bulk_create([TeamMember(team=team, membership=member) for team in wish.teams or ()])
    made = _new_key(actor, integration, wish.networks, wish.ends_at)
    audit.record(
        event=AuditKind.API_KEY_CREATED,
        actor=actor,
        object=member,
        key=made.key.pk,
        permissions=integration.permissions,
        teams=[team.pk for team in wish.teams or ()],
        networks=list(wish.networks)[:10],
        ends_at=wish.ends_at,
    )
    return made


def roll(*, actor: Membership, integration: Integration, overlap: timedelta, ends_at: datetime | None = None) -> Made:
    """A new key, for the same networks; those that work end after `overlap`, LONGEST_OVERLAP at the most.

    Raises MissingPermission when the integration may do more than the actor, Ended when it has been ended.
    """
    require(actor, Permission.API_MANAGE, *_needed_to_give(integration.granted))
    if not integration.membership.is_active:
        raise Ended
    now = timezone.now()
    end = now + max(timedelta(), min(overlap, LONGEST_OVERLAP))
    working = _working(integration, now)
    newest = working.first() or integration.keys.first()
    working.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=end)).update(ends_at=end)
    made = _new_key(actor, integration, tuple(newest.networks) if newest else (), ends_at)
    audit.record(
        event=AuditKind.API_KEY_ROLLED, actor=actor, object=integration.membership, key=made.key.pk, old_end_at=end
    )
    return made


def end(*, actor: Membership, integration: Integration) -> None:
    """End the integration and every key of it, true at their next request. Ending it again changes nothing."""
    require(actor, Permission.API_MANAGE)
    now = timezone.now()
    _working(integration, now).update(ends_at=now)
    member = integration.membership
    ended = Membership.objects.filter(pk=member.pk, is_active=True)
    if ended.update(is_active=False, auth_epoch=F("auth_epoch") + 1):
        audit.record(event=AuditKind.API_KEY_REVOKED, actor=actor, object=member)


def end_key(*, actor: Membership, key: ApiKey) -> None:
    """End one key at once; the integration goes on with its others."""
    require(actor, Permission.API_MANAGE)
    now = timezone.now()
    if ApiKey.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), pk=key.pk).update(ends_at=now):
        audit.record(event=AuditKind.API_KEY_REVOKED, actor=actor, object=key.integration.membership, key=key.pk)


def opened_by(secret: str, address: str | None) -> ApiKey | None:
    """The key, with integration, member, user and organization, if it works now and from there; else None.

    One statement, outside of any organization. Nothing is cached, so every end is true at the next request.
    """
    if not is_well_formed(secret):
        return None
    key = working_key(key_hash(secret))
    if key is None or not is_inside(address, key.networks):
        return None
    member = key.integration.membership
    if keys_are_closed(member.organization, address):
        return None
    member.integration = key.integration
    member.__dict__["permissions"] = key.integration.granted
    _note_use(key, address, timezone.now())
    return key


@CompiledQuery
def _keys() -> QuerySet[ApiKey]:
    member_of = "integration__membership"
    rows = ApiKey.objects.select_related(f"{member_of}__user", f"{member_of}__organization__access_rules")
    return rows.filter(key_hash=Given("key_hash", BinaryField()))


def working_key(wanted: bytes) -> ApiKey | None:
    """The key with this SHA-256, with integration, member, user and organization, if it works now; else None."""
    key = next(iter(_keys(key_hash=wanted)), None)
    if key is None or not hmac.compare_digest(bytes(key.key_hash), wanted):
        return None
    member = key.integration.membership
    if not (member.is_machine and member.is_active and member.user.is_active):
        return None
    if key.ends_at is not None and key.ends_at <= timezone.now():
        return None
    return key


def is_inside(address: str | None, networks: list[str]) -> bool:
    """Whether the address is in one of the networks; yes when there are none. No address is in none of them."""
    return not networks or is_in(address, networks)


def _note_use(key: ApiKey, address: str | None, now: datetime) -> None:
    """Seldom, or each request would write: once in NOTED_EVERY, whatever the address."""
    if key.last_used_at is None or now - key.last_used_at >= NOTED_EVERY:
        unchanged = ApiKey.objects.filter(pk=key.pk, last_used_at=key.last_used_at)
        unchanged.update(last_used_at=now, last_used_address=address)


def _working(integration: Integration, now: datetime) -> QuerySet[ApiKey]:
    return ApiKey.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), integration=integration)


def _new_key(actor: Membership, integration: Integration, networks: tuple[str, ...], ends_at: datetime | None) -> Made:
    secret = new_key()
    key = ApiKey.objects.create(
        integration=integration,
        key_hash=key_hash(secret),
        shown=secret[:SHOWN],
        networks=list(networks),
        made_by=actor,
        ends_at=ends_at,
    )
    return Made(key, secret)
