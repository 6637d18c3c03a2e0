"""Requests for payment and where they are paid. Amounts are whole minor units of ISO 4217; no card is ever here.

`portal.payments.booking` alone writes what providers say. Every call to a provider has its row before it is made
(`PaymentSession`, `PaymentRefund`), so that an answer that got lost can be asked for again.
"""

import secrets
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from tenancy.encryption import ConfigKey, ContactKey, DayKey, EncryptedTextField
from tenancy.isolation import TenantModel, same_organization
from tenancy.models import Organization
from texting.models import Contact, Conversation, Message


class PaymentAccount(TenantModel):
    """The organization at one payment provider. It is never removed: refunds need the account that took the money.

    `reference` is the provider's own id of the account. `credentials` is JSON that the adapter understands.
    """

    provider = models.CharField(max_length=20, help_text="A key of settings.PORTAL_PAYMENT_PROVIDERS.")
    reference = models.CharField(max_length=80)
    credentials = EncryptedTextField(keys=[ConfigKey()])
    is_live = models.BooleanField(default=False, help_text="Whether it moves real money.")
    is_active = models.BooleanField(default=True, help_text="Whether new requests are paid there.")
    currency = models.CharField(max_length=3, default="USD")
    days = models.PositiveSmallIntegerField(default=7, help_text="How long a link is good when nobody says otherwise.")
    connected_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    connected_at = models.DateTimeField(default=timezone.now)
    heard_at = models.DateTimeField(null=True, blank=True, help_text="When a signed webhook last came.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("connected_by"),
            models.UniqueConstraint(
                fields=["organization", "provider"],
                condition=models.Q(is_active=True),
                name="portal_paymentaccount_one_active",
            ),
            models.UniqueConstraint(
                fields=["organization", "provider", "reference"], name="portal_paymentaccount_reference"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.pk}"


def new_account_key() -> str:
    """An unguessable name for an account in its webhook's address: 160 random bits."""
    return secrets.token_urlsafe(20)


class PaymentAccountKey(models.Model):
    """A directory row (ids only): whose account a provider's webhook is for, before an organization is active."""

    account_id = models.UUIDField(primary_key=True)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=40, unique=True, default=new_account_key)

    def __str__(self) -> str:
        return str(self.account_id)


class PaymentRequest(TenantModel):
    """One amount that one customer is asked for. The state follows from the other columns (`portal.payments.states`).

    `paid_minor` and `refunded_minor` are sums over sessions and refunds, written by `booking` and by nobody else.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        OPENED = "opened", _("Opened")
        PENDING = "pending", _("Being paid")
        PAID = "paid", _("Paid")
        PARTLY_REFUNDED = "partly_refunded", _("Partly refunded")
        REFUNDED = "refunded", _("Refunded")
        EXPIRED = "expired", _("Expired")
        CANCELED = "canceled", _("Canceled")

    account = models.ForeignKey(PaymentAccount, on_delete=models.PROTECT, related_name="requests", db_index=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="+", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    requested_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    description = EncryptedTextField(keys=[DayKey("payment", "created_at"), ContactKey("contact_id")])
    state = models.CharField(max_length=16, choices=State.choices, default=State.REQUESTED)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    expired_at = models.DateTimeField(null=True, blank=True)
    canceled_at = models.DateTimeField(null=True, blank=True)
    canceled_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    paid_at = models.DateTimeField(null=True, blank=True)
    state_since = models.DateTimeField(default=timezone.now)
    paid_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    needs_look = models.CharField(max_length=20, blank=True, help_text="What a person has to settle, as a short word.")
    wanted_again_at = models.DateTimeField(null=True, blank=True, help_text="The customer asked for a new link.")
    text = models.ForeignKey(
        Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    receipt = models.ForeignKey(
        Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    receipt_refused = models.CharField(max_length=60, blank=True, help_text="The gate's rule against the receipt.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("account", "conversation", "contact", "requested_by", "canceled_by", "text", "receipt"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="portal_paymentrequest_amount"),
            models.CheckConstraint(
                condition=models.Q(paid_minor__gte=0, refunded_minor__gte=0), name="portal_paymentrequest_sums"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "contact", "-created_at"], name="portal_payment_of_contact"),
            models.Index(fields=["organization", "-created_at", "-id"], name="portal_payment_list"),
            models.Index(fields=["organization", "text"], name="portal_payment_text"),
            models.Index(  # a text that is deleted is looked for here
                fields=["organization", "receipt"],
                condition=models.Q(receipt__isnull=False),
                name="portal_payment_receipt",
            ),
        ]

    def __str__(self) -> str:
        return f"payment request {self.pk}"


class PaymentSession(TenantModel):
    """One page at the provider on which one request can be paid once. Made before the provider is asked for it.

    Its id is the idempotency key and the reference that the provider gives back, so a repeated call makes no second
    page and a webhook finds it although our own answer was lost.
    """

    class State(models.TextChoices):
        ASKING = "asking", _("The provider is being asked")
        OPEN = "open", _("Can be paid")
        PENDING = "pending", _("Paid, not yet confirmed")
        EXPIRED = "expired", _("Over")
        FAILED = "failed", _("Not paid, or refused by the provider")
        PAID = "paid", _("Paid")
        WRONG = "wrong", _("Paid, but not what was asked for")

    request = models.ForeignKey(PaymentRequest, on_delete=models.PROTECT, related_name="sessions", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(PaymentAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKING)
    reference = models.CharField(max_length=120, blank=True, help_text="The provider's id of it.")
    payment_reference = models.CharField(max_length=120, blank=True, help_text="The provider's id of the payment.")
    url = EncryptedTextField(keys=[DayKey("payment", "made_at"), ContactKey("contact_id")], blank=True)
    received_minor = models.BigIntegerField(default=0)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("request", "contact", "account"),
            models.UniqueConstraint(fields=["organization", "request", "number"], name="portal_session_number"),
            models.UniqueConstraint(
                fields=["organization", "account", "reference"],
                condition=~models.Q(reference=""),
                name="portal_session_reference",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "account", "payment_reference"], name="portal_session_payment"),
        ]

    def __str__(self) -> str:
        return f"payment session {self.pk}"


class PaymentRefund(TenantModel):
    """Money that goes back. Ours are made before the provider is asked; one made at the provider comes by webhook.

    `session` is empty while nobody knows yet whose payment it belongs to. Its id is the idempotency key.
    """

    class State(models.TextChoices):
        ASKING = "asking", _("Being asked for")
        PENDING = "pending", _("On its way")
        SUCCEEDED = "succeeded", _("Done")
        FAILED = "failed", _("Did not work")

    class Reason(models.TextChoices):
        ASKED = "requested_by_customer", _("The customer asked for it")
        DUPLICATE = "duplicate", _("It was paid twice")
        MISTAKE = "mistake", _("The request was wrong")

    account = models.ForeignKey(PaymentAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    session = models.ForeignKey(
        PaymentSession, on_delete=models.PROTECT, null=True, blank=True, related_name="refunds", db_index=False
    )
    payment_reference = models.CharField(max_length=120)
    reference = models.CharField(max_length=120, blank=True, help_text="The provider's id of it.")
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKING)
    reason = models.CharField(max_length=24, choices=Reason.choices, blank=True)
    asked_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TenantModel.Meta.constraints,
            *same_organization("account", "session", "asked_by"),
            models.UniqueConstraint(
                fields=["organization", "account", "reference"],
                condition=~models.Q(reference=""),
                name="portal_refund_reference",
            ),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="portal_paymentrefund_amount"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "account", "payment_reference"], name="portal_refund_payment"),
            models.Index(fields=["organization", "session"], name="portal_refund_session"),
        ]

    def __str__(self) -> str:
        return f"refund {self.pk}"
