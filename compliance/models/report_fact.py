"""What reports count of rows that a purge deleted: kept in the transaction that deletes them (decision 366)."""

from typing import ClassVar

from django.db import models

from accounts.models import Membership
from compliance.models.consent import ConsentEvent
from compliance.models.message_template import MessageTemplate
from tenancy.isolation import TenantModel, same_organization
from texting.models import Announcement, Line


class TextFact(TenantModel):
    """Texts of ours that left and whose rows have gone: how many of one day were alike in all that reports ask.

    `day`: when they were written, in the organization's calendar. Nothing here leads to a customer, a conversation or a
    text. The flags say what each kind of evidence found (`compliance.measures.evidence.texts`); `is_first`: the first
    of ours in its conversation, one whose opening words are looked at.
    """

    day = models.DateField()
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+", db_index=False)
    author = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    purpose = models.CharField(max_length=20, blank=True)
    template = models.ForeignKey(
        MessageTemplate, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    is_judged = models.BooleanField()
    is_permitted = models.BooleanField()
    is_first = models.BooleanField()
    is_opened = models.BooleanField()
    is_lawful = models.BooleanField()
    is_courteous = models.BooleanField()
    is_ended = models.BooleanField()
    number = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("line", "author", "template"),
            models.UniqueConstraint(
                fields=[
                    *("organization", "day", "line", "author", "purpose", "template"),
                    *("is_judged", "is_permitted", "is_first", "is_opened", "is_lawful", "is_courteous", "is_ended"),
                ],
                nulls_distinct=False,
                name="compliance_textfact_once",
            ),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="compliance_textfact_some"),
        ]

    def __str__(self) -> str:
        return f"{self.number} of {self.day}"


class EntryFact(TenantModel):
    """What texts had to do with one entry of the ledger, an opt-out or a HELP, once these can no longer be matched by
    their customer's number: their rows have gone, or the customer has been forgotten.

    `last_*`: the newest of those texts in the week before the opt-out. `late_at`: the newest that left after it and
    was not owed. `was_texted`: one left after it was recorded. `was_answered`: HELP got its answer in time.
    """

    entry = models.OneToOneField(ConsentEvent, on_delete=models.PROTECT, related_name="+", db_index=False)
    last_at = models.DateTimeField(null=True, blank=True)
    last_purpose = models.CharField(max_length=20, blank=True)
    last_author = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    last_template = models.ForeignKey(
        MessageTemplate, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    last_announcement = models.ForeignKey(
        Announcement, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    late_at = models.DateTimeField(null=True, blank=True)
    was_texted = models.BooleanField(default=False)
    was_answered = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("entry", "last_author", "last_template", "last_announcement"),
        ]

    def __str__(self) -> str:
        return f"texts around {self.entry_id}"
