"""Who may own an action, and telling them."""

from django.db.models import Q, QuerySet

from accounts import notices
from accounts.mail import MailKind
from accounts.models import Membership, MembershipRole, Role
from accounts.permissions import Permission
from compliance.models import Action
from tenancy.isolation import current_organization_id


def able_owners() -> QuerySet[Membership]:
    """People of the active organization who may see actions now."""
    roles = [role for role in Role.objects.all() if Permission.ACTIONS_READ in role.granted]
    here = Membership.objects.filter(
        Q(is_owner=True) | Q(pk__in=MembershipRole.objects.filter(role__in=roles).values("membership")),
        organization=current_organization_id(),
        is_active=True,
        is_machine=False,
        user__is_active=True,
    )
    return here.select_related("user", "organization").order_by("user__name", "pk")


def tell_owner(action: Action, kind: MailKind) -> None:
    """Mail the owner; those who manage actions when the owner may not see them any more. In the running transaction."""
    owner = able_owners().filter(pk=action.owner_id).first()
    if owner is None:
        notices.tell(Permission.ACTIONS_MANAGE, kind, route="actions")
    else:
        notices.tell_member(owner, kind, route="actions")
