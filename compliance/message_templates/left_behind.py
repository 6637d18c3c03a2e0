"""Somebody's own templates whose owner may have none any more: nobody can use them, and an admin says who gets them.

What they say stays their owner's: an admin sees whose they are and how many. A suspended member's wait for them.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from accounts import notices
from accounts.models import Membership, Team
from accounts.permissions import Permission, require
from compliance.message_templates import handing_on
from compliance.message_templates.writing import NotNow
from compliance.models import MessageTemplate


@dataclass(frozen=True)
class LeftBehind:
    """A member who may have no templates of their own any more, and how many of theirs are still there."""

    owner: Membership
    number: int


def left_behind() -> list[LeftBehind]:
    """By name; of the active organization."""
    own = MessageTemplate.objects.filter(owner__isnull=False, archived_at=None).order_by()
    numbers = dict(own.values_list("owner").annotate(number=Count("pk")))
    people = Membership.objects.filter(pk__in=numbers, is_active=True, user__is_active=True).select_related("user")
    return [
        LeftBehind(one, numbers[one.pk])
        for one in people.order_by("user__name", "pk")
        if not one.may(Permission.TEMPLATES_OWN)
    ]


def takers() -> list[Membership]:
    """Colleagues who may have templates of their own, by name."""
    return list(notices.holders(Permission.TEMPLATES_OWN).order_by("user__name", "pk"))


def hand_on(
    *, actor: Membership, owner_id: UUID, to: Membership | None = None, team: Team | None = None
) -> list[MessageTemplate]:
    """Give them to a colleague as they are, to a team as drafts, or archive them. Returns them as they were.

    Raises NotNow when there are none of that member's, or the member may have some again; MissingPermission.
    """
    require(actor, Permission.TEMPLATES_MANAGE, Permission.ORGANIZATION_MANAGE)
    with transaction.atomic():
        owner = next((one.owner for one in left_behind() if one.owner.pk == owner_id), None)
        if owner is None or (to is not None and not to.may(Permission.TEMPLATES_OWN)):
            raise NotNow
        return handing_on.hand_on(actor=actor, leaver=owner, to=to, team_id=team.pk if team else None)
