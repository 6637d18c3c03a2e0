"""Providers' requests that were refused, kept until somebody has put the cause right and takes them in after all."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.encryption import DayKey, EncryptedTextField
from tenancy.isolation import TenantModel, same_organization
from texting.causes import Cause
from texting.models.line import Line

DAY_KIND = "webhook"  # the kind of the day keys that seal the requests; forgetting a day destroys its key


class QuarantinedRequest(TenantModel):
    """One refused request, sealed as it came. At its end the request is gone; what was done with it stays a while.

    One that is taken in while its day is on hold keeps its request, until the day ends.

    `proven` says that the provider did sign it, though for another address, or that it was signed but unreadable:
    nobody else can make such a request, so these have room of their own.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        REPLAYED = "replayed", _("Taken in")
        DISCARDED = "discarded", _("Discarded")

    class Kind(models.TextChoices):
        INBOUND = "inbound", _("Text")
        STATUS = "status", _("Delivery report")

    line = models.ForeignKey(Line, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    provider = models.CharField(max_length=20)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    proven = models.BooleanField()
    cause = models.CharField(max_length=20, choices=[(cause.value, cause.value) for cause in Cause])
    signed_address = models.CharField(
        max_length=300, blank=True, help_text="Scheme and host that the signature is for, where they are known."
    )
    sender_masked = models.CharField(max_length=24, blank=True)
    request = EncryptedTextField(
        keys=[DayKey(DAY_KIND, "received_at")],
        null=True,
        blank=True,
        help_text="JSON, see kept_requests.",
    )
    held_secret = models.BooleanField(
        default=False, help_text="It held what is stored nowhere (a card, a secret), so it was discarded at once."
    )
    received_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True, blank=True, help_text="When it was last found to be still wrong.")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("line", "ended_by"),
            models.CheckConstraint(
                condition=models.Q(state="waiting", request__isnull=False, ended_at__isnull=True)
                | models.Q(state="replayed", ended_at__isnull=False)
                | models.Q(state="discarded", request__isnull=True, ended_at__isnull=False),
                name="texting_quarantine_state",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "state", "-received_at", "-id"], name="texting_quarantine_list"),
            models.Index(
                fields=["organization", "line", "proven"],
                condition=models.Q(state="waiting"),
                name="texting_quarantine_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class QuarantineHour(TenantModel):
    """How many requests of one line were kept in one hour, and how many were not because that was enough."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="+", db_index=False)
    hour = models.DateTimeField()
    proven = models.BooleanField()
    kept = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("line"),
            models.UniqueConstraint(
                fields=["organization", "line", "hour", "proven"], name="texting_quarantinehour_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organization", "hour"], condition=models.Q(left_out__gt=0), name="texting_quarantine_left_out"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H} {self.line_id}"
