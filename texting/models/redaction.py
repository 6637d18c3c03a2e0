"""Who removed the words of a text by hand, and why."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.encryption import ContactKey, DayKey, EncryptedTextField
from tenancy.isolation import TenantModel, same_organization
from texting.models.contact import Contact
from texting.models.message import Message


class Redaction(TenantModel):
    """One text whose words a member removed, and no text twice. `deletes`: with all else that it was."""

    class Reason(models.TextChoices):
        WRONG_CUSTOMER = "wrong_customer", _("Wrong customer")
        TOO_MUCH = "too_much", _("Holds what must not be kept")
        ASKED = "asked", _("The customer asked for it")
        MISTAKE = "mistake", _("Sent by mistake")
        OTHER = "other", _("Something else")

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="redaction", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    deletes = models.BooleanField(default=False)
    reason = models.CharField(max_length=16, choices=Reason.choices)
    words = EncryptedTextField(keys=[DayKey("body", "at"), ContactKey("contact_id")], blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("message", "contact", "member"),
        ]

    def __str__(self) -> str:
        return f"{self.reason}: {self.message_id}"
