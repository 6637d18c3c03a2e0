"""What the portal stores: short links, secure messages and what customers answer to them, requests for payment."""

from portal.models.link import PortalLink
from portal.models.payment_books import PaymentDue, PaymentEvent, RefusedPaymentEvent, SimulatedCheckout
from portal.models.payments import (
    PaymentAccount,
    PaymentAccountKey,
    PaymentRefund,
    PaymentRequest,
    PaymentSession,
)
from portal.models.secure_message import PortalSettings, SecureMessage, SecureReply, SecureVisit

__all__ = [
    "PaymentAccount",
    "PaymentAccountKey",
    "PaymentDue",
    "PaymentEvent",
    "PaymentRefund",
    "PaymentRequest",
    "PaymentSession",
    "PortalLink",
    "PortalSettings",
    "RefusedPaymentEvent",
    "SecureMessage",
    "SecureReply",
    "SecureVisit",
    "SimulatedCheckout",
]
