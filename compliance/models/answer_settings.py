"""What the automatic answers of one organization say about it."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from tenancy.isolation import TenantModel


class AnswerSettings(TenantModel):
    """One row at most; without it the answers name the company, say that a person answers, and the usual rest."""

    program = models.CharField(max_length=30, blank=True, help_text="What the texts are about, such as Reminders.")
    phone = models.CharField(max_length=16, blank=True, help_text="E.164; where a person helps.")
    email = models.EmailField(max_length=60, blank=True)
    web = models.URLField(max_length=60, blank=True)
    most_a_month = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(999)]
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization"], name="compliance_answersettings_once"),
        ]

    def __str__(self) -> str:
        return "answers"
