"""Addresses below /api/v1/ that are about private messages and payments."""

from django.urls import path

from portal.api import payment_requests, secure_messages

_CONVERSATION = "conversations/<uuid:conversation_id>/"

urlpatterns = [
    path(_CONVERSATION + "secure-messages", secure_messages.NewSecureMessages.as_view(), name="api_send_securely"),
    path("secure-messages/<uuid:secure_id>", secure_messages.OneSecureMessage.as_view(), name="api_secure_message"),
    path(
        "secure-messages/<uuid:secure_id>/revoke",
        secure_messages.SecureMessageEnd.as_view(),
        name="api_revoke_secure_message",
    ),
    path(
        _CONVERSATION + "payment-requests",
        payment_requests.NewPaymentRequests.as_view(),
        name="api_request_payment",
    ),
    path("payment-requests/<uuid:payment_id>", payment_requests.OnePaymentRequest.as_view(), name="api_payment"),
    path(
        "payment-requests/<uuid:payment_id>/cancel",
        payment_requests.PaymentRequestEnd.as_view(),
        name="api_cancel_payment",
    ),
]
