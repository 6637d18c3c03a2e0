"""Web forms on which customers opt in: what is being written, what was published, and how many people got how far."""

import secrets
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from compliance.models.program import Program
from tenancy.ids import new_id
from tenancy.isolation import AppendOnly, TenantModel, same_organization
from tenancy.models import Organization
from texting.models import Line


def new_form_key() -> str:
    """An unguessable name for a form in its public address: 96 random bits, short enough for paper."""
    return secrets.token_urlsafe(12)


class FormKey(models.Model):
    """A directory row (ids only): whose form a public address is, before an organization is active."""

    form_id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=24, unique=True, default=new_form_key)

    def __str__(self) -> str:
        return str(self.form_id)


class FormLogo(TenantModel):
    """A picture on a form, drawn anew; never changed, since published versions show it."""

    content = models.BinaryField(max_length=200_000)
    type = models.CharField(max_length=20)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            AppendOnly(name="compliance_formlogo_append_only"),
        ]

    def __str__(self) -> str:
        return f"{self.width} x {self.height}"


class OptInForm(TenantModel):
    """One form as it is being written; customers see the newest `FormVersion` of it, and only while it is published.

    `texts`: by language an object of `title`, `introduction`, `thanks`.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        CLOSED = "closed", _("Closed")

    name = models.CharField(max_length=60, help_text="For colleagues; customers do not see it.")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    languages = ArrayField(models.CharField(max_length=5))
    texts = models.JSONField(default=dict)
    colour = models.CharField(max_length=7, blank=True, help_text="#rrggbb, dark enough for white letters on it.")
    logo = models.ForeignKey(FormLogo, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    origins = ArrayField(models.CharField(max_length=200), default=list, help_text="Sites that may show it in a frame.")
    asks_name = models.BooleanField(default=False)
    asks_yes = models.BooleanField(default=True, help_text="Only a YES by text makes the permission.")
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("line", "logo", "made_by"),
            models.UniqueConstraint(fields=["organization", "name"], name="compliance_optinform_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class FormBox(TenantModel):
    """One box of a form: the program it is for, and its wording by language as it is being written."""

    form = models.ForeignKey(OptInForm, on_delete=models.CASCADE, related_name="boxes")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    wordings = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("form", "program"),
            models.UniqueConstraint(fields=["organization", "form", "program"], name="compliance_formbox_once"),
        ]

    def __str__(self) -> str:
        return str(self.program_id)


class FormVersion(TenantModel):
    """What was published, to the letter; never changed.

    `pages`: by language the part of the page that asks, as HTML, in which `<!--fields-->` stands where the number is
    typed. `digests`: by language the SHA-256 of that HTML in UTF-8, in hex. `boxes`: list of objects of `program` and
    `disclosures` (by language), both ids. `texts`, `look`: as the form had them.
    """

    form = models.ForeignKey(OptInForm, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    pages = models.JSONField()
    digests = models.JSONField()
    boxes = models.JSONField()
    texts = models.JSONField()
    look = models.JSONField(help_text="line, colour, logo, origins, asks_name, asks_yes.")
    published_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("form", "published_by"),
            models.UniqueConstraint(fields=["organization", "form", "number"], name="compliance_formversion_once"),
            AppendOnly(name="compliance_formversion_append_only"),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"


class FormCount(TenantModel):
    """How many people took a step of a form on one day of the organization's calendar; nothing about whom."""

    class Step(models.TextChoices):
        VIEWED = "viewed", _("Page opened")
        BEGUN = "begun", _("Form sent, complete or not")
        REFUSED = "refused", _("Not taken")
        SUBMITTED = "submitted", _("Opted in")
        CONFIRMED = "confirmed", _("Permission given")

    form = models.ForeignKey(OptInForm, on_delete=models.CASCADE, related_name="counts")
    day = models.DateField()
    step = models.CharField(max_length=10, choices=Step.choices)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("form"),
            models.UniqueConstraint(fields=["organization", "form", "day", "step"], name="compliance_formcount_once"),
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.day}: {self.count}"
