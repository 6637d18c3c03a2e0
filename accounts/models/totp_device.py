"""An authenticator app that a user has set up (RFC 6238)."""

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django_otp.models import Device, TimestampMixin

from accounts.models.user import User
from tenancy.encryption import EncryptedTextField, InstallationKey
from tenancy.ids import new_id


class TotpDevice(TimestampMixin, Device):  # type: ignore[misc] # django-otp has no types
    """django-otp's device with the secret encrypted and each time step accepted once only.

    A directory row: a user belongs to no organization, so the secret stands under the installation's own key. `secret`
    is base32. `last_step` is the last 30-second step whose code was used; `failures` are wrong codes in a row.
    `accounts/second_factor.py` is the only writer. A user has at most one confirmed device and one being set up.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    secret = EncryptedTextField(keys=[InstallationKey()])
    last_step = models.BigIntegerField(default=-1)
    failures = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField(null=True, blank=True)

    if TYPE_CHECKING:
        objects: ClassVar[models.Manager["TotpDevice"]]
        user: models.ForeignKey[User, User]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "confirmed"], name="accounts_totpdevice_one"),
        ]
