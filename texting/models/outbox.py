"""What is still to be handed to a provider, and every attempt at it."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tenancy.ids import new_id
from tenancy.isolation import SameOrganization, TenantModel, same_organization
from tenancy.models import Organization
from tenancy.references import OneKeyReference
from texting.models.message import ALLOWED, Decision, Message


class OutboxEntry(models.Model):
    """A directory row (ids and times only): one outgoing text on its way. Deleted when nothing is left to do.

    State moves: ready -> sending -> (deleted | ready again | unconfirmed) ; unconfirmed -> (deleted | ready).
    `attempt` fences: a result is written only by the holder of the attempt that is current.
    """

    class State(models.TextChoices):
        READY = "ready", _("Waiting for its turn")
        SENDING = "sending", _("Claimed; the provider is being asked")
        UNCONFIRMED = "unconfirmed", _("The provider may or may not have it")

    message_id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", db_index=False)
    line_id = models.UUIDField()
    contact_id = models.UUIDField(help_text="One text at a time to one person, so that texts keep their order.")
    priority = models.PositiveSmallIntegerField(help_text="Lower goes first: `texting.purposes.TERMS`.")
    segments = models.PositiveSmallIntegerField(default=1, help_text="What it takes of its line's pace.")
    has_pictures = models.BooleanField(default=False, help_text="The carriers count it as one, at another pace.")
    state = models.CharField(max_length=12, choices=State.choices, default=State.READY)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="After this it fails instead of being tried again.")
    held_until = models.DateTimeField(
        null=True, blank=True, help_text="A rule lets it leave then; until then no other text waits for it."
    )
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    entered_at = models.DateTimeField(db_default=Now(), help_text="By the database's clock; texts keep this order.")
    unconfirmed_since = models.DateTimeField(null=True, blank=True)
    resends = models.PositiveSmallIntegerField(default=0, help_text="How often it was sent again by itself.")
    restored_at = models.DateTimeField(
        null=True, blank=True, help_text="Came back with a backup then, and may have been sent since it was made."
    )

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["line_id", "priority", "entered_at", "message_id"],
                condition=models.Q(state="ready"),
                name="texting_outbox_ready",
            ),
            models.Index(fields=["line_id", "contact_id"], name="texting_outbox_in_order"),
            models.Index(fields=["lease_until"], condition=~models.Q(state="ready"), name="texting_outbox_leased"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.message_id}"


class SendAttempt(TenantModel):
    """One try to hand one text to a provider. Made, with the second decision, before the provider is called.

    `token_hash` is the SHA-256 of the token in this attempt's status callback address: a callback with the token proves
    that the provider took this very attempt, even when its answer was lost.
    """

    message = OneKeyReference(Message, related_name="attempts", db_index=True)
    number = models.PositiveSmallIntegerField()
    decision = OneKeyReference(Decision)
    decision_verdict = models.CharField(max_length=10, default=ALLOWED)
    token_hash = models.BinaryField(max_length=32)
    started_at = models.DateTimeField()
    brand_id = models.UUIDField(null=True, blank=True, help_text="In whose day at the carriers it is counted.")
    brand_segments = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(
        max_length=20, blank=True, help_text="accepted, refused, retry, unknown, absent; empty while it runs."
    )
    error_kind = models.CharField(max_length=20, blank=True)
    provider_code = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("message"),
            SameOrganization(
                field="decision", also=("decision_verdict", "verdict"), name="texting_sendattempt_decision_allows"
            ),
            models.UniqueConstraint(fields=["organization", "message", "number"], name="texting_sendattempt_number"),
            models.UniqueConstraint(fields=["organization", "token_hash"], name="texting_sendattempt_token"),
            models.CheckConstraint(condition=models.Q(decision_verdict=ALLOWED), name="texting_sendattempt_allowed"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number}"


class StatusEvent(TenantModel):
    """One thing a provider said about one text, kept once, in the order it came."""

    message = OneKeyReference(Message, related_name="status_events", db_index=True)
    event_key = models.CharField(max_length=120, help_text="Unique for this message: provider id, status, code.")
    status = models.CharField(max_length=12)
    error_kind = models.CharField(max_length=20, blank=True)
    provider_code = models.CharField(max_length=20, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("message"),
            models.UniqueConstraint(fields=["organization", "message", "event_key"], name="texting_statusevent_once"),
        ]

    def __str__(self) -> str:
        return self.status
