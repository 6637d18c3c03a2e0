"""A person with a phone number, as one organization knows them."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.encryption import ContactKey, EncryptedTextField
from tenancy.isolation import TenantModel, same_organization

NUMBER_INDEX = "contact.number"  # the purpose of `Contact.number_index`
PREFIX_INDEX = "contact.number.prefix"  # and of `prefix_index`


class Contact(TenantModel):
    """Name and number are sealed under the contact's own key; erasing that key erases the person.

    `number_index` (blind index, `tenancy.encryption.blind_index` with purpose `NUMBER_INDEX`) finds a number exactly;
    `number_masked` is what people without `contacts:reveal` see, so that lists need no key.
    """

    class Mark(models.TextChoices):
        """What the carriers have told us of the number (`texting.number_marks`)."""

        LANDLINE = "landline", _("Landline")
        INVALID = "invalid", _("No valid number")
        UNUSED = "unused", _("No longer in use")
        UNREACHABLE = "unreachable", _("Not reached")

    class Unmarked(models.TextChoices):
        """Why a member takes a mark off."""

        TOLD = "told", _("They told us that it works")
        TRIED = "tried", _("We have tried it")
        MISTAKE = "mistake", _("The carrier was wrong")

    class Block(models.TextChoices):
        """Why nobody wants to hear of them."""

        SPAM = "spam", _("Spam")
        ABUSE = "abuse", _("Abusive")
        WRONG = "wrong", _("Wrong number, and goes on")
        OTHER = "other", _("Another reason")

    name = EncryptedTextField(keys=[ContactKey("id")], blank=True)
    number = EncryptedTextField(keys=[ContactKey("id")])
    number_index = models.BinaryField(max_length=16)
    number_masked = models.CharField(max_length=24)
    region = models.CharField(
        max_length=3, blank=True, help_text="Region of the number, ISO 3166 or 001; not where the person is."
    )
    number_kind = models.CharField(max_length=20, blank=True, help_text="A `PhoneKind`, empty when it was not asked.")
    mark = models.CharField(max_length=12, choices=Mark.choices, blank=True)
    mark_code = models.CharField(max_length=20, blank=True, help_text="The carrier's code that led to it.")
    marked_at = models.DateTimeField(null=True, blank=True)
    prefix_index = models.BinaryField(max_length=16, null=True, help_text="Of the number's first seven digits.")
    time_zone = EncryptedTextField(keys=[ContactKey("id")], blank=True)  # a name of the tz database, as they told it
    state = EncryptedTextField(keys=[ContactKey("id")], blank=True)  # of the United States or Canada: two letters
    zip_code = EncryptedTextField(keys=[ContactKey("id")], blank=True)
    first_texted_at = models.DateTimeField(null=True, blank=True, help_text="When we first texted this number.")
    blocked_at = models.DateTimeField(null=True, blank=True, help_text="What they write is kept and rings nowhere.")
    blocked_for = models.CharField(max_length=5, choices=Block.choices, blank=True)
    only_codes = models.BooleanField(
        default=False, help_text="A colleague's phone, known for sign-in codes only: on no list of customers."
    )
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="Whose further number this is (`texting.persons`). That one has none itself.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("merged_into"),
            models.CheckConstraint(
                condition=models.Q(merged_into=None) | ~models.Q(merged_into=models.F("id")),
                name="texting_contact_not_into_itself",
            ),
            models.UniqueConstraint(fields=["organization", "number_index"], name="texting_contact_number"),
            models.CheckConstraint(
                condition=models.Q(blocked_at=None, blocked_for="")
                | (models.Q(blocked_at__isnull=False) & ~models.Q(blocked_for="")),
                name="texting_contact_blocked_for_something",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organization", "merged_into"],
                condition=models.Q(merged_into__isnull=False),
                name="texting_contact_merged_into",
            ),
        ]

    def __str__(self) -> str:
        return self.number_masked
