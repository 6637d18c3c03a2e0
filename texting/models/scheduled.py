"""Texts that are to leave later: written now, due at a time that somebody chose."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.encryption import ContactKey, DayKey, EncryptedTextField
from tenancy.isolation import TenantModel, same_organization
from texting.models.contact import Contact
from texting.models.conversation import Conversation
from texting.models.field import ContactField
from texting.models.line import Line


class ScheduledText(TenantModel):
    """A text that waits for its time; no message yet, and nothing of it has left.

    `message_id` is the id that the text will have: with it, it leaves once at most, however often it is tried. The
    words are sealed by the day on which they were written and by the contact, and go when the text is queued: from
    then on the message has them. Moves: waiting <-> paused; waiting -> sent | held | stopped; waiting, paused,
    stopped -> canceled; stopped -> waiting, with a new time; canceled -> waiting | paused, when it is undone.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Scheduled")
        PAUSED = "paused", _("Paused")
        STOPPED = "stopped", _("Not sent")
        SENT = "sent", _("Sent")
        HELD = "held", _("With a colleague for approval")
        CANCELED = "canceled", _("Canceled")

    class Why(models.TextChoices):
        """Why it does not go on."""

        RULE = "rule", _("A rule speaks against it")
        AUTHOR = "author", _("Its author may not send it any more")
        ELSEWHERE = "elsewhere", _("A colleague has the customer")
        LATE = "late", _("Its time had passed")
        OPTED_OUT = "opted_out", _("The customer opted out")
        WORDS = "words", _("Its words or files are gone")
        BROKEN = "broken", _("Something went wrong")
        LEFT = "left", _("Its author left")
        DATE = "date", _("The date it went by was taken out")
        MOVED = "moved", _("Its words say a date that was moved")

    class ZoneFrom(models.TextChoices):
        """How the time zone in which the time was chosen was known."""

        TOLD = "told", _("as they told you")
        ADDRESS = "address", _("by their address and number")
        NUMBER = "number", _("by their number")
        OURS = "ours", _("your organization's time")
        GIVEN = "given", _("as it was given")

    message_id = models.UUIDField()
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    body = EncryptedTextField(
        keys=[DayKey("body", "made_at"), ContactKey("contact_id")],
        null=True,
        help_text="Null once the message has them, or when they have ended.",
    )
    note = EncryptedTextField(
        keys=[DayKey("body", "made_at"), ContactKey("contact_id")],
        blank=True,
        help_text="Why it did not leave and what to do, in sentences.",
    )
    purpose = models.CharField(max_length=20)
    origin = models.CharField(max_length=160, blank=True, help_text="Where its words came from: `texting.origins`.")
    outside_hours = models.CharField(max_length=4, default="wait", help_text="`wait` or `send`: `gate.OutsideHours`.")
    send_at = models.DateTimeField(help_text="When it is to leave.")
    look_at = models.DateTimeField(help_text="When the clock takes it: `send_at`, or later after something broke.")
    zone = models.CharField(max_length=64, help_text="In which its time was chosen: a name of the tz database.")
    zone_from = models.CharField(max_length=10, choices=ZoneFrom.choices)
    series_id = models.UUIDField(null=True, blank=True, help_text="Of a `TextSeries`, which may have ended before it.")
    occurs_on = models.DateField(null=True, blank=True, help_text="Which day of its series it is.")
    field = models.ForeignKey(
        ContactField,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The contact's date that its time goes by.",
    )
    relation = models.JSONField(null=True, blank=True, help_text="How: `texting.scheduled.relative.Relation.as_json`.")
    followed_at = models.DateTimeField(
        null=True, blank=True, help_text="`FieldValue.touched_at` of the value that its time is of."
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    why = models.CharField(max_length=10, choices=Why.choices, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, help_text="How often something broke while it was to leave.")
    revision = models.PositiveIntegerField(default=0, help_text="Grows with each change: a page that is older is told.")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it was sent, stopped or canceled.")
    seen_at = models.DateTimeField(null=True, blank=True, help_text="When somebody put away that it was stopped.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("conversation", "contact", "line", "author", "field"),
            models.UniqueConstraint(fields=["organization", "message_id"], name="texting_scheduledtext_once"),
            models.UniqueConstraint(
                fields=["organization", "series_id", "occurs_on"],
                condition=models.Q(series_id__isnull=False),
                name="texting_scheduledtext_day_once",
            ),
            models.CheckConstraint(
                condition=models.Q(field=None, relation=None) | models.Q(field__isnull=False, relation__isnull=False),
                name="texting_scheduledtext_relation",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "paused"], ended_at__isnull=True, body__isnull=False)
                | models.Q(state__in=["stopped", "canceled"], ended_at__isnull=False)
                | models.Q(state__in=["sent", "held"], ended_at__isnull=False, body__isnull=True),
                name="texting_scheduledtext_state",
            ),
            models.CheckConstraint(
                condition=models.Q(outside_hours__in=["wait", "send"]), name="texting_scheduledtext_outside_hours"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organization", "look_at", "id"],
                condition=models.Q(state="waiting"),
                name="texting_scheduledtext_due",
            ),
            models.Index(
                fields=["organization", "contact", "field"],
                condition=models.Q(state__in=["waiting", "paused"], field__isnull=False),
                name="texting_scheduledtext_follows",
            ),
            models.Index(fields=["organization", "contact", "line", "send_at"], name="texting_scheduledtext_thread"),
            models.Index(fields=["organization", "state", "send_at", "id"], name="texting_scheduledtext_list"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.pk}"
