"""What a person can show besides the password, apart from the authenticator app (`totp_device`).

Directory rows: a user belongs to no organization. What must be read back stands under the installation's key; what is
only compared is a keyed hash. Each kind has one writer in `accounts/factors/`.
"""

from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils import timezone
from django_otp.models import Device, TimestampMixin

from accounts.models.membership import Membership
from accounts.models.user import User
from tenancy.encryption import EncryptedTextField, InstallationKey
from tenancy.ids import new_id

# After the user model, which its module asks for while it is being imported.
from django_otp_webauthn.models import AbstractWebAuthnCredential  # isort: skip


class Passkey(AbstractWebAuthnCredential):  # type: ignore[misc] # the library has no types
    """A passkey or security key that verifies its holder by itself (PIN, finger, face).

    The public key opens nothing, so it stands in clear. `sign_count` only ever grows.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    if TYPE_CHECKING:
        user: models.ForeignKey[User, User]
        user_id: UUID


class CodePhone(TimestampMixin, Device):  # type: ignore[misc] # django-otp has no types
    """A phone that gets sign-in codes as texts: at most one that counts and one that is being set up.

    `number` is E.164; `number_masked` is what pages show of it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = EncryptedTextField(keys=[InstallationKey()])
    number_masked = models.CharField(max_length=24)

    if TYPE_CHECKING:
        objects: ClassVar[models.Manager["CodePhone"]]
        user: models.ForeignKey[User, User]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "confirmed"], name="accounts_codephone_one"),
        ]


class CodeMailbox(TimestampMixin, Device):  # type: ignore[misc] # django-otp has no types
    """Sign-in codes by e-mail, to the address that the person signs in with when the code is asked for."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    if TYPE_CHECKING:
        objects: ClassVar[models.Manager["CodeMailbox"]]
        user: models.ForeignKey[User, User]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user"], name="accounts_codemailbox_one"),
        ]


class SentCode(models.Model):
    """One code that was sent, good once and for ten minutes, kept a while because limits count them.

    It is bound to the browser's session (`binding`, the SHA-256 of its key, which changes with every step of a
    sign-in), the user and the address; all of it goes into `code_hash`, so a code is right for nothing else.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sent_codes")
    way = models.CharField(max_length=10)
    binding = models.BinaryField(max_length=32)
    address_hash = models.BinaryField(max_length=32)
    code_hash = models.BinaryField(max_length=32)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Used, or replaced by a newer one.")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["address_hash", "sent_at"], name="accounts_sentcode_address"),
            models.Index(fields=["user", "sent_at"], name="accounts_sentcode_user"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class RecoveryCode(models.Model):
    """One of ten codes for the day when everything else is lost: a keyed hash, gone once it was used."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.BinaryField(max_length=32)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "code_hash"], name="accounts_recoverycode_once"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class RememberedDevice(models.Model):
    """A browser that is not asked for a second factor for a while when it signs in as one membership.

    `epoch` is the membership's at the time, as sessions carry it: whatever ends sessions ends this too. `token_hash`
    is the SHA-256 of what the browser keeps; `factor` is what was shown when it was remembered.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="remembered_devices")
    token_hash = models.BinaryField(max_length=32)
    factor = models.CharField(max_length=20)
    epoch = models.CharField(max_length=24)
    browser = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["membership", "token_hash"], name="accounts_remembereddevice_once"),
        ]

    def __str__(self) -> str:
        return str(self.id)
