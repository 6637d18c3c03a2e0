"""What single sign-on has done: requests, assertions that were used, people who are known by it, sessions, attempts."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.membership import Membership
from tenancy.encryption import DayKey, EncryptedTextField
from tenancy.isolation import TenantModel, same_organization


class RequestKind(models.TextChoices):
    """What an answer to the request is for."""

    SIGN_IN = "sign_in", _("Sign-in")
    AGAIN = "again", _("Confirmation")
    TEST = "test", _("Test")
    LOGOUT = "logout", _("Sign-out")


class SamlRequest(TenantModel):
    """A question that went to the provider; good for ten minutes, in the browser that asked, once.

    `request_id` is the message's ID, `browser_hash` the SHA-256 of the browser's cookie, `return_path` a path of ours.
    `member` is who tests or confirms, `session_id` the session that is confirmed, which the new one takes the place of.
    """

    request_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=8, choices=RequestKind)
    browser_hash = models.BinaryField(max_length=32)
    return_path = models.CharField(max_length=2000, blank=True)
    member = models.ForeignKey(Membership, null=True, on_delete=models.CASCADE, related_name="+")
    session_id = models.UUIDField(null=True)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("member"),
            models.UniqueConstraint(fields=["organization", "request_id"], name="accounts_samlrequest_id"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "expires_at"], name="accounts_samlrequest_end"),
        ]

    def __str__(self) -> str:
        return self.request_id


class SamlUsed(TenantModel):
    """An assertion that was taken: the SHA-256 of its ID, kept until it would be refused as too old anyway."""

    assertion_hash = models.BinaryField(max_length=32)
    until = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization", "assertion_hash"], name="accounts_samlused_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "until"], name="accounts_samlused_until"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class SamlIdentity(TenantModel):
    """Who a provider's NameID is here. Linked once; from then on neither address nor name decides anything."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="saml_identities")
    entity_id = models.CharField(max_length=1024)
    name_id = models.CharField(max_length=256)
    linked_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("membership"),
            models.UniqueConstraint(fields=["organization", "entity_id", "name_id"], name="accounts_samlidentity_name"),
            models.UniqueConstraint(
                fields=["organization", "entity_id", "membership"], name="accounts_samlidentity_member"
            ),
        ]

    def __str__(self) -> str:
        return str(self.membership_id)


class SamlSession(TenantModel):
    """One sign-in through the provider; sessions of the browser carry its id, so that a logout finds them."""

    identity = models.ForeignKey(SamlIdentity, on_delete=models.CASCADE, related_name="saml_sessions")
    name_id_format = models.CharField(max_length=256, blank=True)
    session_index = models.CharField(max_length=256, blank=True)
    began_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("identity"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "ends_at"], name="accounts_samlsession_end"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class SamlAttempt(TenantModel):
    """One message of the provider and what became of it. `reference` is what the person was shown.

    `facts` (JSON) is what the message said, as far as it could be read: sealed, for the pages of those who manage it.
    """

    reference = models.CharField(max_length=16)
    kind = models.CharField(max_length=8, choices=RequestKind)
    reason = models.CharField(max_length=40, blank=True)
    member = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    address = models.GenericIPAddressField(null=True)
    facts = EncryptedTextField(keys=[DayKey("audit", "at")], null=True)
    request = models.ForeignKey(
        SamlRequest,
        null=True,
        on_delete=models.SET_NULL,
        related_name="saml_attempts",
        related_query_name="saml_attempts",
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["-at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("member", "request"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "-at"], name="accounts_samlattempt_at"),
        ]

    def __str__(self) -> str:
        return self.reference
