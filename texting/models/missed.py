"""Texts of customers that we know from the provider's list only, because their webhook had not come."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from tenancy.isolation import TenantModel, same_organization
from texting.models.line import Line
from texting.models.message import Message


class FetchedText(TenantModel):
    """One of them. `sent_at`: when the customer wrote it, where the provider says so."""

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    fetched_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("line", "message"),
            models.UniqueConstraint(fields=["organization", "message"], name="texting_fetchedtext_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "-fetched_at", "-id"], name="texting_fetchedtext_newest"),
        ]

    def __str__(self) -> str:
        return f"fetched {self.message_id}"
