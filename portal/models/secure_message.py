"""What is shown on a private page instead of in a text, and what the customer answers there."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.encryption import ContactKey, DayKey, EncryptedBytesField, EncryptedTextField, RowKey
from tenancy.isolation import TenantModel, same_organization
from texting.models import Contact, Conversation, Message

SECURE_KEY = "secure_message"  # the kind of the key that belongs to one message alone


class PortalSettings(TenantModel):
    """One row for an organization that has changed something; without it the defaults hold.

    `own_address`: texts lead there, and nothing is written or kept here.
    """

    days = models.PositiveSmallIntegerField(default=7, help_text="How long a message can be opened.")
    most_views = models.PositiveSmallIntegerField(default=5, help_text="How often it can be opened.")
    works_without_script = models.BooleanField(
        default=True, help_text="The half of the key that is in the link is kept too, under the link's own code."
    )
    own_address = models.URLField(max_length=200, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization"], name="portal_settings_once"),
        ]

    def __str__(self) -> str:
        return f"portal of {self.organization_id}"


class SecureMessage(TenantModel):
    """One message that a customer opens in a browser. `portal.sealing` says what seals `content` and `kept_half`.

    `message` is the text that carries the link. `fact` is a keyed hash, sealed. `code` is a keyed hash of the one-time
    code that was sent last; none when there is none that counts. `wrong` counts wrong answers since the last right one.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Can be opened")
        LOCKED = "locked", _("Locked")
        USED = "used", _("Opened as often as allowed")
        REVOKED = "revoked", _("Taken back")
        EXPIRED = "expired", _("Expired")

    class Check(models.TextChoices):
        CODE = "code", _("A code sent to this phone")
        BIRTH_DATE = "birth_date", _("Their date of birth")
        POSTCODE = "postcode", _("Their ZIP or postcode")

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="+", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", db_index=False)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    content = EncryptedBytesField(keys=[RowKey(SECURE_KEY, "id"), ContactKey("contact_id")], null=True)
    kept_half = EncryptedBytesField(keys=[RowKey(SECURE_KEY, "id"), ContactKey("contact_id")], null=True)
    check_by = models.CharField(max_length=10, choices=Check.choices, default=Check.CODE)
    fact = EncryptedTextField(keys=[RowKey(SECURE_KEY, "id"), ContactKey("contact_id")], null=True, blank=True)
    code = models.BinaryField(max_length=16, null=True, blank=True)
    code_sent_at = models.DateTimeField(null=True, blank=True)
    codes_sent = models.PositiveSmallIntegerField(default=0)
    wrong = models.PositiveSmallIntegerField(default=0)
    views = models.PositiveSmallIntegerField(default=0)
    most_views = models.PositiveSmallIntegerField()
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField()
    first_opened_at = models.DateTimeField(null=True, blank=True)
    last_opened_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    link_forgotten_at = models.DateTimeField(
        null=True, blank=True, help_text="When our copy of the text lost its link."
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("conversation", "contact", "author", "message"),
            models.UniqueConstraint(fields=["organization", "message"], name="portal_securemessage_text"),
            models.CheckConstraint(
                condition=models.Q(views__lte=models.F("most_views")), name="portal_securemessage_views"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "locked"], ended_at__isnull=True)
                | models.Q(state__in=["used", "revoked", "expired"], ended_at__isnull=False, content__isnull=True),
                name="portal_securemessage_ended",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organization", "expires_at"],
                condition=models.Q(ended_at__isnull=True),
                name="portal_securemessage_due",
            ),
            models.Index(
                fields=["organization", "created_at"],
                condition=models.Q(link_forgotten_at__isnull=True),
                name="portal_securemessage_link",
            ),
        ]

    def __str__(self) -> str:
        return f"secure message {self.pk}"


class SecureVisit(TenantModel):
    """A browser that has shown who it is, for minutes. `token` is the SHA-256 of what its cookie holds."""

    secure = models.ForeignKey(SecureMessage, on_delete=models.CASCADE, related_name="visits")
    token = models.BinaryField(max_length=32)
    begun_at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("secure"),
            models.UniqueConstraint(fields=["organization", "secure", "token"], name="portal_securevisit_token"),
        ]

    def __str__(self) -> str:
        return f"visit of {self.secure_id}"


class SecureReply(TenantModel):
    """What the customer wrote on the page. `message` stands for it in the thread and carries its files."""

    secure = models.ForeignKey(SecureMessage, on_delete=models.PROTECT, related_name="replies")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="+", db_index=False)
    body = EncryptedTextField(
        keys=[DayKey("secure_reply", "created_at"), ContactKey("contact_id")], blank=True, null=True, default=""
    )
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("secure", "contact", "message"),
            models.UniqueConstraint(fields=["organization", "message"], name="portal_securereply_text"),
        ]

    def __str__(self) -> str:
        return f"reply {self.pk}"
