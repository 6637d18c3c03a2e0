"""What an organization has decided about the hours at which it texts."""

from datetime import time
from typing import ClassVar

from django.db import models

from accounts.models import Membership
from tenancy.encryption import ConfigKey, EncryptedTextField
from tenancy.isolation import AppendOnly, TenantModel, same_organization


class HoursRules(TenantModel):
    """One row for an organization that has changed something; without one the table's defaults hold.

    It softens no law: hours for marketing are the table's, and what can be left out of it is only whether a state's row
    for automated devices is followed (`without`, a list of "IN", "ME", "SD").
    """

    soft_opens = models.TimeField(default=time(8))
    soft_closes = models.TimeField(default=time(21))
    only_warns = models.BooleanField(default=False, help_text="Texts outside the soft hours leave all the same.")
    without = models.JSONField(default=list, help_text="States whose automated row is not followed.")
    courtesy = models.JSONField(
        default=dict, help_text='{"wk": ["08:00", "20:00"], "sat": ..., "sun": null}; empty: the defaults of the table.'
    )
    healthcare = models.BooleanField(
        default=False, help_text="Appointment texts rely on the exemption for healthcare, with its caps."
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization"], name="compliance_hoursrules_one"),
            models.CheckConstraint(
                condition=models.Q(soft_opens__lt=models.F("soft_closes")), name="compliance_hoursrules_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.soft_opens:%H:%M} to {self.soft_closes:%H:%M}"


class HoursChange(TenantModel):
    """One change of these rules: what was so, what is so, who did it and why. The reason is a member's words."""

    before = models.JSONField()
    after = models.JSONField()
    reason = EncryptedTextField(keys=[ConfigKey()], blank=True)
    actor = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("actor"),
            AppendOnly(name="compliance_hourschange_append_only"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "-changed_at", "-id"], name="compliance_hourschange_latest")
        ]

    def __str__(self) -> str:
        return f"change {self.pk}"
