"""A user's membership in an organization."""

from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.permission_catalogue import ADMINISTRATIVE, OFFERED, Permission
from tenancy.ids import new_id
from tenancy.models import Organization

if TYPE_CHECKING:
    from accounts.models.team import Reading


class MembershipState(StrEnum):
    """What the list of people says about a member."""

    INVITED = "Invited"
    ACTIVE = "Active"
    SUSPENDED = "Suspended"
    DEACTIVATED = "Deactivated"


class Membership(models.Model):
    """A directory row (who belongs where is asked before an organization is active): ids, switches and times only.

    Everything a member does is done as a Membership, never as a bare User. `joined_at` is empty until an invitation was
    accepted; `auth_epoch` grows whenever everything that was signed in as this member must end. `is_machine`: an
    integration, which shows keys and never signs in. `suspended_at`: not active for a while; empty for whoever was
    deactivated for good. `reset_elsewhere`: while they were not active here, another organization reset their sign-in,
    so an admin lets them in again, not a directory by itself. `wants_mails`: `accounts.notices`; `set_up_left_at`: when
    they put the set-up list away.

    Not stored: `session_id`, the session of the request that this object acts in (None for programs and tasks), and
    `shown_until`, which `texting.queries.seeing` keeps here: contacts that this session has revealed, and until when.
    """

    session_id: UUID | None = None
    shown_until: "dict[UUID, datetime] | None" = None

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="memberships", db_index=False)
    is_owner = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    is_machine = models.BooleanField(default=False)
    auth_epoch = models.PositiveIntegerField(default=0)
    reset_elsewhere = models.BooleanField(default=False)
    wants_mails = models.BooleanField(default=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    set_up_left_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    last_seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "organization"], name="accounts_membership_once"),
            models.UniqueConstraint(fields=["organization", "id"], name="accounts_membership_org_id"),
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(joined_at__isnull=False), name="accounts_membership_active_joined"
            ),
            models.CheckConstraint(
                condition=Q(suspended_at__isnull=True) | Q(is_active=False), name="accounts_membership_suspended"
            ),
            models.CheckConstraint(
                condition=Q(is_machine=False) | Q(is_owner=False), name="accounts_membership_owner_is_a_person"
            ),
        ]

    def __str__(self) -> str:
        return self.user.name

    @property
    def state(self) -> MembershipState:
        """Invited, active, suspended or deactivated."""
        if self.is_active and self.user.is_active:
            return MembershipState.ACTIVE
        if self.joined_at is None:
            return MembershipState.INVITED
        return MembershipState.SUSPENDED if self.suspended_at else MembershipState.DEACTIVATED

    @property
    def epoch(self) -> str:
        """What a session or token must carry to count; changes when the user's or the membership's epoch grows."""
        return f"{self.user.auth_epoch}.{self.auth_epoch}"

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        """Everything this member may do. Needs the member's organization to be active. An owner may do everything."""
        from accounts.models.role import Role

        if not (self.is_active and self.user.is_active):
            return frozenset()
        if self.is_owner:
            return OFFERED
        if self.is_machine:
            integration = getattr(self, "integration", None)  # the company's directory is none
            return integration.granted if integration else frozenset()
        roles = Role.objects.filter(members__membership=self)
        return frozenset(permission for role in roles for permission in role.granted)

    def may(self, permission: Permission) -> bool:
        """Whether this member has the permission."""
        return permission in self.permissions

    @property
    def needs_second_factor(self) -> bool:
        """Whether this member may do nothing before a second factor was shown."""
        return self.is_owner or bool(self.permissions & ADMINISTRATIVE)

    @cached_property
    def reading(self) -> "Reading":
        """Which teams' conversations this member reads, when they do not read every team's. One query.

        Needs the member's organization to be active.
        """
        from accounts.models.team import Reading

        return Reading.of(self)

    @cached_property
    def team_ids(self) -> frozenset[UUID]:
        """Ids of the teams this member belongs to. Needs the member's organization to be active."""
        from accounts.models.team import TeamMember

        return frozenset(TeamMember.objects.filter(membership=self).values_list("team_id", flat=True))
