"""An authenticator app that a user has set up (RFC 6238)."""

import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django_otp.models import Device, ThrottlingMixin, TimestampMixin

from tenancy.encryption import EncryptedTextField, InstallationKey
from tenancy.ids import new_id


class TotpDevice(TimestampMixin, ThrottlingMixin, Device):  # type: ignore[misc] # django-otp has no types
    """django-otp's device with the secret encrypted, a row that can be locked, and each time step accepted once only.

    A directory row: a user belongs to no organization, so the secret stands under the installation's own key. `secret` is
    base32. `last_step` is the last 30-second step whose code was used. `accounts/second_factor.py` is the only writer.
    """

    id: "models.UUIDField[Any, uuid.UUID]" = models.UUIDField(primary_key=True, default=new_id, editable=False)
    secret = EncryptedTextField(keys=[InstallationKey()])
    last_step = models.BigIntegerField(default=-1)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "confirmed"], name="accounts_totpdevice_one"),
            models.CheckConstraint(condition=Q(last_step__gte=-1), name="accounts_totpdevice_step"),
        ]

    def get_throttle_factor(self) -> int:
        """django-otp asks for it; the waits themselves are those of `accounts/second_factor.py`, which have an upper bound."""
        return 1
