"""Opinion polls: what was asked, and which answer each customer gave.

An answer is a number beside a contact: no row holds a customer's words, so figures outlive the texts.
"""

from typing import ClassVar

from django.db import models

from tenancy.isolation import TenantModel, same_organization
from texting.models import Announcement, Contact


class Poll(TenantModel):
    """A question that an announcement sends. Question and answers are the organization's own and stand in clear.

    It takes answers from when the announcement starts, for `days_open` days, or until `closed_at` if somebody closes
    it. `reminder` is the announcement that asked those once more who had not answered; `reminded_at`: that was seen to.
    """

    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, related_name="+", db_index=False)
    question = models.TextField()
    answers = models.JSONField(help_text="Words, in their order: two to nine.")
    lettered = models.BooleanField(default=False, help_text="A, B, C instead of 1, 2, 3.")
    language = models.CharField(max_length=5, default="en", help_text="Of the words around question and answers.")
    days_open = models.PositiveSmallIntegerField(default=3)
    remind_hours = models.PositiveSmallIntegerField(default=0, help_text="After everybody was asked; 0: never.")
    thanks = models.TextField(blank=True, help_text="Sent once to each who answers; with placeholders. Empty: nothing.")
    settles = models.BooleanField(
        default=True, help_text="A conversation in which only the answer was written is resolved by itself."
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    reminder = models.ForeignKey(
        Announcement, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("announcement", "reminder"),
            models.UniqueConstraint(fields=["organization", "announcement"], name="compliance_poll_once"),
            models.UniqueConstraint(
                fields=["organization", "reminder"],
                condition=models.Q(reminder__isnull=False),
                name="compliance_poll_reminder_once",
            ),
            models.CheckConstraint(condition=models.Q(days_open__range=(1, 30)), name="compliance_poll_days"),
        ]

    def __str__(self) -> str:
        return f"poll {self.pk}"


class PollAnswer(TenantModel):
    """What one customer replied to one poll. `choice`: the place of the answer, from 0; null: nothing clear yet.

    `message_id` is the text that said it, `thanks_id` the one that thanked for it; the row outlives both.
    """

    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="+", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    choice = models.PositiveSmallIntegerField(null=True, blank=True)
    at = models.DateTimeField(help_text="When the customer wrote what counts.")
    message_id = models.UUIDField()
    thanks_id = models.UUIDField(null=True, blank=True, help_text="The text that thanked them, once it was queued.")
    changes = models.PositiveSmallIntegerField(default=0, help_text="How often another answer took its place.")
    unclear = models.PositiveSmallIntegerField(default=0, help_text="Replies of which no answer could be told.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("poll", "contact"),
            models.UniqueConstraint(fields=["organization", "poll", "contact"], name="compliance_pollanswer_once"),
        ]

    def __str__(self) -> str:
        return f"answer {self.pk}"
