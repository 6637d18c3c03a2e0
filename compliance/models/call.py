"""Calls to customers about an escalation: placed through the line's provider, or planned; where members are rung."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from compliance.models.escalation import Escalation
from tenancy.encryption import ConfigKey, ContactKey, DayKey, EncryptedTextField
from tenancy.isolation import TenantModel, same_organization


class Call(TenantModel):
    """One press of "Call them". The row is there before the provider is asked, and `press` makes a second one the same.

    Neither number is in it: the customer's is the contact's, the agent's is only handed over. Both legs are a
    `CallStatus` of `texting.providers.voice`, empty until something was heard of them.
    """

    class State(models.TextChoices):
        PLACING = "placing", _("Being placed")
        UNKNOWN = "unknown", _("Not known")
        REFUSED = "refused", _("Not placed")
        LIVE = "live", _("Under way")
        OVER = "over", _("Over")

    class Result(models.TextChoices):
        REACHED = "reached", _("Reached them")
        LEFT_MESSAGE = "left_message", _("Left a message")
        NO_ANSWER = "no_answer", _("No answer")
        WRONG_NUMBER = "wrong_number", _("Wrong number")

    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="calls", db_index=False)
    contact_id = models.UUIDField()
    line_id = models.UUIDField()
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", help_text="Who calls.")
    press = models.UUIDField(help_text="Made with the form, so that pressing twice is one call.")
    token_hash = models.BinaryField(max_length=32, help_text="SHA-256 of the token in the addresses of its webhooks.")
    state = models.CharField(max_length=8, choices=State.choices, default=State.PLACING)
    provider_call_id = models.CharField(max_length=64, blank=True)
    agent_status = models.CharField(max_length=12, blank=True)
    customer_status = models.CharField(max_length=12, blank=True)
    refused_for = models.CharField(max_length=40, blank=True, help_text="An `ErrorKind`: why it was not placed.")
    asked_for = models.BooleanField(default=False, help_text="At night where they are, but they had asked for it.")
    seconds = models.PositiveIntegerField(null=True, blank=True, help_text="Of talking with the customer.")
    placed_at = models.DateTimeField()
    talked_at = models.DateTimeField(null=True, blank=True)
    over_at = models.DateTimeField(null=True, blank=True)
    result = models.CharField(
        max_length=12, choices=Result.choices, blank=True, help_text="Empty: nobody has said yet."
    )
    result_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("escalation", "member"),
            models.UniqueConstraint(fields=["organization", "press"], name="compliance_call_press"),
            models.UniqueConstraint(fields=["organization", "token_hash"], name="compliance_call_token"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "escalation", "-placed_at"], name="compliance_call_escalation"),
            models.Index(fields=["organization", "member", "-placed_at"], name="compliance_call_member"),
            models.Index(
                fields=["organization", "placed_at"],
                condition=models.Q(state__in=["placing", "unknown", "live"]),
                name="compliance_call_unsettled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.pk}"


class CallingNumber(TenantModel):
    """The phone at which a member wants to be rung for calls, as they typed it last; shown to nobody else."""

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    number = EncryptedTextField(keys=[ConfigKey()])

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("member"),
            models.UniqueConstraint(fields=["organization", "member"], name="compliance_callingnumber_one"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class CallTask(TenantModel):
    """A call that is planned: who is called (the escalation's customer), when, by whom."""

    class State(models.TextChoices):
        OPEN = "open", _("To be called")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Canceled")

    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="call_tasks", db_index=False)
    contact_id = models.UUIDField()
    owner = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    due_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    asked_for = models.BooleanField(default=False, help_text="They asked for this time.")
    words = EncryptedTextField(keys=[DayKey("body", "made_at"), ContactKey("contact_id")], blank=True)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: by itself."
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("escalation", "owner", "made_by", "ended_by"),
            models.CheckConstraint(
                condition=models.Q(state="open", ended_at=None) | ~models.Q(state="open") & ~models.Q(ended_at=None),
                name="compliance_calltask_ended",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organization", "due_at", "id"],
                condition=models.Q(state="open"),
                name="compliance_calltask_due",
            ),
            models.Index(fields=["organization", "escalation", "due_at"], name="compliance_calltask_escalation"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.due_at}"
