"""Which organization a short link belongs to, before an organization is active."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.models import Organization


class PortalLink(models.Model):
    """A directory row (hash, ids, times): what a short link opens. `digest` is made by `portal.links`; the code in the
    link is stored nowhere.
    """

    class Kind(models.TextChoices):
        MESSAGE = "message", _("Secure message")
        PAYMENT = "payment", _("Request for payment")

    digest = models.BinaryField(primary_key=True, max_length=32)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", db_index=False)
    target_id = models.UUIDField(help_text="The row of that kind.")
    made_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "target_id"], name="portal_link_target")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.target_id}"
