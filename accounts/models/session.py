"""What a browser is signed in as."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.models.membership import Membership
from tenancy.ids import new_id


class Session(models.Model):
    """A directory row: read before an organization is known. The key itself is only in the cookie; here is its SHA-256.

    `membership` is empty while somebody is half-way through signing in. Both references repeat what `data` says, so
    that sessions can be listed and ended by person. `id` names the session on pages; it opens nothing.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key_hash = models.BinaryField(max_length=32, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="sessions")
    membership = models.ForeignKey(Membership, null=True, on_delete=models.CASCADE, related_name="sessions")
    data = models.JSONField(default=dict)
    address = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-last_seen_at"]

    def __str__(self) -> str:
        return str(self.id)
