"""Words that an organization puts on its contacts, and which contact has which."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.isolation import TenantModel, same_organization
from texting.models.contact import Contact

LONGEST_TAG = 40  # characters


class Tag(TenantModel):
    """A few words for many contacts: the organization's own label and not content, so it stands in clear."""

    class Colour(models.TextChoices):
        """The meanings of our palette (`tokens.css`)."""

        NEUTRAL = "neutral", _("Grey")
        ACCENT = "accent", _("Blue")
        SUCCESS = "success", _("Green")
        WARNING = "warning", _("Yellow")
        DANGER = "danger", _("Red")

    name = models.CharField(max_length=LONGEST_TAG)
    colour = models.CharField(max_length=8, choices=Colour.choices, default=Colour.NEUTRAL)
    created_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("created_by"),
            models.UniqueConstraint("organization", Lower("name"), name="texting_tag_name"),
            models.CheckConstraint(condition=~models.Q(name=""), name="texting_tag_named"),
        ]

    def __str__(self) -> str:
        return self.name


class ContactTag(TenantModel):
    """One contact has one tag."""

    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="contact_tags", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="contact_tags", db_index=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("tag", "contact"),
            models.UniqueConstraint(fields=["organization", "tag", "contact"], name="texting_contacttag_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "contact"], name="texting_contacttag_contact"),
        ]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.contact_id}"
