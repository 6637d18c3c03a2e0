"""Texts that are written once and used again: what is being written, what was published, and which text came of it."""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Team
from tenancy.isolation import AppendOnly, TenantModel, same_organization


class MessageTemplate(TenantModel):
    """One template as it is being written; what may be sent is its newest `TemplateVersion`.

    `bodies`: by language (`en`, `es`, `fr`) the words with their placeholders; the first of `languages` is the one that
    others fall back to. `owner`: the only one who sees and uses it; None: it is the organization's. `shortcut`: what is
    typed behind `/` in the composer. `library_key`: the example it began as.
    """

    name = models.CharField(max_length=60)
    type = models.CharField(max_length=20, help_text="A `compliance.content_types` type.")
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="None: every team's."
    )
    owner = models.ForeignKey(
        Membership,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Whose own it is; None: the organization's.",
    )
    shortcut = models.CharField(max_length=24, blank=True)
    languages = models.JSONField(default=list, help_text="Codes, the one that others fall back to first.")
    bodies = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0, help_text="The number of the newest version; 0: none yet.")
    has_changes = models.BooleanField(default=True, help_text="What is written differs from the newest version.")
    library_key = models.CharField(max_length=40, blank=True)
    is_proposed = models.BooleanField(default=False, help_text="Its maker proposed it, as a copy of one of their own.")
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    changed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    asked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(null=True, blank=True, help_text="Since when it waits for a second person.")
    archived_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("team", "owner", "made_by", "changed_by", "asked_by", "archived_by"),
            models.CheckConstraint(
                condition=models.Q(asked_by=None, asked_at=None)
                | models.Q(asked_by__isnull=False, asked_at__isnull=False, archived_at=None),
                name="compliance_messagetemplate_asked",
            ),
            models.CheckConstraint(
                condition=models.Q(owner=None) | models.Q(team=None), name="compliance_messagetemplate_of_one"
            ),
            models.UniqueConstraint(
                fields=["organization", "owner", "name"],
                condition=models.Q(archived_at=None),
                nulls_distinct=False,
                name="compliance_messagetemplate_name_once",
            ),
            models.UniqueConstraint(
                fields=["organization", "owner", "shortcut"],
                condition=models.Q(archived_at=None) & ~models.Q(shortcut=""),
                nulls_distinct=False,
                name="compliance_messagetemplate_shortcut_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


def names_in_reports() -> dict[UUID, str]:
    """Each template's name by its id, as everybody who reads reports may see it: of one person's own that it is one."""
    rows = MessageTemplate.objects.values_list("pk", "name", "owner")
    return {pk: gettext("One colleague's own template") if owner else name for pk, name, owner in rows}


class TemplateVersion(TenantModel):
    """What was published, to the letter; never changed. `bodies`, `languages` as the template had them then."""

    template = models.ForeignKey(MessageTemplate, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=60)
    type = models.CharField(max_length=20)
    languages = models.JSONField()
    bodies = models.JSONField()
    published_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, related_name="+", help_text="Whom a second person approved."
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("template", "published_by", "asked_by"),
            models.UniqueConstraint(
                fields=["organization", "template", "number"], name="compliance_templateversion_once"
            ),
            AppendOnly(name="compliance_templateversion_append_only"),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"


class TemplateRules(TenantModel):
    """What an organization wants of its templates; without a row whoever writes one publishes it."""

    second_person = models.BooleanField(default=False, help_text="What is published is approved by somebody else.")
    second_for_own = models.BooleanField(default=False, help_text="Also what somebody publishes for themselves alone.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization"], name="compliance_templaterules_one"),
        ]

    def __str__(self) -> str:
        return f"second person: {self.second_person}"


class TemplateUse(TenantModel):
    """That a text was made with a version of a template. It names the text by its id and outlives it, for reports."""

    class Change(models.TextChoices):
        NONE = "none", _("As it stands")
        EDITED = "edited", _("Edited")

    message_id = models.UUIDField()
    version = models.ForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=5)
    change = models.CharField(max_length=6, choices=Change.choices)
    rule = models.CharField(max_length=60, blank=True, help_text="The automation that sent it, as it was called then.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("version"),
            models.UniqueConstraint(fields=["organization", "message_id"], name="compliance_templateuse_once"),
            AppendOnly(name="compliance_templateuse_append_only"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id}: {self.change}"
