"""What an organization asks of its people when they sign in."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenancy.models import Organization


def default_methods() -> list[str]:
    """Without a word from the organization: everything but e-mail, which is often open wherever the password is."""
    return ["passkey", "totp", "sms"]


class SignInPolicy(models.Model):
    """A directory row: read with the session, before the organization is active. Ids, switches, numbers, times.

    An organization without a row has the defaults. `required` is asked of everybody or of the holders of
    `required_roles` (ids); administrators need a second factor whatever it says. `required_since` is when it was last
    asked of more people: from then the grace days count. `weak_alone`: whether a code by text or e-mail may be all that
    somebody has. `remember_days` 0: asked at every sign-in. `accounts/factors/policy.py` reads it.
    """

    class Required(models.TextChoices):
        ADMINISTRATORS = "administrators", _("Owners and administrators")
        ROLES = "roles", _("These roles as well")
        EVERYBODY = "everybody", _("Everybody")

    organization = models.OneToOneField(
        Organization, on_delete=models.CASCADE, primary_key=True, related_name="sign_in_policy"
    )
    required = models.CharField(max_length=14, choices=Required.choices, default=Required.ADMINISTRATORS)
    required_roles = models.JSONField(default=list, blank=True)
    methods = models.JSONField(default=default_methods)
    weak_alone = models.BooleanField(default=True)
    remember_days = models.PositiveSmallIntegerField(default=0)
    grace_days = models.PositiveSmallIntegerField(default=0)
    required_since = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(remember_days__lte=30) & Q(grace_days__lte=30), name="accounts_signinpolicy_days"
            ),
        ]

    def __str__(self) -> str:
        return str(self.organization_id)
