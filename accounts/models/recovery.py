"""Resetting the sign-in of somebody who works in several organizations: it takes all of them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models.membership import Membership
from tenancy.ids import new_id


class RecoveryRequest(models.Model):
    """A directory row: an admin of one organization asks the person's other organizations to agree. One at a time.

    `membership` is the person's place in the organization that asks. It neither says nor needs to know which the others
    are: those are the person's other places at each moment (`accounts.agreements`).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    asked_by = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)


class RecoveryAgreement(models.Model):
    """A directory row: an admin of another organization agreed, and handed the person a code (its SHA-256 is here).

    `membership` is the person's place in the organization that agrees.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(RecoveryRequest, on_delete=models.CASCADE, related_name="agreements")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    agreed_by = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    code_hash = models.BinaryField(max_length=32)
    agreed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["request", "membership"], name="accounts_recoveryagreement_once"),
        ]

    def __str__(self) -> str:
        return str(self.id)
