"""A program that acts for an organization, and the keys that it shows."""

from typing import ClassVar

from django.db import models

from accounts.models.membership import Membership
from accounts.permissions import Permission
from tenancy.ids import new_id


class Integration(models.Model):
    """A directory row: what a machine member may do. `accounts/integrations.py` is the only writer.

    The member is what acts, is recorded as the actor and is deactivated; teams are the member's, as a person's are.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    membership = models.OneToOneField(Membership, on_delete=models.PROTECT, related_name="integration")
    permissions = models.JSONField(default=list)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.membership_id)

    @property
    def granted(self) -> frozenset[Permission]:
        """What it may do; a stored permission that no longer exists grants nothing."""
        return frozenset(permission for permission in Permission if permission.value in self.permissions)


class ApiKey(models.Model):
    """A directory row: read before an organization is known. The key itself is kept nowhere; here is its SHA-256.

    `shown` is its beginning, for people. `networks` (CIDR) are where it may be used from, everywhere when there are
    none. A key has ended when `ends_at` has passed: an expiry that was chosen, the end of a roll, or a revocation.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, related_name="keys")
    key_hash = models.BinaryField(max_length=32, unique=True)
    shown = models.CharField(max_length=24)
    networks = models.JSONField(default=list)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_address = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return self.shown
