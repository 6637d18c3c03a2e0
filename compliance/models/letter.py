"""E-mails about an escalation, the address of a customer, the words they begin with."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from compliance.models.escalation import Escalation
from tenancy.encryption import ContactKey, DayKey, EncryptedTextField
from tenancy.isolation import TenantModel, same_organization
from tenancy.models import Organization


class ContactAddress(TenantModel):
    """Where a customer gets e-mail, as a member typed it last; sealed under the contact's key, as their number is."""

    contact_id = models.UUIDField()
    address = EncryptedTextField(keys=[ContactKey("contact_id")])
    bounced_at = models.DateTimeField(null=True, blank=True, help_text="Mail there came back for good.")
    typed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    typed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("typed_by"),
            models.UniqueConstraint(fields=["organization", "contact_id"], name="compliance_contactaddress_one"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Letter(TenantModel):
    """One e-mail to or from the customer of an escalation. `mail_id` is that of our `OutgoingMail`, and so of its
    Message-ID; `mark` (SHA-256 of a customer's Message-ID) makes one that comes twice the same.
    """

    class Direction(models.TextChoices):
        OUT = "out", _("To the customer")
        IN = "in", _("From the customer")

    class State(models.TextChoices):
        QUEUED = "queued", _("On its way")
        SENT = "sent", _("Sent")
        REFUSED = "refused", _("Refused")
        EXPIRED = "expired", _("Given up")
        BOUNCED = "bounced", _("Came back")
        RECEIVED = "received", _("Received")

    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="letters", db_index=False)
    contact_id = models.UUIDField()
    direction = models.CharField(max_length=3, choices=Direction.choices, default=Direction.OUT)
    member = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Who wrote it."
    )
    press = models.UUIDField(null=True, blank=True, help_text="Made with the form: pressing twice is one mail.")
    mail_id = models.UUIDField(null=True, blank=True)
    mark = models.BinaryField(max_length=32, null=True, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    failure = models.CharField(max_length=40, blank=True, help_text="Why it did not arrive: a word, or a status code.")
    address = EncryptedTextField(keys=[ContactKey("contact_id")], blank=True)
    subject = EncryptedTextField(keys=[DayKey("body", "at"), ContactKey("contact_id")], blank=True)
    body = EncryptedTextField(keys=[DayKey("body", "at"), ContactKey("contact_id")], blank=True)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("escalation", "member"),
            models.UniqueConstraint(fields=["organization", "press"], name="compliance_letter_press"),
            models.UniqueConstraint(fields=["organization", "mark"], name="compliance_letter_mark"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "escalation", "id"], name="compliance_letter_escalation"),
            models.Index(
                fields=["organization", "at"],
                condition=models.Q(direction="out", state="queued"),
                name="compliance_letter_queued",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.state}"


class LetterText(TenantModel):
    """The words that e-mails in one language begin with, where the organization has changed them."""

    language = models.CharField(max_length=2)
    subject = models.CharField(max_length=140)
    body = models.CharField(max_length=4000)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization", "language"], name="compliance_lettertext_once"),
        ]

    def __str__(self) -> str:
        return self.language


class ReplyKey(models.Model):
    """A directory row (ids only): which organization and escalation an incoming mail is for, before one is active.

    `digest` is the SHA-256 of the token in the address that it was sent to, or of the Message-ID that it answers.
    """

    digest = models.BinaryField(max_length=32, primary_key=True)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    escalation_id = models.UUIDField()
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.escalation_id)
