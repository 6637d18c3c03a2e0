"""Stripe: one Checkout Session for each request (its page, its wallets, its cards), told about by webhook.

Nothing says which ways to pay are offered, so Stripe offers what the account has switched on and the customer's device
can: cards, Apple Pay, Google Pay. Stripe is told an amount, the company's name and our ids; not who pays, nor what for.
"""

import time
from typing import Any, ClassVar, cast
from urllib.parse import urlsplit

import stripe
from django.utils.translation import gettext as _

from portal.payments.base import (
    AccountFacts,
    Capabilities,
    Fact,
    Hook,
    Keys,
    NotDone,
    Opened,
    OutcomeUnknown,
    ProviderEvent,
    RefundFact,
    RefundWanted,
    Trouble,
    UnreadableEvent,
    Wanted,
)
from portal.payments.stripe import amounts, reading
from portal.payments.stripe.calls import asked, client

MAX_AGE = 300  # seconds that a signature counts; Stripe's own tolerance, here in both directions
_EXPAND = ["payment_intent.latest_charge.refunds"]
_REASONS = {"requested_by_customer", "duplicate"}


class StripePayments:
    """One Stripe account."""

    name: ClassVar[str] = "stripe"
    capabilities: ClassVar[Capabilities] = Capabilities(
        wallets=True, partial_refunds=True, real_money=True, origins=("https://checkout.stripe.com",)
    )

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def check(self) -> AccountFacts:
        """Whose key it is."""
        said = _plain(asked(self._client().v1.accounts.retrieve_current, changes=False))
        reference = said.get("id")
        if not isinstance(reference, str) or not reference.startswith("acct_") or len(reference) > 80:
            raise NotDone(Trouble.REQUEST, again=False)
        profile = said.get("business_profile")
        name = profile.get("name") if isinstance(profile, dict) else None
        return AccountFacts(reference, str(name or reference)[:80], is_live="_live_" in self._keys.api_key)

    def amount_problem(self, amount_minor: int, currency: str) -> str:
        """In words, from `amounts.problem`."""
        kind, bound = amounts.problem(amount_minor, currency)
        return {
            "": "",
            "unknown": _("Stripe takes no %(bound)s. Choose another currency."),
            "whole": _("Stripe takes whole amounts of %(bound)s only."),
            "tens": _("Stripe takes two digits after the point of %(bound)s. End the amount with 0."),
            "little": _("Stripe takes nothing below %(bound)s."),
            "much": _("Stripe takes %(bound)s at the most."),
        }[kind] % {"bound": bound}

    def create(self, wanted: Wanted) -> Opened:
        """Make the session; a repeated reference gives the one that was made (Idempotency-Key)."""
        params: dict[str, Any] = {
            "mode": "payment",
            "client_reference_id": wanted.reference,
            "metadata": {reading.OURS: wanted.reference},
            "payment_intent_data": {"metadata": {reading.OURS: wanted.reference}},
            "expires_at": int(wanted.expires_at.timestamp()),
            "success_url": wanted.return_url,
            "cancel_url": wanted.cancel_url,
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": wanted.currency.lower(),
                        "unit_amount": amounts.to_stripe(wanted.amount_minor, wanted.currency),
                        "product_data": {"name": wanted.payee},
                    },
                }
            ],
        }
        options: Any = {"idempotency_key": f"session-{wanted.reference}"}
        said = _plain(
            asked(lambda: self._client().v1.checkout.sessions.create(cast(Any, params), options), changes=True)
        )
        reference, url = said.get("id"), said.get("url")
        if not isinstance(reference, str) or not isinstance(url, str) or urlsplit(url).scheme != "https":
            raise OutcomeUnknown
        return Opened(reference, url)

    def fetch(self, session_reference: str) -> list[Fact]:
        """The session with its payment and refunds, in one call."""
        params: Any = {"expand": _EXPAND}
        said = _plain(
            asked(lambda: self._client().v1.checkout.sessions.retrieve(session_reference, params), changes=False)
        )
        try:
            return reading.facts(said)
        except UnreadableEvent:
            raise NotDone(Trouble.AWAY, again=True) from None

    def expire(self, session_reference: str) -> None:
        """Close the session. Stripe refuses that for one that is paid or over, which comes to the same."""
        try:
            asked(lambda: self._client().v1.checkout.sessions.expire(session_reference), changes=True)
        except NotDone as error:
            if error.trouble is not Trouble.REQUEST:
                raise

    def refund(self, wanted: RefundWanted) -> RefundFact:
        """Give money back; a repeated reference says what became of the first (Idempotency-Key)."""
        params: dict[str, Any] = {
            "payment_intent": wanted.payment_reference,
            "amount": amounts.to_stripe(wanted.amount_minor, wanted.currency),
            "metadata": {reading.OUR_REFUND: wanted.reference},
        }
        if wanted.reason in _REASONS:
            params["reason"] = wanted.reason
        options: Any = {"idempotency_key": f"refund-{wanted.reference}"}
        said = _plain(asked(lambda: self._client().v1.refunds.create(cast(Any, params), options), changes=True))
        try:
            [fact] = reading.refunds([said])
        except UnreadableEvent:
            raise OutcomeUnknown from None
        return cast(RefundFact, fact)

    def verify(self, hook: Hook, *, now: float | None = None) -> bool:
        """Whether Stripe signed this very body within the last minutes; several signatures while a secret is rolled."""
        at = next((part[2:] for part in hook.signature[:2_000].split(",") if part.startswith("t=")), "")
        if not (at.isascii() and at.isdigit() and len(at) < 12):
            return False
        moment = time.time() if now is None else now
        if abs(moment - int(at)) > MAX_AGE:  # the library takes a time in the future
            return False
        try:
            stripe.WebhookSignature.verify_header(hook.body, hook.signature[:2_000], self._keys.webhook_secret)
        except (stripe.StripeError, ValueError, TypeError):
            return False
        return True

    def parse(self, hook: Hook) -> ProviderEvent:
        """What the event says."""
        return reading.event(hook.body)

    def _client(self) -> stripe.StripeClient:
        return client(self._keys.api_key, self._keys.base_url)


def _plain(said: Any) -> dict[str, Any]:
    """The library's object as plain values."""
    found = said.to_dict() if hasattr(said, "to_dict") else said
    if not isinstance(found, dict):
        raise NotDone(Trouble.AWAY, again=True)
    return cast(dict[str, Any], found)
