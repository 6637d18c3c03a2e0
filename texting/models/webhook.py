"""Where an organization wants to be told what happens, what it was told, and how that went.

None of these rows holds what a customer wrote or is called: events hold ids, and content is read when a body is made.
"""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.encryption import ConfigKey, DayKey, EncryptedTextField
from tenancy.ids import new_id
from tenancy.isolation import TenantModel, same_organization
from tenancy.models import Organization

USUAL_WIDTH, CAREFUL_WIDTH = 4, 1  # calls at the same time to an endpoint that answers, and to one that does not


class WebhookEndpoint(TenantModel):
    """An address of an organization's own system that is called when something happens.

    `old_secret` signs beside `secret` from the change of secrets until a member ends it. `failing_since` is when the
    first call failed since the last one that went through.
    """

    class State(models.TextChoices):
        ENABLED = "enabled", _("Enabled")
        DISABLED = "disabled", _("Switched off")
        GONE = "gone", _("Disabled: it said that it is gone")
        FAILING = "failing", _("Disabled: it failed for three days")
        REMOVED = "removed", _("Removed")

    url = EncryptedTextField(keys=[ConfigKey()], help_text="May hold a secret of its own in its path.")
    description = models.CharField(max_length=80, blank=True)
    kinds = models.JSONField(default=list, help_text="Values of texting.outgoing_webhooks.kinds.EventKind.")
    with_content = models.BooleanField(default=False, help_text="Bodies hold texts, names and numbers.")
    secret = EncryptedTextField(keys=[ConfigKey()])
    old_secret = EncryptedTextField(keys=[ConfigKey()], blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ENABLED)
    state_since = models.DateTimeField(default=timezone.now)
    failing_since = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("created_by"),
        ]

    def __str__(self) -> str:
        return f"webhook endpoint {self.pk}"

    @property
    def secrets(self) -> list[str]:
        """Those that sign, the newest first."""
        return [secret for secret in (self.secret, self.old_secret) if secret]

    @property
    def was_disabled(self) -> bool:
        """Whether we disabled it, not a member."""
        return self.state in {self.State.GONE, self.State.FAILING}


class WebhookCounter(TenantModel):
    """How many events an organization has had: gives them their numbers, in the order in which they commit."""

    last = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization"], name="texting_webhookcounter_once"),
        ]

    def __str__(self) -> str:
        return str(self.last)


class WebhookEvent(TenantModel):
    """Something that happened, as ids and plain words of our own. The same row for every endpoint."""

    kind = models.CharField(max_length=40)
    sequence = models.BigIntegerField()
    data = models.JSONField(default=dict, help_text="What happened to what: ids, states, counts. Never content.")
    occurred_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization", "sequence"], name="texting_webhookevent_sequence"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "occurred_at"], name="texting_webhookevent_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class WebhookDelivery(TenantModel):
    """One event on its way to one endpoint, kept as the log for `WEBHOOK_LOG_DAYS`. `attempts` counts all of them."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Failed")

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    event = models.ForeignKey(WebhookEvent, on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    last_status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Of the last answer.")
    last_failure = models.CharField(max_length=24, blank=True, help_text="Why the last attempt had no answer.")
    last_milliseconds = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("endpoint", "event"),
            models.UniqueConstraint(fields=["organization", "endpoint", "event"], name="texting_webhookdelivery_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "endpoint", "-id"], name="texting_webhookdelivery_log"),
            models.Index(
                fields=["organization", "endpoint", "created_at"],
                condition=models.Q(state="failed"),
                name="texting_webhookdelivery_failed",
            ),
            models.Index(fields=["organization", "event"], name="texting_webhookdelivery_event"),
            models.Index(fields=["organization", "created_at"], name="texting_webhookdelivery_age"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.pk}"


class WebhookAttempt(TenantModel):
    """One call. `answer` is the beginning of what came back, which may repeat what we sent."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="calls", db_index=False)
    number = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    failure = models.CharField(max_length=24, blank=True)
    answer = EncryptedTextField(keys=[DayKey("webhook", "started_at")], blank=True, null=True, default="")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("delivery"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "delivery", "started_at"], name="texting_webhookattempt_log"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number}"


class WebhookLane(models.Model):
    """A directory row (ids and switches): an endpoint that may be called, and how many calls at the same time."""

    endpoint_id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", db_index=False)
    width = models.PositiveSmallIntegerField(default=USUAL_WIDTH)

    def __str__(self) -> str:
        return str(self.endpoint_id)


class WebhookDue(models.Model):
    """A directory row (ids and times): a delivery that is still to be made. Deleted when nothing is left to do.

    `attempt` is the number of the last attempt and fences: a result counts only for the attempt that is current.
    `tried_before` were made before this round, which began with the event or with a replay.
    """

    delivery_id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", db_index=False)
    endpoint_id = models.UUIDField()
    due_at = models.DateTimeField()
    attempt = models.PositiveIntegerField(default=0)
    tried_before = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["endpoint_id", "due_at", "delivery_id"], name="texting_webhookdue_next"),
            models.Index(fields=["due_at"], name="texting_webhookdue_due"),
            models.Index(
                fields=["endpoint_id"], condition=models.Q(lease_until__isnull=False), name="texting_webhookdue_leased"
            ),
        ]

    def __str__(self) -> str:
        return str(self.delivery_id)
