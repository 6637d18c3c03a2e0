"""Texts that leave again and again: the words, the pattern, and how far it is."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.encryption import ContactKey, DayKey, EncryptedTextField
from tenancy.isolation import TenantModel, same_organization
from texting.models.contact import Contact
from texting.models.conversation import Conversation
from texting.models.line import Line
from texting.models.scheduled import ScheduledText


class TextSeries(TenantModel):
    """A text that leaves on many days. Each of its days is a `ScheduledText`, and one of them waits at a time.

    The pattern is `texting.scheduled.recurring.Pattern`. The words are sealed anew with each text that is made of them,
    so they last as long as the series goes on and as its conversation's texts after that. Moves: active <-> paused;
    either -> ended | canceled; canceled -> active | paused, when it is undone.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Repeats")
        PAUSED = "paused", _("Paused")
        ENDED = "ended", _("Over")
        CANCELED = "canceled", _("Canceled")

    class Every(models.TextChoices):
        DAY = "day", _("Day")
        WEEK = "week", _("Week")
        MONTH = "month", _("Month")

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    body = EncryptedTextField(
        keys=[DayKey("body", "sealed_at"), ContactKey("contact_id")], null=True, help_text="Null when it has ended."
    )
    sealed_at = models.DateTimeField(help_text="When its latest text was made.")
    purpose = models.CharField(max_length=20)
    origin = models.CharField(max_length=160, blank=True, help_text="Where its words came from: `texting.origins`.")
    outside_hours = models.CharField(max_length=4, default="wait", help_text="`wait` or `send`: `gate.OutsideHours`.")
    zone = models.CharField(max_length=64, help_text="By whose clock: a name of the tz database.")
    zone_from = models.CharField(max_length=10, choices=ScheduledText.ZoneFrom.choices)
    every = models.CharField(max_length=5, choices=Every.choices)
    gap = models.PositiveSmallIntegerField(default=1)
    weekdays = models.JSONField(default=list, blank=True, help_text="Of weeks: 0 is Monday.")
    day = models.PositiveSmallIntegerField(default=0, help_text="Of months; 0 is the last one.")
    at = models.TimeField()
    starts = models.DateField()
    until = models.DateField(null=True, blank=True)
    times = models.PositiveSmallIntegerField(null=True, blank=True, help_text="So many texts at most.")
    made = models.PositiveSmallIntegerField(default=0, help_text="How many were made of it.")
    last_day = models.DateField(null=True, blank=True, help_text="Of the latest that was made.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    why = models.CharField(max_length=10, choices=ScheduledText.Why.choices, blank=True)
    revision = models.PositiveIntegerField(default=0, help_text="Grows with each change: a page that is older is told.")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("conversation", "contact", "line", "author"),
            models.CheckConstraint(
                condition=models.Q(state__in=["active", "paused"], ended_at__isnull=True)
                | models.Q(state__in=["ended", "canceled"], ended_at__isnull=False),
                name="texting_textseries_state",
            ),
            models.CheckConstraint(
                condition=models.Q(outside_hours__in=["wait", "send"]), name="texting_textseries_outside_hours"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organization", "id"], condition=models.Q(state="active"), name="texting_textseries_active"
            ),
            models.Index(fields=["organization", "contact", "line"], name="texting_textseries_thread"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.pk}"
