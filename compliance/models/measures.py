"""The register of measures: what was answered, who sees to each, what was signed, which profiles hold.

Which measures there are is code (`compliance/measures/catalogue`); rows name them by key. What stops to apply keeps its
rows, so that nothing is lost when it applies again.
"""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import Membership
from tenancy.encryption import ConfigKey, EncryptedTextField
from tenancy.isolation import AppendOnly, TenantModel, same_organization

LONGEST_KEY = 30


class MeasureAnswers(TenantModel):
    """What an organization said of itself; the newest counts. `answers` as `compliance.measures.answers` writes them.

    `applies`: keys of the measures that followed then, by the catalogue of `catalogue_version`.
    """

    answers = models.JSONField()
    applies = models.JSONField()
    catalogue_version = models.CharField(max_length=20)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("by"),
            AppendOnly(name="compliance_measureanswers_append_only"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "-at", "-id"], name="compliance_measureanswers_new")
        ]

    def __str__(self) -> str:
        return f"{len(self.applies)} measures"


class MeasureDuty(TenantModel):
    """Who sees to one measure and when it is reviewed next. Made when it first applies, never deleted.

    `applies` follows the newest answers; the clock reads it. `told_for`: the due day the owner was last mailed about.
    """

    measure = models.CharField(max_length=LONGEST_KEY)
    owner = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    applies = models.BooleanField(default=True)
    due_on = models.DateField()
    told_for = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("owner"),
            models.UniqueConstraint(fields=["organization", "measure"], name="compliance_measureduty_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organization", "due_on"],
                condition=models.Q(applies=True),
                name="compliance_measureduty_due",
            )
        ]

    def __str__(self) -> str:
        return self.measure


class MeasureReview(TenantModel):
    """A measure that somebody examined and signed, with the figures that they saw. Nothing of it is ever changed.

    `figures`: `[{key, title, part, whole, share, target, is_met, note}, ...]`; `controls`: `[{key, title, on}, ...]`.
    """

    measure = models.CharField(max_length=LONGEST_KEY)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField(help_text="When it was due.")
    next_on = models.DateField()
    since = models.DateField(help_text="First day of the figures.")
    until = models.DateField(help_text="Last day of the figures.")
    figures = models.JSONField()
    controls = models.JSONField()
    gaps = models.PositiveSmallIntegerField()
    catalogue_version = models.CharField(max_length=20)
    note = EncryptedTextField(keys=[ConfigKey()])

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("by"),
            AppendOnly(name="compliance_measurereview_append_only"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "measure", "-at"], name="compliance_measurereview_new")
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.at:%Y-%m-%d}"


class ProfileChange(TenantModel):
    """A profile was taken on or left. The newest of each profile says whether it holds. `changes`: what it switched,
    `[{setting, before, after}, ...]` in words.
    """

    profile = models.CharField(max_length=20)
    holds = models.BooleanField()
    changes = models.JSONField(default=list)
    reason = EncryptedTextField(keys=[ConfigKey()], blank=True)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("by"),
            AppendOnly(name="compliance_profilechange_append_only"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "profile", "-at", "-id"], name="compliance_profilechange_new")
        ]

    def __str__(self) -> str:
        return f"{self.profile}: {'holds' if self.holds else 'left'}"
