"""Single sign-on as the only way in, and the owners who may come in without it when the provider is down.

A break-glass owner shows password and second factor, as every owner does; each use is written to the log and told to
all owners.
"""

import logging
from uuid import UUID

from django.db.models import QuerySet

from accounts.factors.enrolled import enrolled_ways
from accounts.factors.ways import STRONG
from accounts.models import BreakGlass, Enforced, Membership, Session, SsoDomain, SsoDoor
from accounts.permissions import MissingPermission, Permission, require
from accounts.saml import domains
from accounts.signing_in import password_memberships
from tenancy import audit
from tenancy.isolation import current_organization_id

log = logging.getLogger("parley.sso")


class NotOn(Exception):
    """Single sign-on is not switched on, so nobody can be made to use it."""


class NobodyCouldEnter(Exception):
    """There is no break-glass owner: with the provider down, nobody could come in and change that."""


class NoDomain(Exception):
    """No domain is proved, so it would be enforced for nobody."""


class NoSecondFactor(Exception):
    """A break-glass owner has a strong second factor of ours: a passkey or an app."""


class StillEnforced(Exception):
    """It is the last break-glass owner, and single sign-on is enforced."""


def enforce(*, actor: Membership, whom: Enforced) -> int:
    """Decide who must use single sign-on; sessions that began otherwise end for them, but for the actor's own.

    Returns how many ended. Raises NotOn, NobodyCouldEnter, NoDomain.
    """
    require(actor, Permission.SSO_MANAGE)
    organization_id = current_organization_id()
    door = SsoDoor.objects.select_for_update().filter(organization=organization_id).first()
    if whom is not Enforced.NOBODY:
        if door is None or not door.is_on:
            raise NotOn
        if not _break_glass(organization_id).exists():
            raise NobodyCouldEnter
        proved = SsoDomain.objects.filter(organization=organization_id, proved_at__isnull=False)
        if whom is Enforced.DOMAINS and not proved.exists():
            raise NoDomain
    if door is None or door.enforced == whom:
        return 0
    SsoDoor.objects.filter(pk=door.pk).update(enforced=whom)
    ended = _end_other_sessions(actor) if whom is not Enforced.NOBODY else 0
    audit.record(event=audit.AuditKind.SSO_ENFORCED, actor=actor, object=door, whom=whom, sessions_ended=ended)
    return ended


def _break_glass(organization_id: UUID) -> QuerySet[BreakGlass]:
    """Those that would let somebody in today."""
    return BreakGlass.objects.filter(
        membership__organization=organization_id,
        membership__is_active=True,
        membership__is_owner=True,
        membership__user__is_active=True,
    )


def is_last_way_in(member: Membership) -> bool:
    """Whether single sign-on is enforced and nobody else could come in while the provider is down."""
    doors = SsoDoor.objects.filter(organization=member.organization_id).exclude(enforced=Enforced.NOBODY)
    ways_in = _break_glass(member.organization_id)
    return (
        doors.exists()
        and ways_in.filter(membership=member).exists()
        and not ways_in.exclude(membership=member).exists()
    )


def _end_other_sessions(actor: Membership) -> int:
    rows = Session.objects.filter(membership__organization=actor.organization_id).exclude(membership=actor)
    ending = [
        row.pk
        for row in rows.select_related("membership__user")
        if row.membership is not None
        and not (row.data.get("signed_in") or {}).get("sso")
        and not password_memberships(row.membership.user).filter(pk=row.membership.pk).exists()
    ]
    return Session.objects.filter(pk__in=ending).delete()[0]


def check_domain(*, actor: Membership, domain: SsoDomain, found: list[str]) -> tuple[bool, int]:
    """Whether the records that were found prove the domain, and how many sessions ended because of it.

    Where single sign-on is enforced by domain, it holds for this one from now on: sessions of its people that began
    otherwise end, but for the actor's own. Raises TakenElsewhere.
    """
    if not domains.note_check(actor=actor, domain=domain, found=found):
        return False, 0
    door = SsoDoor.objects.filter(organization=actor.organization_id, is_on=True, enforced=Enforced.DOMAINS).first()
    ended = _end_other_sessions(actor) if door is not None else 0
    if ended:
        audit.record(
            event=audit.AuditKind.SSO_ENFORCED,
            actor=actor,
            object=door,
            whom=Enforced.DOMAINS,
            domain=domain.domain,
            sessions_ended=ended,
        )
    return True, ended


def add_break_glass(*, actor: Membership, member: Membership) -> None:
    """Let an owner come in without the provider. For owners only. Raises NoSecondFactor, MissingPermission."""
    require(actor, Permission.SSO_MANAGE)
    if not (actor.is_owner and member.is_owner and member.is_active):
        raise MissingPermission(Permission.SSO_MANAGE)
    if not enrolled_ways(member.user) & STRONG:
        raise NoSecondFactor
    _row, made = BreakGlass.objects.get_or_create(membership=member, defaults={"made_by": actor})
    if made:
        audit.record(event=audit.AuditKind.BREAK_GLASS_CHANGED, actor=actor, object=member, added=True)


def remove_break_glass(*, actor: Membership, member: Membership) -> None:
    """The owner comes in through the provider like everybody else. Raises StillEnforced, MissingPermission."""
    require(actor, Permission.SSO_MANAGE)
    if not actor.is_owner:
        raise MissingPermission(Permission.SSO_MANAGE)
    if is_last_way_in(member):
        raise StillEnforced
    if BreakGlass.objects.filter(membership=member).delete()[0]:
        audit.record(event=audit.AuditKind.BREAK_GLASS_CHANGED, actor=actor, object=member, added=False)
