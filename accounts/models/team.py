"""People who share lines and their conversations."""

from typing import ClassVar

from django.db import models

from accounts.models.membership import Membership
from tenancy.isolation import TenantModel, same_organization


class Team(TenantModel):
    """A named group of members; lines belong to a team."""

    name = models.CharField(max_length=40)

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization", "name"], name="accounts_team_name"),
        ]

    def __str__(self) -> str:
        return self.name


class TeamMember(TenantModel):
    """One member of one team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="teams")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("team", "membership"),
            models.UniqueConstraint(fields=["organization", "team", "membership"], name="accounts_teammember_once"),
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} in {self.team_id}"
