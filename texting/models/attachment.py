"""Pictures and files of texts: what is known of each, its sealed bytes, what is still to be fetched or handed out."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.encryption import ContactKey, DayKey, EncryptedBytesField, EncryptedTextField
from tenancy.ids import new_id
from tenancy.isolation import TenantModel, same_organization
from tenancy.models import Organization
from texting.models.contact import Contact
from texting.models.conversation import Conversation
from texting.models.ending import Ending, ending_is_whole
from texting.models.message import Message

DIGEST_INDEX = "attachment.content"  # the purpose of `Attachment.digest`


class Attachment(Ending, TenantModel):
    """One picture or file. Without a message it is one that `author` has put into the composer and not sent yet.

    Its bytes are in `AttachmentChunk`, so that lists and threads never read them. A picture is stored as we drew it
    anew, without anything that its maker's device wrote into it. `digest` is the blind index of the SHA-256 of what
    is stored. `reason` is one of `texting.attachments.kinds.Reason` when it was refused or waits for something.
    `held_for` is the id of the text that it waits with for a second person: until then no other text takes it along.
    When it has ended its bytes are deleted, and name, alt and source are null.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits at the provider")
        HERE = "here", _("Here")
        REFUSED = "refused", _("Refused")
        GONE = "gone", _("Gone")

    class Verdict(models.TextChoices):
        UNSCANNED = "unscanned", _("Not scanned")
        CLEAN = "clean", _("Nothing found")
        INFECTED = "infected", _("Infected")

    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, blank=True, related_name="attachments")
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="attachments")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    author = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    held_for = models.UUIDField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=16, blank=True)
    verdict = models.CharField(max_length=10, choices=Verdict.choices, default=Verdict.UNSCANNED)
    content_type = models.CharField(max_length=40, blank=True, help_text="Read from the bytes, never as declared.")
    size = models.PositiveIntegerField(default=0, help_text="Bytes as stored.")
    original_size = models.PositiveIntegerField(default=0, help_text="Bytes as it came or was chosen.")
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    has_thumbnail = models.BooleanField(default=False)
    digest = models.BinaryField(max_length=16, null=True, blank=True)
    name = EncryptedTextField(
        keys=[DayKey("file", "created_at"), ContactKey("contact_id")], blank=True, null=True, default=""
    )
    alt = EncryptedTextField(
        keys=[DayKey("file", "created_at"), ContactKey("contact_id")], blank=True, null=True, default=""
    )
    source = EncryptedTextField(
        keys=[DayKey("file", "created_at"), ContactKey("contact_id")],
        blank=True,
        null=True,
        default="",
        help_text="JSON: where it lies at the provider and as what it was declared.",
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("message", "conversation", "contact", "author"),
            models.CheckConstraint(
                condition=models.Q(message__isnull=False) | models.Q(author__isnull=False),
                name="texting_attachment_of_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(held_for__isnull=True) | models.Q(message__isnull=True),
                name="texting_attachment_held_or_sent",
            ),
            ending_is_whole("texting_attachment", "name", "alt", "source"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "message", "position"], name="texting_attachment_of_text"),
            models.Index(
                fields=["organization", "conversation", "author"],
                condition=models.Q(message__isnull=True),
                name="texting_attachment_unsent",
            ),
            models.Index(
                fields=["organization", "held_for"],
                condition=models.Q(held_for__isnull=False),
                name="texting_attachment_held",
            ),
        ]

    def __str__(self) -> str:
        return f"attachment {self.pk}"

    @property
    def may_be_opened(self) -> bool:
        """Whether its bytes are here and nothing speaks against showing them."""
        return self.state == self.State.HERE and self.verdict != self.Verdict.INFECTED


class AttachmentChunk(TenantModel):
    """A part of the bytes of an attachment or of its thumbnail, sealed like the words of its text.

    Its id follows from attachment, what it is and its place (`texting.attachments.storing`), and the record is bound to
    its id: parts that were swapped, moved to another attachment or left out are noticed.
    """

    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="chunks")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    content = EncryptedBytesField(keys=[DayKey("file", "created_at"), ContactKey("contact_id")])
    created_at = models.DateTimeField(help_text="The attachment's: it names the day whose key seals.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("attachment", "contact"),
        ]

    def __str__(self) -> str:
        return f"part of {self.attachment_id}"


class AttachmentDue(models.Model):
    """A directory row (ids and times only): an attachment that is still to be fetched. Deleted when nothing is left.

    Who takes it moves `due_at` on first, so a worker that dies costs time only.
    """

    attachment_id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", db_index=False)
    due_at = models.DateTimeField()
    noted_at = models.DateTimeField()
    attempt = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["due_at"], name="texting_attachment_due")]

    def __str__(self) -> str:
        return f"due {self.attachment_id}"


class MediaLink(models.Model):
    """A directory row (hash, ids, times): the address at which a provider fetches one attachment for one attempt.

    `token_hash` is the SHA-256 of the 128-bit token in the address.
    """

    token_hash = models.BinaryField(primary_key=True, max_length=32)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", db_index=False)
    attachment_id = models.UUIDField()
    message_id = models.UUIDField()
    attempt = models.PositiveSmallIntegerField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["message_id"], name="texting_medialink_of_text"),
            models.Index(fields=["expires_at"], name="texting_medialink_expires"),
        ]

    def __str__(self) -> str:
        return f"link to {self.attachment_id}"
