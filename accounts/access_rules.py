"""An organization's limits on sessions, and the networks that it may be used from: changed here and nowhere else."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.models import AccessRules, ApiKey, Membership, Session, SessionProfile
from accounts.models.access_rules import HIPAA_IDLE, HIPAA_LONGEST, STANDARD_IDLE, STANDARD_LONGEST
from accounts.networks import Named, is_in
from accounts.permissions import Permission, require
from accounts.session_limits import alive
from accounts.setting_floors import require_strong
from tenancy import audit
from tenancy.isolation import current_organization_id

SHORTEST_IDLE, LONGEST_IDLE = timedelta(minutes=5), timedelta(hours=24)
SHORTEST_WHOLE, LONGEST_WHOLE = timedelta(hours=1), timedelta(days=7)
LATELY = timedelta(days=30)  # for which a program that was used counts as one that works
LIMITS = {
    SessionProfile.STANDARD: (STANDARD_IDLE, STANDARD_LONGEST),
    SessionProfile.HIPAA: (HIPAA_IDLE, HIPAA_LONGEST),
}


class BadLimits(ValueError):
    """Own limits outside of what is allowed, or longer idle than at all."""


class WouldLockOut(Exception):
    """Whoever saves this list could not open the next page."""


class NothingListed(Exception):
    """A list that guards something and is empty would let nobody in."""


class WouldCutOff(Exception):
    """Programs that worked lately from elsewhere would stop; `names` are theirs."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__("would cut programs off")
        self.names = names


def rules_for_change(organization_id: UUID) -> AccessRules:
    """The active organization's row, made if need be and locked until the transaction ends."""
    AccessRules.objects.get_or_create(organization_id=organization_id)
    return AccessRules.objects.select_for_update().get(organization_id=organization_id)


def set_limits(
    *, actor: Membership, profile: SessionProfile, idle: timedelta | None = None, longest: timedelta | None = None
) -> int:
    """Say how long sessions last; `idle` and `longest` count for SessionProfile.OWN only.

    It holds for open sessions at their next request. Returns how many of those are over now. Raises BadLimits, TooWeak,
    MissingPermission.
    """
    require(actor, Permission.SECURITY_MANAGE)
    idle, longest = LIMITS.get(profile, (idle, longest))
    if idle is None or longest is None or idle > longest:
        raise BadLimits
    if not (SHORTEST_IDLE <= idle <= LONGEST_IDLE and SHORTEST_WHOLE <= longest <= LONGEST_WHOLE):
        raise BadLimits
    require_strong(actor, "session_limits", idle=idle, longest=longest)
    rules = rules_for_change(current_organization_id())
    before = (rules.profile, rules.idle, rules.longest)
    rules.profile, rules.idle, rules.longest = profile, idle, longest
    rules.save(update_fields=["profile", "idle", "longest", "changed_at"])
    if before != (profile, idle, longest):
        minutes, most = int(idle.total_seconds() // 60), int(longest.total_seconds() // 60)
        audit.record(
            event=audit.AuditKind.SESSION_LIMITS_CHANGED,
            actor=actor,
            object=rules,
            profile=str(profile),
            idle_minutes=minutes,
            longest_minutes=most,
        )
    return _end_those_over()


def _end_those_over() -> int:
    here = Session.objects.filter(membership__organization=current_organization_id())
    living = Session.objects.filter(alive(timezone.now())).values("pk")
    return here.exclude(pk__in=living).delete()[0]


def set_networks(
    *,
    actor: Membership,
    networks: Sequence[Named],
    guards_pages: bool,
    guards_keys: bool,
    address: str | None,
    cut_off: bool = False,
) -> None:
    """Say from where pages and API keys may be used; `address` is where the actor sits. `cut_off`: programs that worked
    lately from elsewhere are meant to stop.

    Raises NothingListed, WouldLockOut, WouldCutOff, MissingPermission.
    """
    require(actor, Permission.SECURITY_MANAGE)
    if (guards_pages or guards_keys) and not networks:
        raise NothingListed
    if guards_pages and not is_in(address, [one.cidr for one in networks]):
        raise WouldLockOut
    if guards_keys and not cut_off and (names := _working_elsewhere(actor, networks)):
        raise WouldCutOff(names)
    rules = rules_for_change(current_organization_id())
    before = (rules.networks, rules.guards_pages, rules.guards_keys)
    rules.networks = [[one.cidr, one.label] for one in networks]
    rules.guards_pages, rules.guards_keys = guards_pages, guards_keys
    rules.save(update_fields=["networks", "guards_pages", "guards_keys", "changed_at"])
    if before != (rules.networks, guards_pages, guards_keys):
        audit.record(
            event=audit.AuditKind.NETWORKS_CHANGED,
            actor=actor,
            object=rules,
            networks=[one.cidr for one in networks],
            pages=guards_pages,
            keys=guards_keys,
        )


def _working_elsewhere(actor: Membership, networks: Sequence[Named]) -> list[str]:
    """Programs with a key that still works and was last used, within a month, at an address outside of these."""
    now, cidrs = timezone.now(), [one.cidr for one in networks]
    keys = ApiKey.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=now),
        integration__membership__organization=actor.organization_id,
        integration__membership__is_active=True,
        last_used_at__gte=now - LATELY,
    )
    rows = keys.values_list("integration__membership__user__name", "last_used_address")
    return sorted({name for name, address in rows if address and not is_in(address, cidrs)})


def lift_networks() -> bool:
    """Break glass, from the command line: the list stays and guards nothing. False when it guarded nothing before."""
    rules = rules_for_change(current_organization_id())
    if not (rules.guards_pages or rules.guards_keys):
        return False
    rules.guards_pages = rules.guards_keys = False
    rules.save(update_fields=["guards_pages", "guards_keys", "changed_at"])
    audit.record(event=audit.AuditKind.NETWORKS_LIFTED, object=rules, by="command line")
    return True
