"""Words that customers text to opt in, with the advertisement that tells them to."""

from typing import ClassVar

from django.db import models

from accounts.models import Membership
from compliance.models.program import Disclosure, Program
from tenancy.isolation import AppendOnly, TenantModel, same_organization
from texting.models import Line


class Keyword(TenantModel):
    """A word that opts in to a program when it is the whole text to this line; `word` as texts are compared with it."""

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    word = models.CharField(max_length=20, help_text="compliance.words.keywords.plain_core of what is shown.")
    shown = models.CharField(max_length=20)
    language = models.CharField(max_length=5, default="en")
    advertisement = models.ForeignKey(Disclosure, on_delete=models.PROTECT, related_name="+")
    is_active = models.BooleanField(default=True)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("line", "program", "advertisement", "made_by"),
            models.UniqueConstraint(fields=["organization", "line", "word"], name="compliance_keyword_once"),
        ]

    def __str__(self) -> str:
        return self.shown


class AdvertisementImage(TenantModel):
    """How an advertisement looked, drawn anew. Never changed: another picture is another row, the newest is in use."""

    keyword = models.ForeignKey(Keyword, on_delete=models.PROTECT, related_name="+")
    content = models.BinaryField()
    content_type = models.CharField(max_length=40)
    digest = models.BinaryField(max_length=32, help_text="SHA-256 of the content; entries of the ledger name it.")
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("keyword", "made_by"),
            AppendOnly(name="compliance_advertisementimage_append_only"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "keyword", "-made_at"], name="compliance_adimage_newest"),
        ]

    def __str__(self) -> str:
        return f"image of {self.made_at:%Y-%m-%d}"
