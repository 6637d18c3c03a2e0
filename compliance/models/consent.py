"""What a phone number has permitted one organization, and the numbers that must not be texted."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.encryption import DayKey, EncryptedTextField
from tenancy.isolation import AppendOnly, TenantModel, same_organization


class ConsentEvent(TenantModel):
    """One entry of the consent ledger; never changed, never deleted by hand. The current state is derived from it.

    Keyed by the number's blind index (the same as `Contact.number_index`), not by the contact: it outlives the contact.
    """

    class Action(models.TextChoices):
        GIVEN = "given", "Permission given"
        WITHDRAWN = "withdrawn", "Permission withdrawn"
        HELP = "help", "Asked for help"

    class Kind(models.TextChoices):
        EXPRESS = "express", "Express"
        REPLY = "reply", "Wrote to us first"

    class Source(models.TextChoices):
        KEYWORD = "keyword", "A keyword texted to us"
        INBOUND = "inbound", "A text to us"
        AGENT = "agent", "Recorded by a member"
        CARRIER = "carrier", "Reported by the carrier"

    class Channel(models.TextChoices):
        """How a customer told a member, for entries that a member made."""

        PHONE = "phone", _("By phone")
        IN_PERSON = "in_person", _("In person")
        EMAIL = "email", _("By e-mail")
        LETTER = "letter", _("On paper")
        TEXT = "text", _("In a text")
        OTHER = "other", _("Another way")

    number_index = models.BinaryField(max_length=16)
    action = models.CharField(max_length=10, choices=Action.choices)
    kind = models.CharField(max_length=10, choices=Kind.choices, blank=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    channel = models.CharField(max_length=10, choices=Channel.choices, blank=True)
    words = EncryptedTextField(keys=[DayKey("consent", "recorded_at")], blank=True)
    matched = models.CharField(max_length=60, blank=True, help_text="The keyword that matched, from our own list.")
    rules_version = models.CharField(max_length=40, blank=True)
    message_id = models.UUIDField(null=True, blank=True)
    actor = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    happened_at = models.DateTimeField(null=True, blank=True, help_text="When the customer said so, if that is known.")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("actor"),
            AppendOnly(name="compliance_consentevent_append_only"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "number_index", "-recorded_at"], name="compliance_consent_by_number"),
        ]

    def __str__(self) -> str:
        return f"{self.action} by {self.source}"


class Suppression(TenantModel):
    """A number that must not be texted. Its presence is what the gate asks for; it outlives the contact."""

    number_index = models.BinaryField(max_length=16)
    event = models.ForeignKey(ConsentEvent, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("event"),
            models.UniqueConstraint(fields=["organization", "number_index"], name="compliance_suppression_once"),
        ]

    def __str__(self) -> str:
        return f"suppressed since {self.since:%Y-%m-%d}"
