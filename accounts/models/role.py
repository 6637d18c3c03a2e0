"""Named sets of permissions and who holds them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.built_in_roles import BUILT_IN_ROLES
from accounts.models.membership import Membership
from accounts.permission_catalogue import ADMINISTRATIVE, FOR_OWNERS, OFFERED, Permission
from tenancy.isolation import TenantModel, same_organization


class Role(TenantModel):
    """A named set of permissions: of a built-in role (`built_in` names it) the code's, of a custom one the row's."""

    name = models.CharField(max_length=40)
    description = models.CharField(max_length=140, blank=True, help_text="What it is for; of custom roles.")
    built_in = models.CharField(max_length=20, blank=True)
    permissions = models.JSONField(default=list, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint("organization", Lower("name"), name="accounts_role_name"),
            models.UniqueConstraint(
                fields=["organization", "built_in"], condition=~Q(built_in=""), name="accounts_role_built_in"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def granted(self) -> frozenset[Permission]:
        """What the role permits; what is not offered, and a built-in role that no longer exists, grants nothing."""
        if self.built_in:
            role = BUILT_IN_ROLES.get(self.built_in)
            return role.permissions & OFFERED if role else frozenset()
        return frozenset(one for one in OFFERED - FOR_OWNERS if one.value in self.permissions)

    @property
    def administrative(self) -> bool:
        """Whether its holders need a second factor to sign in."""
        return bool(self.granted & ADMINISTRATIVE)

    @property
    def summary(self) -> str:
        """What the role is for, for the people who hand it out."""
        role = BUILT_IN_ROLES.get(self.built_in)
        return _(role.summary) if role else self.description


class MembershipRole(TenantModel):
    """One role of one member. `given_at`: from then on the grace days of whoever needs a second factor for it count."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="roles")
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="members")
    given_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("membership", "role"),
            models.UniqueConstraint(fields=["organization", "membership", "role"], name="accounts_membershiprole_once"),
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} as {self.role_id}"
