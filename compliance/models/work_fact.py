"""Counts of the daily work by day and hour: what reports read instead of a year of rows (decision 387).

Nothing here leads to a customer, a conversation or a text. `is_gone`: counted when a purge deleted the rows, and kept;
else counted from rows that are there, and counted anew whenever their day changes.
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from compliance.models.message_template import MessageTemplate
from tenancy.isolation import TenantModel, same_organization
from texting.models import Announcement, Line


class WorkCount(TenantModel):
    """What both kinds have: `day` and `hour` (0 to 23, on the wall) in the organization's calendar, and whose it is."""

    day = models.DateField()
    hour = models.PositiveSmallIntegerField()
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    number = models.PositiveIntegerField()
    is_gone = models.BooleanField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.number} of {self.day}"


class TextCount(WorkCount):
    """Texts that are alike. `member` wrote them; nobody wrote an automatic one.

    `first`: those that were the customer's first of that day in their conversation. `segments`, `extra` (segments that
    letters outside the short alphabet cost) and `micros` are of texts that left.
    """

    class Outcome(models.TextChoices):
        """How far it came."""

        IN = "in", _("From customers")
        DELIVERED = "delivered", _("Delivered")
        OPEN = "open", _("On the way or no report")
        FAILED = "failed", _("Not delivered")
        CANCELED = "canceled", _("Canceled")

    purpose = models.CharField(max_length=20, blank=True)
    template = models.ForeignKey(
        MessageTemplate, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    announcement = models.ForeignKey(
        Announcement, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    outcome = models.CharField(max_length=9, choices=Outcome.choices)
    error_kind = models.CharField(max_length=20, blank=True)
    first = models.PositiveIntegerField()
    segments = models.PositiveIntegerField()
    extra = models.PositiveIntegerField()
    micros = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("line", "member", "template", "announcement"),
            models.UniqueConstraint(
                fields=[
                    *("organization", "day", "is_gone", "hour", "line", "member", "purpose", "template"),
                    *("announcement", "outcome", "error_kind"),
                ],
                nulls_distinct=False,
                name="compliance_textcount_once",
            ),
        ]


class StepCount(WorkCount):
    """Steps of conversations that are alike. `business` and `clock`: the steps of the scale (`work.scale`) of the time
    that it took by business hours and by the clock; empty where nothing was waited for.
    """

    class Kind(models.TextChoices):
        """What happened. `UNANSWERED` comes beside the resolution."""

        OPENED = "opened", _("Opened")
        ANSWERED = "answered", _("First answer")
        RESOLVED = "resolved", _("Resolved")
        UNANSWERED = "unanswered", _("Resolved without an answer")
        REOPENED = "reopened", _("Reopened")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    business = models.PositiveSmallIntegerField(null=True, blank=True)
    clock = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("line", "member"),
            models.UniqueConstraint(
                fields=[
                    *("organization", "day", "is_gone", "hour", "line", "member", "kind", "business", "clock"),
                ],
                nulls_distinct=False,
                name="compliance_stepcount_once",
            ),
        ]
