"""The text that says that a payment has arrived: through the gate like every other, once for each request."""

from django.db import transaction

from portal.models import PaymentRequest
from portal.payments import texts
from tenancy.encryption import EncryptionError
from texting.models import Conversation
from texting.purposes import Purpose
from texting.sending import BadText, Refused, send_text


def send(request: PaymentRequest) -> None:
    """Queue it in the running transaction and note it with the request, or the rule that is against it.

    The caller saves the request. The text names the company and the amount, as a till's slip does, and nothing else.
    """
    rows = Conversation.objects.select_related("contact", "line__team")
    conversation = rows.get(pk=request.conversation_id)
    body = texts.received(conversation.contact, request)
    try:
        with transaction.atomic():
            _queue(request, conversation, body)
    except EncryptionError:  # the contact was erased: money that came counts all the same
        request.receipt_refused = "erased"


def _queue(request: PaymentRequest, conversation: Conversation, body: str) -> None:
    try:
        request.receipt = send_text(conversation=conversation, body=body, author=None, purpose=Purpose.RECEIPT)
    except Refused as refused:  # the decision is stored
        request.receipt_refused = next((reason.rule for reason in refused.outcome.objections), "gate")[:60]
    except BadText:
        request.receipt_refused = "text"
