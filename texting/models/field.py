"""What an organization writes down about its contacts beside name and number, and which role sees which of it."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Role
from tenancy.encryption import ContactKey, EncryptedTextField
from tenancy.isolation import TenantModel, same_organization
from texting.models.contact import Contact

LONGEST_FIELD = 40  # characters of a field's name


class ContactField(TenantModel):
    """One thing that is known of contacts. Its name and options are the organization's labels and stand in clear."""

    class Kind(models.TextChoices):
        """What its values are; never changed, since values are stored in its one spelling (`texting.fields.kinds`)."""

        TEXT = "text", _("Text")
        NUMBER = "number", _("Number")
        DATE = "date", _("Date")
        DATE_TIME = "datetime", _("Date and time")
        YES_NO = "yes_no", _("Yes or no")
        CHOICE = "choice", _("Choice")

    name = models.CharField(max_length=LONGEST_FIELD)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    former_names = models.JSONField(
        default=list, blank=True, help_text="What it was called before; templates that say so mean it still."
    )
    options = models.JSONField(default=list, blank=True, help_text="Of a choice: what can be chosen, in order.")
    keys_right = models.PositiveSmallIntegerField(
        default=0, help_text="`FieldRight.Right` of API keys, which have no roles."
    )
    created_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True, help_text="Shown nowhere since; its values stay.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("created_by"),
            models.UniqueConstraint("organization", Lower("name"), name="texting_contactfield_name"),
            models.CheckConstraint(condition=~models.Q(name=""), name="texting_contactfield_named"),
        ]

    def __str__(self) -> str:
        return self.name


class FieldRight(TenantModel):
    """What the holders of a role may do with a field. Without a row they do not see that there is one."""

    class Right(models.IntegerChoices):
        """A member with several roles has the greatest."""

        HIDDEN = 0, _("Hidden")
        VIEW = 1, _("See")
        EDIT = 2, _("See and change")

    field = models.ForeignKey(ContactField, on_delete=models.CASCADE, related_name="rights", db_index=False)
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="field_rights", db_index=False)
    right = models.PositiveSmallIntegerField(choices=Right.choices)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("field", "role"),
            models.UniqueConstraint(fields=["organization", "field", "role"], name="texting_fieldright_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "role"], name="texting_fieldright_role"),
        ]

    def __str__(self) -> str:
        return f"{self.role_id} of {self.field_id}: {self.right}"


class FieldValue(TenantModel):
    """What is known of one contact, sealed under the contact's own key as the name is. Taken out, there is no row."""

    field = models.ForeignKey(ContactField, on_delete=models.CASCADE, related_name="values", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="field_values", db_index=False)
    value = EncryptedTextField(keys=[ContactKey("contact_id")], blank=True)
    changed_at = models.DateTimeField()
    touched_at = models.DateTimeField(auto_now=True, help_text="When this row was written, whatever it says it is of.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("field", "contact"),
            models.UniqueConstraint(fields=["organization", "contact", "field"], name="texting_fieldvalue_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "field", "touched_at", "id"], name="texting_fieldvalue_field"),
        ]

    def __str__(self) -> str:
        return f"{self.field_id} of {self.contact_id}"
