"""One text to many: what it says, to whom, how far it is, and what became of each recipient."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.isolation import TenantModel, same_organization
from tenancy.references import OneKeyReference
from texting.models.contact import Contact
from texting.models.line import Line

LONGEST_NAME = 80  # characters


class Announcement(TenantModel):
    """One run. While a worker is at it, it holds this row's lock; a killed one lets go of it by dying.

    The words are the organization's own and for many, so they stand in clear, as those of templates do. Moves: draft ->
    checking -> checked -> running <-> paused, with asked before running where a second person has to approve it;
    running -> finished; every one of them but the ends -> canceled. A change makes a draft of what was checked.
    `started_by` of an asked one is who asks. `ended_at` of a canceled one is set when its last text is taken back.

    One with a time to begin at: checked (-> asked) -> planned -> checking, again, when the time has come -> running. It
    is asked for anew, or is checked and nothing more, where that second look finds what nobody has agreed to.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CHECKING = "checking", _("Checking")
        CHECKED = "checked", _("Ready to start")
        ASKED = "asked", _("Waits for approval")
        PLANNED = "planned", _("Planned")
        RUNNING = "running", _("Running")
        PAUSED = "paused", _("Paused")
        FINISHED = "finished", _("Finished")
        CANCELED = "canceled", _("Canceled")

    class Why(models.TextChoices):
        """Why it was paused, or did not begin at its time, if no person did it."""

        AUTHOR = "author", _("Whoever started it may not send it any more")
        LEFT = "left", _("Whoever started it has left")
        BROKEN = "broken", _("Something went wrong")
        OPT_OUTS = "opt_outs", _("Too many opted out")
        FILTERED = "filtered", _("The carriers refused too many")
        FIELDS = "fields", _("Whoever it goes out for may not see a field of its template any more")
        LATE = "late", _("It could not begin at its time")
        NOBODY = "nobody", _("At its time nobody would have got it")
        LINE_OFF = "line_off", _("At its time its line was switched off")
        MORE = "more", _("At its time it would have gone to more customers than was agreed to")
        OTHERS = "others", _("At its time it would have gone to other customers than was agreed to")
        WORDS = "words", _("Its template was changed after it was approved")
        UNAPPROVED = "unapproved", _("Whoever approved it may not do so any more")

    name = models.CharField(max_length=LONGEST_NAME)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=20)
    body = models.TextField(blank=True, help_text="Empty where a template is named.")
    template_id = models.UUIDField(null=True, blank=True)
    values = models.JSONField(default=dict, help_text="Texts for the template's placeholders, by name.")
    audience = models.JSONField(default=dict, help_text="`texting.announcements.audiences.Audience`.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    why = models.CharField(max_length=10, choices=Why.choices, blank=True)
    made_by = models.ForeignKey(
        Membership,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Whoever began it, or had it checked last: the audience is theirs, and they sign it.",
    )
    writers = models.JSONField(default=list, help_text="Ids of all members who wrote at it, the first one first.")
    made_at = models.DateTimeField(default=timezone.now)
    is_gathered = models.BooleanField(default=False, help_text="Its recipients are written down.")
    report = models.JSONField(
        default=dict, help_text="Of the check: how many could not be read, when by zone, why by rule; no customers."
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    started_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField(null=True, blank=True)
    judged_from = models.DateTimeField(null=True, blank=True, help_text="When somebody last let it go on.")
    rated_from = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When somebody let it go on who had read that too many opted out or were refused; none: it began.",
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    begins_at = models.DateTimeField(null=True, blank=True, help_text="When the first of it may leave.")
    begins_theirs = models.CharField(
        max_length=16, blank=True, help_text='"2026-11-27T09:00" where it is by the clock of each recipient.'
    )
    approved_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_for = models.PositiveIntegerField(default=0, help_text="How many got it when somebody approved it.")
    approved_version = models.CharField(
        max_length=36, blank=True, help_text="Of its template, which words were approved: `texting.origins`."
    )
    words_version = models.CharField(
        max_length=36, blank=True, help_text="Of its template: the words that were checked last, and leave."
    )
    tries = models.PositiveSmallIntegerField(default=0, help_text="How often in a row something broke.")
    again_at = models.DateTimeField(null=True, blank=True, help_text="No worker looks at it before: something broke.")
    begun_at = models.DateTimeField(
        null=True, blank=True, help_text="A worker has begun and written nothing yet; it stays where that one died."
    )
    arrived_gone = models.PositiveIntegerField(default=0, help_text="Texts that arrived and whose rows have gone.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("line", "made_by", "started_by", "approved_by"),
            models.CheckConstraint(
                condition=~models.Q(state__in=["running", "paused", "finished"])
                | models.Q(started_by__isnull=False, started_at__isnull=False, checked_at__isnull=False),
                name="texting_announcement_started",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="asked") | models.Q(started_by__isnull=False, checked_at__isnull=False),
                name="texting_announcement_asked",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="planned")
                | models.Q(started_by__isnull=False, checked_at__isnull=False, begins_at__isnull=False),
                name="texting_announcement_planned",
            ),
            models.CheckConstraint(
                condition=models.Q(state="finished", ended_at__isnull=False)
                | models.Q(state="canceled")
                | (~models.Q(state__in=["finished", "canceled"]) & models.Q(ended_at=None)),
                name="texting_announcement_ended",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "-made_at", "id"], name="texting_announcement_list"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.pk}"


class AnnouncementRecipient(TenantModel):
    """One contact of one announcement, once. `message_id` is the text that was queued; the row outlives it.

    States of the check: unread -> ready | left_out. Of the run: ready -> queued | refused; queued -> sent | refused |
    failed; ready or queued -> taken_back, when it is canceled. `sent` may still become `failed`, when the carrier says
    later that it did not arrive, and `failed` or `refused` become `ready` when somebody tries those again.
    """

    class State(models.TextChoices):
        UNREAD = "unread", _("Not looked at yet")
        LEFT_OUT = "left_out", _("Left out")
        READY = "ready", _("To be sent")
        QUEUED = "queued", _("Waits for its turn")
        SENT = "sent", _("Sent")
        REFUSED = "refused", _("Refused")
        FAILED = "failed", _("Did not arrive")
        TAKEN_BACK = "taken_back", _("Taken back")

    announcement = OneKeyReference(Announcement)
    contact = OneKeyReference(Contact, db_index=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.UNREAD)
    is_agreed = models.BooleanField(
        default=False, help_text="A second person saw them among those to be told, before all were looked at again."
    )
    reason = models.CharField(max_length=60, blank=True, help_text="Why not: a rule's name, or a kind of error.")
    segments = models.PositiveSmallIntegerField(default=0, help_text="As checked.")
    price_micros = models.PositiveIntegerField(default=0, help_text="As checked.")
    due_at = models.DateTimeField(null=True, blank=True, help_text="Not tried before: what time alone ends.")
    message_id = models.UUIDField(null=True, blank=True)
    moved_at = models.DateTimeField(null=True, blank=True, help_text="When it came to its state, once it runs.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("announcement", "contact"),
            models.UniqueConstraint(fields=["organization", "announcement", "contact"], name="texting_recipient_once"),
            models.UniqueConstraint(
                fields=["organization", "message_id"],
                condition=models.Q(message_id__isnull=False),
                name="texting_recipient_message",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["queued", "sent", "failed"]) | models.Q(message_id__isnull=False),
                name="texting_recipient_queued",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "announcement", "state", "id"], name="texting_recipient_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.pk}"
