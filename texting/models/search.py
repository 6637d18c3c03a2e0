"""Keyed marks of words: what finds a sealed text again without opening all of them.

A row says "this text has a word with this mark". The mark is a month and a truncated keyed hash
(`texting.searching.marks`); rows are deleted in the transaction that ends the text's words.
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.isolation import RowSecurity, TenantModel, current_organization_id
from tenancy.references import OneKeyReference


class _Word(TenantModel):
    """A row that is its own key, and asks nobody whether its organization exists: row security compares that."""

    id = None  # type: ignore[assignment]
    organization = OneKeyReference("tenancy.Organization", default=current_organization_id)

    class Meta:
        abstract = True


class TextWord(_Word):
    """`row_id` is a text or a note. No foreign key: rows are written by the thousand, and by the text's own insert.

    The key is the row itself, in the order that a look-up reads: marks of one word, and of those the newest texts.
    """

    pk = models.CompositePrimaryKey("organization_id", "mark", "row_id")
    mark = models.BigIntegerField()
    row_id = models.UUIDField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [RowSecurity(name="%(app_label)s_%(class)s_tenant")]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "row_id"], name="texting_textword_row"),
        ]

    def __str__(self) -> str:
        return f"a word of {self.row_id}"


class ContactWord(_Word):
    """How a word of a contact's name begins, or the last four digits of the number."""

    pk = models.CompositePrimaryKey("organization_id", "mark", "contact_id")
    mark = models.IntegerField()
    contact_id = models.UUIDField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [RowSecurity(name="%(app_label)s_%(class)s_tenant")]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "contact_id"], name="texting_contactword_contact"),
        ]

    def __str__(self) -> str:
        return f"a word of contact {self.contact_id}"


class WordsFilled(TenantModel):
    """How far the words of what was written before there was a search are kept; one row an organization.

    `place`: the id that the next batch comes before, newest first; `stage` is what it is an id of.
    """

    class Stage(models.TextChoices):
        CONTACTS = "contacts", _("Contacts")
        TEXTS = "texts", _("Texts")
        NOTES = "notes", _("Notes")
        DONE = "done", _("Done")

    stage = models.CharField(max_length=8, choices=Stage.choices, default=Stage.CONTACTS)
    place = models.UUIDField(null=True, blank=True)
    rules = models.PositiveSmallIntegerField(help_text="Which rules for words it follows.")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization"], name="texting_wordsfilled_one"),
        ]

    def __str__(self) -> str:
        return f"{self.stage}: {self.done} of {self.total}"
