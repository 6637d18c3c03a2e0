"""What a person must decide about a customer's text: whether it asked us to stop, whether it is a wrong number."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.encryption import ContactKey, DayKey, EncryptedTextField
from tenancy.isolation import TenantModel, same_organization


class OptOutQuestion(TenantModel):
    """One question about one number; while it is open the gate keeps texts back. Never answered by time alone.

    Keyed like the ledger by the number's blind index; contact, conversation
    and text are ids, so that the answer outlives what it was about, as the ledger does.
    """

    class Kind(models.TextChoices):
        STOP = "stop", _("Perhaps stop")
        WRONG_NUMBER = "wrong_number", _("Perhaps a wrong number")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        STOP = "stop", _("No more texts")
        KEEP = "keep", _("Texts go on")

    number_index = models.BinaryField(max_length=16)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    state = models.CharField(max_length=4, choices=State.choices, default=State.OPEN)
    contact_id = models.UUIDField()
    conversation_id = models.UUIDField()
    message_id = models.UUIDField(help_text="The text that raised it; stored in the same transaction, but later.")
    matched = models.CharField(max_length=60, blank=True, help_text="The rule that matched, from our own list.")
    rules_version = models.CharField(max_length=40, blank=True)
    asked_at = models.DateTimeField(help_text="When the customer wrote it.")
    due_at = models.DateTimeField(help_text="One business day later, by the organization's clock and holidays.")
    told_at = models.DateTimeField(null=True, blank=True, help_text="When it was overdue and members were mailed.")
    decided_by = models.ForeignKey(
        Membership,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty for an answer that the customer gave by a clear text.",
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    detached = EncryptedTextField(
        keys=[ContactKey("contact_id")],
        blank=True,
        help_text="JSON object: what was known of the customer whose number it no longer is, until it is put back.",
    )
    reason = EncryptedTextField(keys=[DayKey("consent", "asked_at")], blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("decided_by"),
            models.UniqueConstraint(
                fields=["organization", "number_index", "kind"],
                condition=models.Q(state="open"),
                name="compliance_optoutquestion_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", decided_at__isnull=True)
                | (~models.Q(state="open") & models.Q(decided_at__isnull=False)),
                name="compliance_optoutquestion_decided",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organization", "due_at", "id"],
                condition=models.Q(state="open"),
                name="compliance_question_open",
            ),
            models.Index(fields=["organization", "conversation_id"], name="compliance_question_thread"),
            models.Index(fields=["organization", "-asked_at"], name="compliance_question_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.state}"
