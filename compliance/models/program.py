"""What customers agree to, and the exact words they agreed to."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Team
from compliance.scopes import CATEGORIES, INFORMATIONAL, MARKETING
from tenancy.isolation import AppendOnly, TenantModel, same_organization
from texting.models import Brand


class Program(TenantModel):
    """A kind of texts that customers opt in to, such as "Reminders": what it is about, how often, under which terms."""

    class Scope(models.TextChoices):
        MARKETING = MARKETING, _("Marketing")
        INFORMATIONAL = INFORMATIONAL, _("Informational")

    class Category(models.TextChoices):
        """For informational texts; without one the program is for all of them."""

        APPOINTMENT = "appointment", _("Appointments")
        ORDER = "order", _("Order confirmations")
        DELIVERY = "delivery", _("Deliveries")
        TIP = "tip", _("Product tips")
        POLL = "poll", _("Opinion polls")
        ANNOUNCEMENT = "announcement", _("Announcements")

    name = models.CharField(max_length=40)
    scope = models.CharField(max_length=13, choices=Scope.choices)
    category = models.CharField(max_length=12, choices=Category.choices, blank=True)
    frequency = models.CharField(max_length=60, help_text="How often, in words customers read: Up to 4 msgs/month.")
    terms_url = models.URLField(max_length=500, blank=True)
    privacy_url = models.URLField(max_length=500, blank=True)
    double_opt_in = models.BooleanField(default=False, help_text="Only a YES by text makes the permission.")
    team = models.ForeignKey(
        Team,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Whose lines the permission is for; without one, all lines of the organization.",
    )
    brand = models.ForeignKey(
        Brand,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Whose texts the permission is for; without one, those of all brands.",
    )
    is_active = models.BooleanField(default=True)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("team", "brand", "made_by"),
            models.UniqueConstraint(fields=["organization", "name"], name="compliance_program_name_once"),
            models.CheckConstraint(
                condition=models.Q(category="") | models.Q(scope=INFORMATIONAL, category__in=CATEGORIES),
                name="compliance_program_category",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scopes(self) -> list[str]:
        """What an opt-in to it permits (`compliance.scopes`)."""
        return [f"{self.scope}:{self.category}" if self.category else self.scope]


class ProgramText(TenantModel):
    """A program's own wording of one of its texts, in one language; without a row the usual wording is sent."""

    class Kind(models.TextChoices):
        QUESTION = "question", _("Question for YES")
        CONFIRMATION = "confirmation", _("Confirmation")

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    language = models.CharField(max_length=5)
    text = models.TextField()
    changed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("program", "changed_by"),
            models.UniqueConstraint(
                fields=["organization", "program", "kind", "language"], name="compliance_programtext_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.language})"


class Disclosure(TenantModel):
    """A wording that people were shown when they were asked for permission. Never changed: another wording is another.

    `digest` is the SHA-256 of the text in UTF-8. What a permission was given to is proved by pointing here.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    language = models.CharField(max_length=5, default="en")
    digest = models.BinaryField(max_length=32)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("program", "made_by"),
            models.UniqueConstraint(fields=["organization", "program", "digest"], name="compliance_disclosure_once"),
            AppendOnly(name="compliance_disclosure_append_only"),
        ]

    def __str__(self) -> str:
        return f"{bytes(self.digest).hex()[:12]} ({self.language})"
