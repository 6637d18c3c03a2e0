"""One contact on one line, from its first text to its resolution; and what colleagues leave in it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.encryption import ContactKey, DayKey, EncryptedTextField
from tenancy.isolation import TenantModel, same_organization
from tenancy.references import OneKeyReference
from texting.models.contact import Contact
from texting.models.ending import Ending, ending_is_whole
from texting.models.line import Line

PREVIEW_LENGTH = 120  # characters


class Conversation(TenantModel):
    """Lists read this row alone: last activity, unread count and preview are kept on it."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        RESOLVED = "resolved", _("Resolved")

    contact = OneKeyReference(Contact, related_name="conversations")
    line = OneKeyReference(Line, related_name="conversations")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    assignee = OneKeyReference(Membership, null=True)
    opened_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    last_activity_at = models.DateTimeField()
    last_inbound_at = models.DateTimeField(null=True, blank=True)
    unread = models.PositiveIntegerField(default=0, help_text="Texts of the customer that nobody has read yet.")
    preview = EncryptedTextField(
        keys=[DayKey("body", "last_activity_at"), ContactKey("contact_id")],
        blank=True,
        null=True,
        default="",
        help_text="How the latest text begins. Null: its words have ended.",
    )
    texts_gone_at = models.DateTimeField(
        null=True, blank=True, help_text="When a purge deleted the rows of its texts, notes and turns."
    )
    preview_is_ours = models.BooleanField(default=False)
    preview_media = models.CharField(max_length=7, blank=True, help_text="`Message.media_kind` of the latest text.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("contact", "line", "assignee"),
            models.UniqueConstraint(
                fields=["organization", "contact", "line"],
                condition=models.Q(status="open"),
                name="texting_conversation_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(status="open", resolved_at__isnull=True)
                | models.Q(status="resolved", resolved_at__isnull=False),
                name="texting_conversation_resolved_at",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organization", "status", "-last_activity_at", "-id"], name="texting_conv_by_activity"
            ),
            models.Index(
                fields=["organization", "assignee", "status", "-last_activity_at", "-id"],
                name="texting_conv_by_assignee",
            ),
            models.Index(
                fields=["organization", "line", "status", "-last_activity_at", "-id"], name="texting_conv_by_line"
            ),
            models.Index(fields=["organization", "contact", "line", "-opened_at"], name="texting_conv_thread"),
            models.Index(
                fields=["organization", "-last_activity_at", "-id"],
                condition=models.Q(status="open", assignee__isnull=True),
                name="texting_conv_unassigned",
            ),
            models.Index(fields=["organization", "opened_at"], name="texting_conv_by_opening"),
            models.Index(
                fields=["organization", "resolved_at"],
                condition=models.Q(resolved_at__isnull=False, texts_gone_at__isnull=True),
                name="texting_conv_by_resolution",
            ),
            models.Index(
                fields=["organization", "line"],
                condition=models.Q(status="open", unread__gt=0),
                name="texting_conv_unread",
            ),
        ]

    def __str__(self) -> str:
        return f"conversation {self.pk}"


class Note(Ending, TenantModel):
    """An internal remark in a conversation; never sent. `body` is null once its words have ended, and only then."""

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="notes")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    through = models.CharField(max_length=60, blank=True, help_text="The rule that did it in the author's name.")
    body = EncryptedTextField(keys=[DayKey("body", "created_at"), ContactKey("contact_id")], null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("conversation", "contact", "author"),
            ending_is_whole("texting_note", "body"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "contact", "created_at", "id"], name="texting_note_thread"),
        ]

    def __str__(self) -> str:
        return f"note {self.pk}"


class Turn(TenantModel):
    """One thing that happened to a conversation and that colleagues see in its thread. Ids and times only."""

    class Kind(models.TextChoices):
        TAKEN = "taken", _("Taken")
        ASSIGNED = "assigned", _("Assigned")
        RETURNED = "returned", _("Handed back to the team")
        RESOLVED = "resolved", _("Resolved")
        REOPENED = "reopened", _("Reopened")
        SETTLED = "settled", _("Resolved by itself")

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="turns")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    actor = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    through = models.CharField(max_length=60, blank=True, help_text="The rule or poll that did it in the actor's name.")
    assignee = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("conversation", "contact", "actor", "assignee"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "contact", "created_at", "id"], name="texting_turn_thread"),
            models.Index(fields=["organization", "created_at"], name="texting_turn_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.conversation_id}"


class Draft(TenantModel):
    """What one member has begun to write in one conversation; survives a reload, never leaves the server in clear.

    `is_note` is kept with it, so that an internal remark never comes back as the beginning of a text to the customer.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="drafts")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+", db_index=False)
    author = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    body = EncryptedTextField(keys=[ContactKey("contact_id")])
    is_note = models.BooleanField(default=False)
    origin = models.CharField(max_length=160, blank=True, help_text="Where it began (`texting.origins`).")
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("conversation", "contact", "author"),
            models.UniqueConstraint(fields=["organization", "conversation", "author"], name="texting_draft_once"),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"
