"""Every attempt to sign in, before an organization is known."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.membership import Membership
from tenancy.ids import new_id


class SignInOutcome(models.TextChoices):
    """How an attempt ended. A new one counts as failed until it is known to be right, so that many at once count."""

    FAILED = "failed", _("Failed")
    PASSWORD_RIGHT = "password_right", _("Password right")
    CODE_WRONG = "code_wrong", _("Code wrong")
    SIGNED_IN = "signed_in", _("Signed in")
    OUTSIDE = "outside", _("Outside of the networks")


class SignInEvent(models.Model):
    """A directory row: ids, times and where from.

    `account` is a keyed hash of the address that was typed, so that attempts on an address that nobody has are limited
    like all others without keeping what strangers type. `origin` is a keyed hash of the known browser or of the
    network, whichever the attempt counts against (`accounts/throttling.py`); `network` always is the network's.
    `confirms`: somebody who was signed in showed their password again. `membership`, `factors` and `browser` are for
    the history that people see (`accounts.sign_in_history`).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="sign_in_events"
    )
    account = models.BinaryField(max_length=16)
    origin = models.BinaryField(max_length=16)
    network = models.BinaryField(max_length=16)
    known_browser = models.BooleanField(default=False)
    address = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=80, blank=True)
    membership = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    factors = models.JSONField(default=list, blank=True)
    confirms = models.BooleanField(default=False)
    outcome = models.CharField(max_length=20, choices=SignInOutcome, default=SignInOutcome.FAILED)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "at"], name="accounts_signin_account"),
            models.Index(fields=["network", "at"], name="accounts_signin_network"),
            models.Index(fields=["user", "-at"], name="accounts_signin_user"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} at {self.at:%Y-%m-%d %H:%M:%S}"
