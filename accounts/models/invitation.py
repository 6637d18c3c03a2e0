"""A link, good once, with which a person sets a password and enters an organization."""

from typing import ClassVar

from django.db import models

from accounts.models.membership import Membership
from tenancy.ids import new_id


class Invitation(models.Model):
    """A directory row (opened by somebody who is not signed in): ids, times and the SHA-256 of the link's token.

    The database keeps at most one open invitation for a membership, so making a new link ends the old one.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="invitation")
    token_hash = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["expires_at"], name="accounts_invitation_end")]

    def __str__(self) -> str:
        return str(self.id)
