"""The four review checks of conversations: what is due, what was found each time, runs over history."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.isolation import AppendOnly, TenantModel, same_organization
from texting.models import Line


class CheckedConversation(TenantModel):
    """How one conversation stands with the checks now, and when it is to be looked at next.

    The row is the lease of whoever computes: `due_at` is set by what happens to the conversation and cleared in the
    transaction that stores the outcome. The conversation is an id, so that what was found outlives it. The four columns
    repeat the newest `CheckOutcome` ("" before the first), for lists.
    """

    class Result(models.TextChoices):
        HOLDS = "holds", _("Holds")
        FAILS = "fails", _("Fails")
        NOT_YET = "not_yet", _("Cannot be told yet")
        NOT_ASKED = "not_asked", _("Does not apply")

    conversation_id = models.UUIDField()
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+")
    agent = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Who had it."
    )
    resolved_at = models.DateTimeField(null=True, blank=True, help_text="Empty while it is open again.")
    due_at = models.DateTimeField(null=True, blank=True, help_text="When it is looked at; empty: nothing is expected.")
    looks = models.PositiveSmallIntegerField(default=0, help_text="Looks since the last event that waited for more.")
    number = models.PositiveIntegerField(default=0, help_text="Of the newest outcome; 0: there is none.")
    opt_in = models.CharField(max_length=9, choices=Result.choices, blank=True)
    opening = models.CharField(max_length=9, choices=Result.choices, blank=True)
    content = models.CharField(max_length=9, choices=Result.choices, blank=True)
    gray = models.CharField(max_length=9, choices=Result.choices, blank=True)
    rules_version = models.CharField(max_length=40, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("line", "agent"),
            models.UniqueConstraint(fields=["organization", "conversation_id"], name="compliance_checked_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organization", "due_at", "id"],
                condition=models.Q(due_at__isnull=False),
                name="compliance_checked_due",
            ),
            models.Index(
                fields=["organization", "-resolved_at", "-id"],
                include=["line", "agent", "opt_in", "opening", "content", "gray"],
                name="compliance_checked_newest",
            ),
        ]

    def __str__(self) -> str:
        return f"checks of {self.conversation_id}"


class CheckOutcome(TenantModel):
    """What the four checks said at one time, by which rules. Written only when it differs from the one before; never
    changed. `details`: by check, `{"why": [codes], "evidence": [[kind, id], ...]}`: ids and codes, no content.
    """

    class Because(models.TextChoices):
        RESOLVED = "resolved", _("It was resolved")
        EVENT = "event", _("Something came later")
        RUN = "run", _("Computed anew")

    conversation_id = models.UUIDField()
    number = models.PositiveIntegerField(help_text="1, 2, ... of this conversation.")
    opt_in = models.CharField(max_length=9, choices=CheckedConversation.Result.choices)
    opening = models.CharField(max_length=9, choices=CheckedConversation.Result.choices)
    content = models.CharField(max_length=9, choices=CheckedConversation.Result.choices)
    gray = models.CharField(max_length=9, choices=CheckedConversation.Result.choices)
    details = models.JSONField()
    rules_version = models.CharField(max_length=40)
    because = models.CharField(max_length=8, choices=Because.choices)
    computed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization", "conversation_id", "number"], name="compliance_checkoutcome_number"
            ),
            AppendOnly(name="compliance_checkoutcome_append_only"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.number}"


class CheckWatch(TenantModel):
    """Up to which moment the clock has looked for events that concern conversations that are over; one row."""

    seen_until = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization"], name="compliance_checkwatch_once"),
        ]

    def __str__(self) -> str:
        return f"seen until {self.seen_until:%Y-%m-%d %H:%M}"


class CheckRun(TenantModel):
    """A computing anew over history. `after` is the last conversation that is done: whoever comes next goes on there.

    `changed`: how many results became another, by check and `from>to`.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        PAUSED = "paused", _("Paused")
        DONE = "done", _("Done")
        CANCELED = "canceled", _("Ended early")

    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    since = models.DateTimeField(null=True, blank=True, help_text="Of conversations resolved from then on; empty: all.")
    rules_version = models.CharField(max_length=40)
    after = models.UUIDField(null=True, blank=True)
    last = models.UUIDField(help_text="The newest conversation when it began; later ones are checked by themselves.")
    conversations = models.PositiveIntegerField(help_text="How many there were when it began.")
    looked_at = models.PositiveIntegerField(default=0)
    differed = models.PositiveIntegerField(default=0, help_text="Conversations with a new outcome.")
    changed = models.JSONField(default=dict)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("made_by"),
            models.UniqueConstraint(
                fields=["organization"],
                condition=models.Q(state__in=["running", "paused"]),
                name="compliance_checkrun_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.looked_at} of {self.conversations}, {self.state}"
