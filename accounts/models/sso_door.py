"""Where single sign-on begins, before an organization is known: addresses, proved domains, owners with a way round."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.membership import Membership
from tenancy.ids import new_id
from tenancy.models import Organization


class Enforced(models.TextChoices):
    """Who may sign in only through the organization's identity provider."""

    NOBODY = "nobody", _("Nobody")
    DOMAINS = "domains", _("People with an address in a proved domain")
    EVERYBODY = "everybody", _("Everybody")


class SsoDoor(models.Model):
    """A directory row: an organization's own sign-in address. `slug` is 22 random signs and opens nothing by itself."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.OneToOneField(Organization, on_delete=models.PROTECT, related_name="sso_door")
    slug = models.CharField(max_length=32, unique=True)
    is_on = models.BooleanField(default=False)
    enforced = models.CharField(max_length=12, choices=Enforced, default=Enforced.NOBODY)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.id)


class SsoDomain(models.Model):
    """A directory row: an e-mail domain that an organization says is its own; `proved_at` is empty until DNS says so.

    Several may claim a domain, one proves it. `token` is what the TXT record holds; it is no secret. `missing_since`: a
    later look-up (`saml/domain_watch.py`) found the record gone.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="sso_domains", db_index=False)
    domain = models.CharField(max_length=253)
    token = models.CharField(max_length=40)
    created_at = models.DateTimeField(auto_now_add=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    proved_at = models.DateTimeField(null=True, blank=True)
    missing_since = models.DateTimeField(null=True, blank=True)

    GRACE: ClassVar[timedelta] = timedelta(days=14)

    class Meta:
        ordering: ClassVar[list[str]] = ["domain"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organization", "domain"], name="accounts_ssodomain_claim"),
            models.UniqueConstraint(
                fields=["domain"], condition=Q(proved_at__isnull=False), name="accounts_ssodomain_proved"
            ),
            models.CheckConstraint(condition=Q(domain=Lower("domain")), name="accounts_ssodomain_lower"),
        ]

    def __str__(self) -> str:
        return self.domain

    @staticmethod
    def vouching() -> Q:
        """Domains by whose addresses somebody new is known, and which lead to their organization's provider: proved,
        and their record is there, or has not been gone for longer than GRACE. What is enforced stays enforced and who
        is linked stays linked all the same, or a record that is gone would open a way round (decision 161).
        """
        fresh = Q(missing_since__isnull=True) | Q(missing_since__gt=timezone.now() - SsoDomain.GRACE)
        return Q(proved_at__isnull=False) & fresh


class BreakGlass(models.Model):
    """A directory row: an owner who may enter with password and second factor although single sign-on is enforced."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="break_glass")
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.membership_id)
