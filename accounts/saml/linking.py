"""Who is tied to which name of the provider, and how such a tie ends."""

from accounts.models import Membership, SamlIdentity
from accounts.permissions import MissingPermission, Permission, require
from accounts.roles import granted_to
from tenancy import audit

MOST_SHOWN = 500


def linked_people() -> list[SamlIdentity]:
    """Everybody in the active organization whom a provider knows, by name."""
    rows = SamlIdentity.objects.select_related("membership__user").order_by("membership__user__name")
    return list(rows[:MOST_SHOWN])


def unlink(*, actor: Membership, member: Membership) -> None:
    """Sessions go on. Raises MissingPermission, also for a member who may do more than the actor."""
    require(actor, Permission.SSO_MANAGE)
    lacking = granted_to(member) - actor.permissions
    if lacking or (member.is_owner and not actor.is_owner):
        raise MissingPermission(*sorted(lacking))
    if SamlIdentity.objects.filter(membership=member).delete()[0]:
        audit.record(event=audit.AuditKind.SSO_CHANGED, actor=actor, object=member, changed="unlinked")
