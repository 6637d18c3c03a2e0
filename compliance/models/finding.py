"""What the detectors found in a text: its kind, how sure, by which rules, and whether it was right. Never the value."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.encryption import DayKey, EncryptedTextField
from tenancy.isolation import TenantModel, same_organization


class Finding(TenantModel):
    """One finding. The text is named by id, so that the finding outlives it, as a report of months needs it to.

    `digest`: a keyed hash of the value (`tenancy.encryption.blind_index`, purpose `finding`), which tells that the same
    value came twice and nothing else; empty for statements such as a diagnosis, which have no exact value.
    """

    class Direction(models.TextChoices):
        IN = "in", _("From the customer")
        OUT = "out", _("To the customer")

    class Confidence(models.TextChoices):
        LOW = "low", _("Perhaps")
        MEDIUM = "medium", _("Likely")
        HIGH = "high", _("Sure")

    class Verdict(models.TextChoices):
        OPEN = "", _("To judge")
        RIGHT = "right", _("Right")
        WRONG = "wrong", _("Wrong")

    message_id = models.UUIDField(
        help_text="The text, stored later in the transaction; never for one that was refused."
    )
    conversation_id = models.UUIDField()
    direction = models.CharField(max_length=3, choices=Direction.choices)
    type = models.CharField(max_length=20, help_text="A label type of the detectors.")
    confidence = models.CharField(max_length=6, choices=Confidence.choices)
    score = models.FloatField()
    reasons = models.JSONField(help_text="[[rule, weight], ...]; their sum is the score. Rules name data, not values.")
    rules_version = models.CharField(max_length=40)
    masked = models.CharField(max_length=60, help_text="What stands in for it: [card ••••1111].")
    was_removed = models.BooleanField(help_text="The stored text holds the mask and not the value.")
    digest = models.BinaryField(max_length=16, null=True)
    found_at = models.DateTimeField()
    because = EncryptedTextField(
        keys=[DayKey("finding", "found_at")], null=True, blank=True, help_text="Why its author sent it all the same."
    )
    verdict = models.CharField(max_length=5, choices=Verdict.choices, default=Verdict.OPEN, blank=True)
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("decided_by"),
            models.CheckConstraint(
                condition=models.Q(verdict="", decided_at=None, decided_by=None)
                | (~models.Q(verdict="") & models.Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="compliance_finding_decided",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "message_id"], name="compliance_finding_message"),
            models.Index(fields=["organization", "-found_at", "-id"], name="compliance_finding_newest"),
            models.Index(fields=["organization", "conversation_id"], name="compliance_finding_conv"),
            models.Index(
                fields=["organization", "decided_at"],
                condition=models.Q(decided_at__isnull=False),
                name="compliance_finding_when_judged",
            ),
            models.Index(
                fields=["organization", "type"], condition=~models.Q(verdict=""), name="compliance_finding_judged"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type}: {self.confidence}"
