"""What surrounds payments: providers' events, refused ones, what is due to be asked, and the simulated provider."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from portal.models.payments import PaymentAccount
from tenancy.encryption import ConfigKey, EncryptedTextField
from tenancy.isolation import TenantModel, same_organization
from tenancy.models import Organization


class PaymentEvent(TenantModel):
    """One webhook of a provider, kept once by its id. What it said stands in sessions and refunds."""

    account = models.ForeignKey(PaymentAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    reference = models.CharField(max_length=120)
    kind = models.CharField(max_length=80)
    outcome = models.CharField(max_length=12, help_text="booked, or ignored: about something that is not ours.")
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("account"),
            models.UniqueConstraint(fields=["organization", "account", "reference"], name="portal_paymentevent_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "received_at"], name="portal_paymentevent_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class RefusedPaymentEvent(TenantModel):
    """A webhook without a right signature, sealed as it came, so that a wrong secret loses nothing.

    One that was taken in has its call only when its day was on hold then; it goes with its age.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        TAKEN = "taken", _("Taken in")
        DISCARDED = "discarded", _("Discarded")

    account = models.ForeignKey(PaymentAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    cause = models.CharField(max_length=12, help_text="signature, or unreadable.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    call = EncryptedTextField(keys=[ConfigKey()], null=True, blank=True, help_text="JSON: signature and body.")
    received_at = models.DateTimeField(default=timezone.now)
    ended_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("account", "ended_by"),
            models.CheckConstraint(
                condition=models.Q(state="waiting", call__isnull=False)
                | models.Q(state="taken")
                | models.Q(state="discarded", call__isnull=True),
                name="portal_refusedpaymentevent_state",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "account", "state", "received_at"], name="portal_refusedevent_list"),
        ]

    def __str__(self) -> str:
        return f"refused event {self.pk}"


class PaymentDue(models.Model):
    """A directory row (ids and times): something of a payment that is to be done or asked, and when.

    `subject_id` is a request (it expires), a session or a refund (the provider is asked). Gone when nothing is left.
    """

    class Kind(models.TextChoices):
        REQUEST = "request", _("A request that expires")
        SESSION = "session", _("A session to be asked about")
        CLOSE = "close", _("A session to be closed")
        REFUND = "refund", _("A refund to be made or asked about")

    subject_id = models.UUIDField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", db_index=False)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["subject_id", "kind"], name="portal_paymentdue_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["due_at"], name="portal_paymentdue_at")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"


class SimulatedCheckout(TenantModel):
    """The simulated provider's own record of one page: what Stripe would keep, only where the simulator is on."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        PENDING = "pending", _("Pending")
        PAID = "paid", _("Paid")
        FAILED = "failed", _("Failed")
        EXPIRED = "expired", _("Expired")

    account = models.ForeignKey(PaymentAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    session_id = models.UUIDField(help_text="Our reference, and the idempotency key.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    payee = EncryptedTextField(keys=[ConfigKey()])
    return_url = EncryptedTextField(keys=[ConfigKey()])
    expires_at = models.DateTimeField()
    refunds = models.JSONField(default=dict, help_text="Minor units by refund's reference.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("account"),
            models.UniqueConstraint(fields=["organization", "session_id"], name="portal_simulatedcheckout_once"),
        ]

    def __str__(self) -> str:
        return f"simulated checkout {self.pk}"
