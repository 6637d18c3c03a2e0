"""How long an organization's sessions last, and the networks that it may be used from."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tenancy.ids import new_id
from tenancy.models import Organization

STANDARD_IDLE, STANDARD_LONGEST = timedelta(hours=12), timedelta(hours=24)
HIPAA_IDLE, HIPAA_LONGEST = timedelta(minutes=15), timedelta(hours=12)


class SessionProfile(models.TextChoices):
    """HIPAA: 45 CFR 164.312(a)(2)(iii) asks for automatic logoff and names no time; 15 minutes are what is usual."""

    STANDARD = "standard", _("Standard")
    HIPAA = "hipaa", _("HIPAA")
    OWN = "own", _("Own limits")


class AccessRules(models.Model):
    """A directory row, read with the session at each request. An organization without one has the standard rules.

    `networks` are `[[CIDR, label], ...]`, as `accounts.networks` writes them; they guard pages and API keys apart.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.OneToOneField(Organization, on_delete=models.PROTECT, related_name="access_rules")
    profile = models.CharField(max_length=10, choices=SessionProfile, default=SessionProfile.STANDARD)
    idle = models.DurationField(default=STANDARD_IDLE)
    longest = models.DurationField(default=STANDARD_LONGEST)
    networks = models.JSONField(default=list, blank=True)
    guards_pages = models.BooleanField(default=False)
    guards_keys = models.BooleanField(default=False)
    review_told_for = models.DateField(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(idle__gt=timedelta()) & Q(longest__gte=F("idle")), name="accounts_accessrules_limits"
            ),
        ]

    def __str__(self) -> str:
        return str(self.organization_id)

    @property
    def cidrs(self) -> list[str]:
        """The networks without their labels."""
        return [cidr for cidr, _label in self.networks]

    @classmethod
    def of(cls, organization: Organization) -> "AccessRules":
        """The organization's own, or the standard ones (not saved)."""
        return getattr(organization, "access_rules", None) or cls()
