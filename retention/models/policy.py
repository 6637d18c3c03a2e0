"""How long one organization keeps one kind of data."""

from typing import ClassVar

from django.db import models

from accounts.models import Membership, Team
from retention.kinds import Kind
from tenancy.constraints import same_organization
from tenancy.isolation import TenantModel


class RetentionPolicy(TenantModel):
    """A period for a kind of data, of the whole organization or, with `team`, of that team's conversations.

    `days` counts from what `retention.kinds.Kind` says; None: never. No row: the default of `BOUNDS`.
    """

    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in Kind])
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    days = models.PositiveIntegerField(null=True, blank=True)
    set_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    set_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("team", "set_by"),
            models.UniqueConstraint(
                fields=["organization", "kind", "team"], name="retention_policy_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.days}"
