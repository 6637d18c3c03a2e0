"""Who gets figures on permission by mail, and how often."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.isolation import TenantModel, same_organization


class ReportMail(TenantModel):
    """One member who gets the report. `told_until` is the last day of the newest period they were mailed of."""

    class Every(models.TextChoices):
        WEEK = "week", _("Every week, on Monday")
        MONTH = "month", _("Every month, on the first")

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    every = models.CharField(max_length=5, choices=Every.choices)
    added_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    told_until = models.DateField(help_text="No mail is about days up to this one.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("member", "added_by"),
            models.UniqueConstraint(fields=["organization", "member"], name="compliance_reportmail_once"),
        ]

    def __str__(self) -> str:
        return self.every
