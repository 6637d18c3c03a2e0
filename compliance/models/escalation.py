"""A customer's matter that is being moved from texts to another channel: who has it, until when, how it ended."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.encryption import ContactKey, DayKey, EncryptedTextField
from tenancy.ids import new_id
from tenancy.isolation import TenantModel, same_organization


class Escalation(TenantModel):
    """One incident. At most one is open for a contact on a line; what comes meanwhile is added to it as an event.

    Conversation, contact and line are ids, so that the incident outlives them, as the ledger does; `conversation_id` is
    the latest conversation that it is about. `locked` are label types of the detectors that no text to the contact may
    hold while it is open. `switch_id` is the id that the one channel-switch text has, once it is sent.
    """

    class Trigger(models.TextChoices):
        CONFUSION = "consent_confusion", _("Asks why we text")
        SENSITIVE = "sensitive_request", _("Wants private things by text")
        CARD = "card_offer", _("Wants to send card details")
        FINDING = "finding", _("Sent private things")
        MEMBER = "member", _("Escalated by a colleague")
        RULE = "rule", _("By a rule of yours")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        PHONE = "phone", _("Phone")
        SECURE = "secure_message", _("Secure message")
        IN_PERSON = "in_person", _("In person")

    conversation_id = models.UUIDField()
    contact_id = models.UUIDField()
    line_id = models.UUIDField()
    trigger = models.CharField(max_length=20, choices=Trigger.choices, help_text="What opened it.")
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    locked = models.JSONField(default=list)
    channel = models.CharField(max_length=14, choices=Channel.choices, help_text="E-mail or phone: what to try now.")
    owner = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    switch_id = models.UUIDField(default=new_id)
    switch_sent_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: by a text."
    )
    due_at = models.DateTimeField(null=True, blank=True, help_text="By when somebody must have reached the customer.")
    breached_at = models.DateTimeField(null=True, blank=True)
    contacted_at = models.DateTimeField(null=True, blank=True, help_text="First contact on another channel.")
    contact_channel = models.CharField(max_length=14, choices=Channel.choices, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outcome_channel = models.CharField(
        max_length=14, choices=Channel.choices, blank=True, help_text="Empty: closed without another channel."
    )
    outcome_at = models.DateTimeField(null=True, blank=True)
    outcome = EncryptedTextField(
        keys=[DayKey("body", "opened_at"), ContactKey("contact_id")], blank=True, help_text="What came of it, or why."
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("owner", "opened_by", "closed_by"),
            models.UniqueConstraint(
                fields=["organization", "contact_id", "line_id"],
                condition=models.Q(state="open"),
                name="compliance_escalation_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", closed_at=None, closed_by=None)
                | models.Q(state="closed", closed_at__isnull=False, closed_by__isnull=False),
                name="compliance_escalation_closed",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organization", "due_at", "id"],
                condition=models.Q(state="open"),
                name="compliance_escalation_due",
            ),
            models.Index(fields=["organization", "contact_id"], name="compliance_escalation_contact"),
            models.Index(fields=["organization", "conversation_id"], name="compliance_escalation_conv"),
            models.Index(fields=["organization", "-opened_at", "-id"], name="compliance_escalation_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.trigger}: {self.state}"


class EscalationEvent(TenantModel):
    """One thing that happened to it, in order. What people wrote is in `words`.

    `facts` hold ids and names of rules; and, as long as the text at `message_id` has its words, those that told.
    """

    class Kind(models.TextChoices):
        OPENED = "opened", _("Opened")
        TRIGGERED = "triggered", _("Came up again")
        TAKEN = "taken", _("Taken")
        ASSIGNED = "assigned", _("Assigned")
        RETURNED = "returned", _("Handed back")
        REMINDED = "reminded", _("Owner reminded")
        REASSIGNED = "reassigned", _("Given to a supervisor")
        CHANNEL = "channel", _("Another channel offered")
        SWITCH_SENT = "switch_sent", _("Told to switch, by text")
        CONTACTED = "contacted", _("Reached on another channel")
        CALLED = "called", _("Called")
        CALL_ENDED = "call_ended", _("Call")
        SCHEDULED = "scheduled", _("Call planned")
        UNSCHEDULED = "unscheduled", _("Planned call canceled")
        TASK_DONE = "task_done", _("Planned call done")
        MAILED = "mailed", _("E-mail written")
        MAIL_FAILED = "mail_failed", _("E-mail did not arrive")
        ANSWERED = "answered", _("Answered by e-mail")
        BREACHED = "breached", _("Too late")
        CLOSED = "closed", _("Closed")

    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="events", db_index=False)
    contact_id = models.UUIDField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: by itself."
    )
    message_id = models.UUIDField(null=True, blank=True, help_text="The text that is the evidence.")
    facts = models.JSONField(default=dict)
    words = EncryptedTextField(keys=[DayKey("body", "at"), ContactKey("contact_id")], blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("escalation", "actor"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "escalation", "id"], name="compliance_escevent_timeline"),
            models.Index(fields=["organization", "at"], name="compliance_escevent_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class EscalationStep(TenantModel):
    """What the clock does if nobody has reached the customer by then; each kind once."""

    class Kind(models.TextChoices):
        REMIND = "remind", _("Remind the owner")
        REASSIGN = "reassign", _("Give it to a supervisor")
        CHANNEL = "channel", _("Try the other channel")
        BREACH = "breach", _("Too late")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Not needed")

    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="steps", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField(help_text="Business minutes after the opening.")
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("escalation"),
            models.UniqueConstraint(fields=["organization", "escalation", "kind"], name="compliance_escstep_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organization", "due_at", "id"],
                condition=models.Q(state="waiting"),
                name="compliance_escstep_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.state}"
