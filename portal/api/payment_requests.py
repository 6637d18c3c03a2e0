"""Requests for payment: ask a customer, see what became of it, take it back. Refunds are people's."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from rest_framework import serializers

from accounts.api.describing import describe
from accounts.api.endpoint import Endpoint, answer
from accounts.api.problems import Flaw, Kind, Problem
from accounts.api.reading import Strict, checked
from accounts.models import Membership
from accounts.permissions import Permission
from portal.models import PaymentRequest
from portal.payments import currencies, reading, requesting
from portal.payments.requesting import MOST_DAYS, Asked, CannotRequest
from portal.payments.screening import LONGEST
from tenancy.ids import new_id
from texting import queries
from texting.api.examples import CONVERSATION_ID
from texting.api.messages import problem_of
from texting.api.shapes import Nothing
from texting.gate import OutsideHours
from texting.sending import Refused

_NEEDS = (Permission.CONVERSATIONS_READ, Permission.PAYMENTS_REQUEST)
_FIELDS = {"amount": "/amount_minor", "days": "/days", "description": "/description"}
_NEW = {"amount_minor": 4500, "currency": "USD", "description": "Invoice 1001", "days": 7}
_EXAMPLE = {
    "id": "019ab4d1-22aa-7c3e-8a55-2d6c7f1e2b51",
    "conversation_id": CONVERSATION_ID,
    "message_id": "019ab4d1-22ab-7d5e-b1c4-6f7a8b9c0d30",
    "amount_minor": 4500,
    "currency": "USD",
    "description": "Invoice 1001",
    "state": "requested",
    "paid_minor": 0,
    "refunded_minor": 0,
    "is_live": True,
    "created_at": "2026-11-25T15:04:05.123Z",
    "expires_at": "2026-12-02T15:04:05.123Z",
}


class NewPaymentRequest(Strict):
    """What is asked for. The customer reads the description before they pay; nothing sensitive may stand in it."""

    amount_minor = serializers.IntegerField(
        min_value=1,
        max_value=currencies.LARGEST,
        help_text="In the currency's smallest unit: 4500 is $45.00, or ¥4,500.",
    )
    currency = serializers.ChoiceField(choices=sorted(currencies.digits_by_currency()), help_text="ISO 4217.")
    description = serializers.CharField(max_length=LONGEST)
    days = serializers.IntegerField(
        min_value=1, max_value=MOST_DAYS, default=7, required=False, help_text="How long the link is good."
    )
    outside_hours = serializers.ChoiceField(
        choices=[wanted.value for wanted in OutsideHours],
        default=OutsideHours.WAIT.value,
        required=False,
        help_text="As for a text: `wait`, `ask` or `send`.",
    )


class ShownPaymentRequest(serializers.Serializer):  # type: ignore[type-arg]
    """A request as it stands now. `message_id` is the text that carries its link; `is_live`: real money."""

    id = serializers.UUIDField()
    conversation_id = serializers.UUIDField()
    message_id = serializers.UUIDField(allow_null=True)
    amount_minor = serializers.IntegerField()
    currency = serializers.CharField()
    description = serializers.CharField(help_text="Masked for keys that may not see names and numbers.")
    state = serializers.ChoiceField(choices=PaymentRequest.State.values)
    paid_minor = serializers.IntegerField()
    refunded_minor = serializers.IntegerField()
    is_live = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class NewPaymentRequests(Endpoint):
    """Asking in a conversation."""

    needs = {"post": (*_NEEDS, Permission.MESSAGES_SEND)}

    @describe(
        "Request a payment",
        status=202,
        answer=ShownPaymentRequest,
        example=_EXAMPLE,
        request=NewPaymentRequest,
        request_example=_NEW,
        problems=[Kind.PERMISSION_MISSING, Kind.NOT_FOUND, Kind.TEXT_REFUSED],
        repeatable=True,
        tag="Payments",
    )
    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Text the customer a link to the payment provider's page; the text names the company and nothing else. Send
        the same request with the same Idempotency-Key after a time-out, or the customer is asked twice.
        """
        found = queries.access_conversation(self.member, conversation_id)
        typed = checked(self.body, NewPaymentRequest)
        asked = Asked(**typed | {"text_id": new_id(), "outside_hours": OutsideHours(typed["outside_hours"])})
        try:
            made = requesting.request_payment(member=self.member, conversation=found, asked=asked)
        except CannotRequest as wrong:
            raise Problem(Kind.INVALID, errors=[Flaw(str(wrong), pointer=_FIELDS.get(wrong.field, ""))]) from None
        except Refused as refused:
            return problem_of(self.member, refused).response()
        shown = _show(self.member, reading.access_payment(self.member, made.pk))
        return answer(shown, status=202, headers={"Location": f"/api/v1/payment-requests/{made.pk}"})


class OnePaymentRequest(Endpoint):
    """A request by its id."""

    needs = {"get": _NEEDS}

    @describe(
        "Read a payment request",
        answer=ShownPaymentRequest,
        example=_EXAMPLE | {"state": "paid", "paid_minor": 4500},
        problems=[Kind.PERMISSION_MISSING, Kind.NOT_FOUND],
        tag="Payments",
    )
    def get(self, request: HttpRequest, payment_id: UUID) -> HttpResponse:
        """What became of it, as the provider has told us."""
        return answer(_show(self.member, reading.access_payment(self.member, payment_id)))


class PaymentRequestEnd(Endpoint):
    """The end of one before it is paid."""

    needs = {"post": (*_NEEDS, Permission.MESSAGES_SEND)}

    @describe(
        "Cancel a payment request",
        answer=ShownPaymentRequest,
        example=_EXAMPLE | {"state": "canceled"},
        request=Nothing,
        problems=[Kind.PERMISSION_MISSING, Kind.NOT_FOUND, Kind.CONFLICT],
        repeatable=True,
        tag="Payments",
    )
    def post(self, request: HttpRequest, payment_id: UUID) -> HttpResponse:
        """The link ends. What is paid in this moment stays paid. 409 when it is paid or over already."""
        checked(self.body, Nothing)
        found = reading.access_payment(self.member, payment_id)
        if not requesting.cancel(member=self.member, request=found):
            raise Problem(Kind.CONFLICT, "It is paid, or over already.")
        return answer(_show(self.member, reading.access_payment(self.member, payment_id)))


def _show(member: Membership, row: PaymentRequest) -> dict[str, Any]:
    shown = reading.shown(member, row, in_list=False)
    same = ("amount_minor", "currency", "paid_minor", "refunded_minor", "created_at", "expires_at", "conversation_id")
    return {
        "id": row.pk,
        "message_id": row.text_id,
        "description": shown.description,
        "state": shown.state,
        "is_live": shown.is_live,
        **{name: getattr(row, name) for name in same},
    }
