"""An organization's identity provider: who it is, what it must sign, what its people become here."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.role import Role
from accounts.models.team import Team
from tenancy.encryption import ConfigKey, EncryptedTextField
from tenancy.isolation import TenantModel, same_organization


class Signed(models.TextChoices):
    """What must bear the provider's signature. An encrypted assertion is signed inside in any case."""

    EITHER = "either", _("The assertion or the whole response")
    ASSERTION = "assertion", _("The assertion")
    BOTH = "both", _("The assertion and the whole response")


class Binding(models.TextChoices):
    """How the browser brings a message to the provider. Its answers to our questions always come by POST."""

    REDIRECT = "redirect", _("HTTP-Redirect")
    POST = "post", _("HTTP-POST")


class SamlProvider(TenantModel):
    """One for an organization. Attribute names say where people's address, name, role and groups stand; "" for none.

    `metadata_*`: what came of fetching it again (`saml/refreshing.py`); `takes_new_certificates`: those that it names
    count at once, not only after an admin took them.
    """

    entity_id = models.CharField(max_length=1024)
    sso_url = models.CharField(max_length=2000)
    sso_by = models.CharField(max_length=8, choices=Binding, default=Binding.REDIRECT)
    slo_url = models.CharField(max_length=2000, blank=True)
    slo_response_url = models.CharField(max_length=2000, blank=True)
    slo_by = models.CharField(max_length=8, choices=Binding, default=Binding.REDIRECT)
    metadata_url = models.CharField(max_length=2000, blank=True)
    metadata_checked_at = models.DateTimeField(null=True, blank=True)
    metadata_problem = models.CharField(max_length=60, blank=True)
    metadata_failing_since = models.DateTimeField(null=True, blank=True)
    takes_new_certificates = models.BooleanField(default=False)
    signed = models.CharField(max_length=12, choices=Signed, default=Signed.EITHER)
    signs_requests = models.BooleanField(default=True)
    wants_encryption = models.BooleanField(default=False)
    takes_unsolicited = models.BooleanField(default=False)
    trusts_second_factor = models.BooleanField(default=False)
    makes_members = models.BooleanField(default=True)
    session_hours = models.PositiveSmallIntegerField(
        default=12, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    default_role = models.ForeignKey(Role, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    email_attribute = models.CharField(max_length=256, blank=True)
    name_attribute = models.CharField(max_length=256, blank=True)
    role_attribute = models.CharField(max_length=256, blank=True)
    groups_attribute = models.CharField(max_length=256, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("default_role"),
            models.UniqueConstraint(fields=["organization"], name="accounts_samlprovider_one"),
        ]

    def __str__(self) -> str:
        return self.entity_id


class SamlCertificate(TenantModel):
    """A certificate whose key the provider signs with: PEM, and what pages say of it. One to three at a time.

    `gone_at`: since when the provider's metadata has not named it any more; it counts all the same.
    """

    provider = models.ForeignKey(SamlProvider, on_delete=models.CASCADE, related_name="certificates")
    pem = models.TextField()
    fingerprint = models.CharField(max_length=64)
    subject = models.CharField(max_length=200, blank=True)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    added_at = models.DateTimeField(auto_now_add=True)
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-ends_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("provider"),
            models.UniqueConstraint(
                fields=["organization", "provider", "fingerprint"], name="accounts_samlcertificate_once"
            ),
        ]

    def __str__(self) -> str:
        return self.fingerprint[:16]


class SamlFoundCertificate(TenantModel):
    """A certificate that the provider's metadata names and nobody here has taken: nothing signed with it counts."""

    provider = models.ForeignKey(SamlProvider, on_delete=models.CASCADE, related_name="found_certificates")
    pem = models.TextField()
    fingerprint = models.CharField(max_length=64)
    subject = models.CharField(max_length=200, blank=True)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    found_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["found_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("provider"),
            models.UniqueConstraint(
                fields=["organization", "provider", "fingerprint"], name="accounts_samlfoundcertificate_once"
            ),
        ]

    def __str__(self) -> str:
        return self.fingerprint[:16]


class KeyUse(models.TextChoices):
    """`next` stands in our metadata and opens what was encrypted for it; `current` signs; `old` still opens."""

    NEXT = "next", _("Next")
    CURRENT = "current", _("Current")
    OLD = "old", _("Old")


class SamlKey(TenantModel):
    """Our own key pair towards the provider. The private key is sealed; the certificate is public."""

    use = models.CharField(max_length=8, choices=KeyUse)
    certificate = models.TextField()
    private_key = EncryptedTextField(keys=[ConfigKey()])
    fingerprint = models.CharField(max_length=64)
    ends_at = models.DateTimeField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["made_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization", "use"], name="accounts_samlkey_use"),
        ]

    def __str__(self) -> str:
        return self.fingerprint[:16]


class SamlMapping(TenantModel):
    """A value that the provider sends, and the role or the team that it stands for here. Exactly one of both."""

    value = models.CharField(max_length=256)
    role = models.ForeignKey(Role, null=True, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["made_at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("role", "team"),
            models.CheckConstraint(
                condition=models.Q(role__isnull=True) ^ models.Q(team__isnull=True), name="accounts_samlmapping_one"
            ),
            models.UniqueConstraint(
                fields=["organization", "value"],
                condition=models.Q(role__isnull=False),
                name="accounts_samlmapping_role",
            ),
            models.UniqueConstraint(
                fields=["organization", "value", "team"],
                condition=models.Q(team__isnull=False),
                name="accounts_samlmapping_team",
            ),
        ]

    def __str__(self) -> str:
        return self.value
