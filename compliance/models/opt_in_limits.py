"""How many texts about opt-ins one organization sends at most: SMS pumping begins with forms."""

from typing import ClassVar

from django.db import models

from tenancy.isolation import TenantModel


class OptInLimits(TenantModel):
    """One row at most; without it, or where a column is empty, `compliance.opt_in.opt_in_limits.BOUNDS` holds."""

    number_day = models.PositiveIntegerField(null=True, blank=True)
    prefix_hour = models.PositiveIntegerField(null=True, blank=True)
    source_hour = models.PositiveIntegerField(null=True, blank=True)
    organization_hour = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization"], name="compliance_optinlimits_once"),
        ]

    def __str__(self) -> str:
        return "limits of opt-ins"
