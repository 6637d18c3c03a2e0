"""One text, in or out, and the stored verdicts that let it leave."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.encryption import ContactKey, DayKey, EncryptedTextField
from tenancy.isolation import AppendOnly, SameOrganization, TenantModel, same_organization
from tenancy.references import OneKeyReference
from texting.models.announcement import Announcement
from texting.models.contact import Contact
from texting.models.conversation import Conversation
from texting.models.ending import Ending, ending_is_whole
from texting.models.line import Line
from texting.statuses import UNSETTLED, ErrorKind, MessageStatus

ALLOWED = "allow"


class MediaKind(models.TextChoices):
    """What a text has with it, as a list says it in one word."""

    PICTURE = "picture", _("Pictures only")
    FILE = "file", _("Other files too")


class Decision(TenantModel):
    """A verdict of the gate with its reasons, kept for ever beside the text it was about.

    `(organization, id, verdict)` is unique so that a message and an attempt can refer to "a decision that allowed it":
    a text without one cannot be stored, an attempt without one cannot be made. The database keeps that promise.
    """

    class Stage(models.TextChoices):
        QUEUE = "queue", _("When it was queued")
        HAND_OVER = "hand_over", _("When it was handed to the provider")

    conversation = OneKeyReference(Conversation, related_name="decisions", db_index=True)
    author = OneKeyReference(Membership, null=True, db_index=True)
    stage = models.CharField(max_length=10, choices=Stage.choices)
    purpose = models.CharField(max_length=20)
    verdict = models.CharField(max_length=10)
    reasons = models.JSONField(
        default=list, help_text="[{rule, verdict, version, evidence: {name: id}}]; ids, never content."
    )
    attachments = models.JSONField(default=list, help_text="Ids of the pictures and files that it was about.")
    decided_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("conversation", "author"),
            models.UniqueConstraint(fields=["organization", "id", "verdict"], name="texting_decision_verdict"),
            AppendOnly(name="texting_decision_append_only"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} ({self.stage})"


class Message(Ending, TenantModel):
    """One text. An outgoing one cannot exist without a decision that allowed it (`texting_message_allowed`).

    `body` is null once its words have ended (`texting.ended`), and only then.
    """

    class Direction(models.TextChoices):
        IN = "in", _("From the customer")
        OUT = "out", _("To the customer")

    class Attention(models.TextChoices):
        """Why a person should look at it. Kept beside the status because it is indexed, and statuses change often."""

        HELD = "held", _("Waits for approval")
        UNCONFIRMED = "unconfirmed", _("Not confirmed")
        FAILED = "failed", _("Did not arrive")
        NO_RECEIPT = "no_receipt", _("No receipt")
        DUPLICATE = "duplicate", _("May have arrived twice")

    class Settlement(models.TextChoices):
        """What a person made of it."""

        SENT_AGAIN = "sent_again", _("Sent again")
        ARRIVED = "arrived", _("It arrived")
        CALLED = "called", _("Told them another way")
        NOT_NEEDED = "not_needed", _("No longer needed")
        CANNOT = "cannot", _("Cannot be reached")

    conversation = OneKeyReference(Conversation, related_name="messages")
    contact = OneKeyReference(Contact)
    line = OneKeyReference(Line)
    direction = models.CharField(max_length=3, choices=Direction.choices)
    purpose = models.CharField(max_length=20, blank=True)
    body = EncryptedTextField(keys=[DayKey("body", "created_at"), ContactKey("contact_id")], null=True)
    author = OneKeyReference(Membership, null=True, db_index=True)
    status = models.CharField(max_length=12, choices=[(s.value, s.value) for s in MessageStatus])
    error_kind = models.CharField(max_length=20, blank=True, choices=[(k.value, k.value) for k in ErrorKind])
    provider_code = models.CharField(max_length=20, blank=True)
    provider_message_id = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001 - unique where known
    our_number = models.CharField(
        max_length=16,
        blank=True,
        help_text="E.164; our number that the text went from or to where the provider chose it. Empty: the line's.",
    )
    media_count = models.PositiveSmallIntegerField(default=0)
    media_kind = models.CharField(max_length=7, choices=MediaKind.choices, blank=True)
    segments = models.PositiveSmallIntegerField(default=1)
    unicode_extra = models.PositiveSmallIntegerField(
        default=0, help_text="Of the segments, those that letters outside the short alphabet cost."
    )
    decision = OneKeyReference(Decision, null=True)
    decision_verdict = models.CharField(max_length=10, blank=True, null=True)  # noqa: DJ001 - part of a foreign key
    counted_from = models.DateTimeField(
        null=True, blank=True, help_text="Begin of the day whose ceilings this text counts against; none: it does not."
    )
    price_micros = models.PositiveIntegerField(default=0, help_text="What it was counted with: a millionth of a unit.")
    outside_hours = models.CharField(
        max_length=4, blank=True, help_text='"send": its author sent it although it was outside the customer\'s hours.'
    )
    held_until = models.DateTimeField(null=True, blank=True, help_text="When the rules let it leave, if not at once.")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    sent_again_at = models.DateTimeField(null=True, blank=True, help_text="By itself, because its answer was lost.")
    again_of = OneKeyReference("self", null=True, help_text="The text that a person sent again with this one.")
    announcement = OneKeyReference(Announcement, null=True, help_text="Which one it is a text of.")
    receipt_due_at = models.DateTimeField(null=True, blank=True, help_text="When we ask what became of it.")
    attention = models.CharField(max_length=12, choices=Attention.choices, blank=True)
    was_permitted = models.BooleanField(
        default=False,
        help_text="The ledger held a permission older than it, when its customer was forgotten: no number leads there.",
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = OneKeyReference(Membership, null=True)
    settlement = models.CharField(max_length=12, choices=Settlement.choices, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("conversation", "contact", "line", "author", "again_of", "settled_by", "announcement"),
            SameOrganization(
                field="decision", also=("decision_verdict", "verdict"), name="texting_message_decision_allows"
            ),
            models.UniqueConstraint(
                fields=["organization", "line", "provider_message_id"],
                condition=models.Q(provider_message_id__isnull=False),
                name="texting_message_once",
            ),
            models.CheckConstraint(
                condition=models.Q(direction="in", decision__isnull=True)
                | models.Q(  # NULL = 'allow' is NULL, which a check lets pass and the key above does not compare
                    direction="out",
                    decision__isnull=False,
                    decision_verdict__isnull=False,
                    decision_verdict=ALLOWED,
                ),
                name="texting_message_allowed",
            ),
            ending_is_whole("texting_message", "body"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "conversation", "created_at", "id"], name="texting_message_thread"),
            models.Index(
                fields=["organization", "contact", "line", "created_at", "id"], name="texting_message_by_contact"
            ),
            models.Index(
                fields=["organization", "line", "-created_at", "-id"],
                condition=~models.Q(attention=""),
                name="texting_message_attention",
            ),
            models.Index(
                fields=["organization", "created_at"],
                include=["purpose", "author"],
                condition=models.Q(direction="out"),
                name="texting_message_out_by_time",
            ),
            models.Index(fields=["organization", "created_at"], name="texting_message_by_time"),
            models.Index(  # what a period is still to end, and whose conversation keeps it: counted without the rows
                fields=["organization", "created_at"],
                include=["conversation"],
                condition=models.Q(ended_at__isnull=True),
                name="texting_message_speaking",
            ),
            models.Index(  # what keeps a conversation from ending: `retention.guards` asks for it among all texts
                fields=["organization", "created_at"],
                condition=models.Q(status__in=[status.value for status in UNSETTLED]),
                name="texting_message_unsettled",
            ),
            models.Index(
                fields=["organization", "receipt_due_at"],
                condition=models.Q(receipt_due_at__isnull=False),
                name="texting_message_receipt_due",
            ),
            models.Index(  # a text that is deleted is looked for here; without it in every row
                fields=["again_of"], condition=models.Q(again_of__isnull=False), name="texting_message_again_of"
            ),
            models.Index(
                fields=["organization", "announcement", "status"],
                condition=models.Q(announcement__isnull=False),
                name="texting_message_announced",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.pk}"
