"""How long one organization keeps one kind of data."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import Membership, Team
from retention.kinds import Kind
from retention.spans import said
from tenancy.constraints import same_organization
from tenancy.isolation import TenantModel
from texting.models import Tag


class RetentionPolicy(TenantModel):
    """A choice: a period for a kind of data, of the whole organization or, with `team`, of that team's conversations,
    or, with `tag`, of the customers who have that tag.

    Rows are never changed but taken back, so they are the history too: at any time the newest that has started and was
    not taken back holds (`retention.choices`). `days` counts from what `retention.kinds.Kind` says; None: never.
    `follows`: no period of its own, from then on the organization's or the default of `BOUNDS` holds again.
    `starts_at` is later than `set_at` where it shortens: until then it can be taken back and nothing is lost.
    """

    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in Kind])
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False)
    days = models.PositiveIntegerField(null=True, blank=True)
    follows = models.BooleanField(default=False)
    starts_at = models.DateTimeField(default=timezone.now)
    set_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    set_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("team", "tag", "set_by", "taken_back_by"),
            models.CheckConstraint(condition=models.Q(days__gte=1) | models.Q(days=None), name="retention_policy_days"),
            models.CheckConstraint(
                condition=models.Q(team=None) | models.Q(tag=None), name="retention_policy_one_place"
            ),
            models.CheckConstraint(
                condition=models.Q(follows=False) | models.Q(days=None), name="retention_policy_follows"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {'as the organization' if self.follows else self.days}"

    @property
    def whose_id(self) -> UUID | None:
        """The team or tag that it is for; None: the whole organization."""
        return self.team_id or self.tag_id

    @property
    def place(self) -> str:
        """The team or tag in words; "" for the whole organization."""
        if self.team:
            return gettext("Team %(team)s") % {"team": self.team.name}
        return gettext("Tag %(tag)s") % {"tag": self.tag.name} if self.tag else ""

    @property
    def said(self) -> str:
        """The choice in words."""
        return gettext("as it is without a choice") if self.follows else said(self.days)

    def holds(self, at: datetime) -> bool:
        """Whether it counts at `at`, unless a newer one does."""
        return self.taken_back_at is None and self.starts_at <= at
