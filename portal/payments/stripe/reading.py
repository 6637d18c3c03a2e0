"""What Stripe says, read strictly: sessions, refunds and webhooks as facts in our own units.

The objects are those of Stripe's API description; whatever does not look like it is UnreadableEvent, which quotes
nothing of it.
"""

import json
from typing import Any

from portal.payments.base import (
    Fact,
    ProviderEvent,
    RefundFact,
    RefundState,
    SessionFact,
    SessionState,
    UnreadableEvent,
)
from portal.payments.currencies import digits_by_currency
from portal.payments.stripe.amounts import from_stripe

SESSION_EVENTS = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
    }
)
REFUND_EVENTS = frozenset({"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"})
CHARGE_EVENTS = frozenset({"charge.refunded"})
EVENTS = tuple(sorted(SESSION_EVENTS | REFUND_EVENTS | CHARGE_EVENTS))
"""What a webhook has to be subscribed to."""

OURS, OUR_REFUND = "parley_session", "parley_refund"  # names in Stripe's metadata
_REFUNDS = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}
_LONGEST = 120  # characters of an id


def event(body: bytes) -> ProviderEvent:
    """A webhook's body. Raises UnreadableEvent."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise UnreadableEvent("no JSON") from None
    _must(isinstance(said, dict) and isinstance(said.get("data"), dict))
    kind, reference, thing = _text(said, "type"), _text(said, "id"), said["data"].get("object")
    if kind not in EVENTS:
        return ProviderEvent(reference, kind[:80])
    _must(isinstance(thing, dict))
    if kind in SESSION_EVENTS:
        return ProviderEvent(reference, kind, (session(thing, failed=kind.endswith("failed")),))
    if kind in REFUND_EVENTS:
        return ProviderEvent(reference, kind, tuple(refunds([thing])))
    return ProviderEvent(reference, kind, ask_payment=_id(thing.get("payment_intent")))


def session(said: dict[str, Any], *, failed: bool = False) -> SessionFact:
    """A Checkout Session. `failed`: the event says that a payment by bank did not arrive. Raises UnreadableEvent."""
    status, payment_status, intent = said.get("status"), said.get("payment_status"), said.get("payment_intent")
    currency = str(said.get("currency") or "").upper()
    amount = said.get("amount_total")
    if payment_status == "paid":
        state = SessionState.PAID
        _must(isinstance(amount, int) and not isinstance(amount, bool) and currency in digits_by_currency())
    elif failed or (status == "complete" and isinstance(intent, dict) and intent.get("status") in _OVER):
        state = SessionState.FAILED
    elif status == "complete":
        state = SessionState.PENDING
    else:
        _must(status in {"open", "expired"})
        state = SessionState.EXPIRED if status == "expired" else SessionState.OPEN
    return SessionFact(
        state,
        session_reference=_text(said, "id"),
        reference=str(said.get("client_reference_id") or "")[:_LONGEST],
        payment_reference=_id(intent),
        amount_minor=from_stripe(amount, currency) if state is SessionState.PAID and isinstance(amount, int) else 0,
        currency=currency if state is SessionState.PAID else "",
    )


_OVER = frozenset({"requires_payment_method", "canceled"})


def facts(said: dict[str, Any]) -> list[Fact]:
    """A Checkout Session with its payment and the refunds of it (`expand` in `adapter.fetch`)."""
    found: list[Fact] = [session(said)]
    intent = said.get("payment_intent")
    charge = intent.get("latest_charge") if isinstance(intent, dict) else None
    listed = charge.get("refunds") if isinstance(charge, dict) else None
    data = listed.get("data") if isinstance(listed, dict) else None
    return found + refunds(data if isinstance(data, list) else [])


def refunds(said: list[Any]) -> list[Fact]:
    """Refunds. Raises UnreadableEvent."""
    return [_refund(one) for one in said]


def _refund(said: Any) -> RefundFact:
    _must(isinstance(said, dict))
    state, amount = _REFUNDS.get(str(said.get("status"))), said.get("amount")
    currency = str(said.get("currency") or "").upper()
    _must(state is not None and isinstance(amount, int) and currency in digits_by_currency())
    metadata = said.get("metadata")
    ours = metadata.get(OUR_REFUND, "") if isinstance(metadata, dict) else ""
    assert state is not None  # noqa: S101 - just looked at
    return RefundFact(
        state,
        refund_reference=_text(said, "id"),
        payment_reference=_id(said.get("payment_intent")),
        amount_minor=from_stripe(amount, currency),
        currency=currency,
        reference=str(ours)[:_LONGEST],
    )


def _id(said: Any) -> str:
    """The id of an object that Stripe gives as an id or, expanded, as itself."""
    found = said.get("id") if isinstance(said, dict) else said
    return found if isinstance(found, str) and len(found) <= _LONGEST else ""


def _text(said: dict[str, Any], name: str) -> str:
    found = said.get(name)
    _must(isinstance(found, str) and 0 < len(found) <= _LONGEST and found.isascii() and found.isprintable())
    return str(found)


def _must(holds: bool) -> None:
    if not holds:
        raise UnreadableEvent("not as Stripe describes it")
