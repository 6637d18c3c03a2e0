"""People who share lines and their conversations."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models.membership import Membership
from tenancy.isolation import TenantModel, same_organization


class Team(TenantModel):
    """A named group of members; lines belong to a team.

    `visibility` is who reads the conversations on the team's lines, besides those who read every team's. With
    `ASSIGNED`, `shows_unassigned` says whether the team also sees those that are nobody's yet.
    """

    class Visibility(models.TextChoices):
        ALL = "all", _("Everybody who may read conversations")
        TEAM = "team", _("The people in the team")
        ASSIGNED = "assigned", _("Only whom a conversation is assigned to")

    name = models.CharField(max_length=40)
    visibility = models.CharField(max_length=10, choices=Visibility.choices, default=Visibility.TEAM)
    shows_unassigned = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint("organization", Lower("name"), name="accounts_team_name"),
            models.CheckConstraint(
                condition=models.Q(visibility__in=["all", "team", "assigned"]), name="accounts_team_visibility"
            ),
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


@dataclass(frozen=True)
class Reading:
    """Ids of the teams whose conversations a member reads: `whole` all of them, `own` the member's own ones only.

    Of those in `pool`, which are all in `own` too, the member also reads what is assigned to nobody.
    """

    whole: frozenset[UUID]
    own: frozenset[UUID]
    pool: frozenset[UUID]

    @classmethod
    def of(cls, member: Membership) -> "Reading":
        """By the teams' settings and the member's teams; whether the member may read at all is not asked here."""
        inside = TeamMember.objects.filter(team=models.OuterRef("pk"), membership=member)
        teams = Team.objects.order_by().annotate(inside=models.Exists(inside))
        whole, own, pool = set(), set(), set()
        for key, visibility, shows_unassigned, belongs in teams.values_list(
            "pk", "visibility", "shows_unassigned", "inside"
        ):
            if visibility == Team.Visibility.ALL or (belongs and visibility == Team.Visibility.TEAM):
                whole.add(key)
            elif belongs:
                own.add(key)
                if shows_unassigned:
                    pool.add(key)
        return cls(frozenset(whole), frozenset(own), frozenset(pool))
