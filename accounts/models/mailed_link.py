"""Links that were mailed to somebody, good once: whoever opens one reads mail at that address."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenancy.encryption import EncryptedTextField, InstallationKey
from tenancy.ids import new_id


class MailedLink(models.Model):
    """A directory row. Of the link's token only the SHA-256 is kept; `payload` (JSON) is what was asked for, sealed.

    `epoch` is the user's when the link was made: whatever ends the user's sessions ends their links too.
    """

    class Purpose(models.TextChoices):
        PASSWORD = "password", _("Password")
        ADDRESS = "address", _("Address")
        SIGN_UP = "sign_up", _("Sign up")
        NOT_ME = "not_me", _("Not me")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    epoch = models.PositiveIntegerField(default=0)
    token_hash = models.BinaryField(max_length=32, unique=True)
    payload = EncryptedTextField(keys=[InstallationKey()], default="")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["expires_at"], name="accounts_mailedlink_end")]

    def __str__(self) -> str:
        return str(self.id)
