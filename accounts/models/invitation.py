"""A link, good once, with which a person sets a password and enters an organization."""

from typing import ClassVar

from django.db import models

from accounts.models.membership import Membership
from accounts.models.recovery import RecoveryRequest
from tenancy.ids import new_id


class Invitation(models.Model):
    """A directory row (opened by somebody who is not signed in): ids, times and the SHA-256 of two tokens.

    One link is shown to the admin, who may pass it on; the other is known to the mailbox alone, so whoever opens that
    one reads mail at the address.

    `made_by` is who asked for them and was shown one: they end when that person leaves.

    `recovery`: the link opens only with the codes of the person's other organizations, and ends with their agreement.

    The database keeps at most one open invitation for a membership, so making a new link ends the old one.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="invitation")
    token_hash = models.BinaryField(max_length=32, unique=True)
    mailed_hash = models.BinaryField(max_length=32, unique=True, null=True)
    made_by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    recovery = models.ForeignKey(RecoveryRequest, null=True, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["expires_at"], name="accounts_invitation_end")]

    opened_by_mail = False
    """Set by whoever opened it: which of the two links it was."""

    def __str__(self) -> str:
        return str(self.id)
