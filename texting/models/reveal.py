"""Who asked to see which contact, when and why; and how an organization wants that."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.encryption import ContactKey, EncryptedTextField
from tenancy.isolation import TenantModel, same_organization
from texting.models.contact import Contact

MINUTES, MOST_MINUTES = 10, 60
USUAL, MOST_USUAL = 10, 1000


class RevealSettings(TenantModel):
    """One row for an organization; without one the defaults hold.

    `minutes`: how long a contact is shown. `contacts_an_hour`: so many different contacts are usual for one person.
    """

    minutes = models.PositiveSmallIntegerField(
        default=MINUTES, validators=[MinValueValidator(1), MaxValueValidator(MOST_MINUTES)]
    )
    contacts_an_hour = models.PositiveSmallIntegerField(
        default=USUAL, validators=[MinValueValidator(1), MaxValueValidator(MOST_USUAL)]
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization"], name="texting_revealsettings_once"),
            models.CheckConstraint(
                condition=models.Q(minutes__gte=1, minutes__lte=MOST_MINUTES, contacts_an_hour__gte=1),
                name="texting_revealsettings_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.minutes} minutes"


class Reveal(TenantModel):
    """One contact shown to one member in one session until a moment, for a reason.

    `session_id` is an `accounts.Session`'s, kept as a bare id: sessions are deleted, this stays. `words` are the
    member's own and go with the contact. `told`: admins were mailed because of it.
    """

    class Reason(models.TextChoices):
        CALL = "call", _("To call or write to them elsewhere")
        IDENTITY = "identity", _("To make sure whom we are texting")
        RECORD = "record", _("To find or correct their record")
        REQUEST = "request", _("They asked about their own data")
        INCIDENT = "incident", _("To look into a complaint or an incident")
        OTHER = "other", _("Something else")

    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    session_id = models.UUIDField()
    reason = models.CharField(max_length=10, choices=Reason.choices)
    words = EncryptedTextField(keys=[ContactKey("contact_id")])
    created_at = models.DateTimeField()
    until = models.DateTimeField()
    hidden_at = models.DateTimeField(null=True, blank=True)
    told = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("member", "contact"),
            models.CheckConstraint(condition=models.Q(until__gt=models.F("created_at")), name="texting_reveal_ends"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "-created_at", "-id"], name="texting_reveal_newest"),
            models.Index(fields=["organization", "member", "-created_at"], name="texting_reveal_by_member"),
            models.Index(fields=["organization", "session_id", "until"], name="texting_reveal_shown"),
        ]

    def __str__(self) -> str:
        return f"reveal {self.pk}"
