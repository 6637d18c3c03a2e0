"""A payment provider that moves no money: the same protocol as a real one, over rows of its own (`SimulatedCheckout`).

Its page is drawn by `portal.views.payment_simulator` and says on top that it is a simulation. What happens there is
told to us by a signed webhook through the same door as Stripe's (`portal.payments.hearing`).
"""

import hmac
import json
from hashlib import sha256
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from portal.models import PaymentAccountKey, SimulatedCheckout
from portal.payments.base import (
    AccountFacts,
    Capabilities,
    Fact,
    Hook,
    Keys,
    NotDone,
    Opened,
    ProviderEvent,
    RefundFact,
    RefundState,
    RefundWanted,
    SessionFact,
    SessionState,
    Trouble,
    UnreadableEvent,
    Wanted,
)
from tenancy.isolation import activate, current_organization_id

State = SimulatedCheckout.State
MAX_AGE = 300  # seconds that a signature counts, before and after its time
_SALT = "portal.payments.simulator"
_STATES = {
    State.OPEN: SessionState.OPEN,
    State.PENDING: SessionState.PENDING,
    State.PAID: SessionState.PAID,
    State.FAILED: SessionState.FAILED,
    State.EXPIRED: SessionState.EXPIRED,
}


class SimulatedPayments:
    """One simulated account."""

    name: ClassVar[str] = "simulator"
    capabilities: ClassVar[Capabilities] = Capabilities(
        wallets=False, partial_refunds=True, real_money=False, origins=(settings.PUBLIC_BASE_URL,)
    )

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def check(self) -> AccountFacts:
        """Always there."""
        return AccountFacts("simulated", "Simulated payments", is_live=False)

    def amount_problem(self, amount_minor: int, currency: str) -> str:
        """Takes every amount."""
        return ""

    def create(self, wanted: Wanted) -> Opened:
        """A page, the same one for the same reference."""
        with activate(self._organization()):
            page, _made = SimulatedCheckout.objects.get_or_create(
                session_id=UUID(wanted.reference),
                defaults={
                    "account_id": UUID(self._keys.account_id),
                    "amount_minor": wanted.amount_minor,
                    "currency": wanted.currency,
                    "payee": wanted.payee,
                    "return_url": wanted.return_url,
                    "expires_at": wanted.expires_at,
                },
            )
            return Opened(str(page.pk), page_address(page))

    def fetch(self, session_reference: str) -> list[Fact]:
        """What its row says."""
        with activate(self._organization()):
            return facts_of(self._page(session_reference))

    def expire(self, session_reference: str) -> None:
        """Close the page if it can still be paid."""
        with activate(self._organization()):
            self._page(session_reference)
            SimulatedCheckout.objects.filter(pk=session_reference, state=State.OPEN).update(state=State.EXPIRED)

    def refund(self, wanted: RefundWanted) -> RefundFact:
        """Give back at once, as long as enough is left."""
        with activate(self._organization()):
            page = self._page(wanted.payment_reference)
            others = sum(amount for name, amount in page.refunds.items() if name != wanted.reference)
            if page.state != State.PAID or others + wanted.amount_minor > page.amount_minor:
                raise NotDone(Trouble.REQUEST, again=False)
            page.refunds[wanted.reference] = wanted.amount_minor
            page.save(update_fields=["refunds"])
            return _refund_fact(page, wanted.reference)

    def verify(self, hook: Hook, *, now: float) -> bool:
        """Whether the simulated provider signed it lately."""
        at, _, given = hook.signature.partition(".")
        fresh = at.isascii() and at.isdigit() and len(at) < 12 and abs(now - int(at)) <= MAX_AGE
        return fresh and hmac.compare_digest(given.encode(), self._mac(hook.body, at).encode())

    @staticmethod
    def parse(hook: Hook) -> ProviderEvent:
        """What the body says; the facts are those that `facts_of` wrote."""
        try:
            said = json.loads(hook.body)
            facts = [
                SessionFact(SessionState(one.pop("state")), **one)
                if kind == "session"
                else RefundFact(RefundState(one.pop("state")), **one)
                for kind, one in said["facts"]
            ]
            return ProviderEvent(str(said["id"])[:120], str(said["kind"])[:80], tuple(facts))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise UnreadableEvent("not an event of the simulator") from None

    def signed(self, event_id: str, kind: str, page: SimulatedCheckout) -> Hook:
        """The webhook that tells what a page's row says now."""
        facts = [
            ("session" if isinstance(fact, SessionFact) else "refund", {**vars(fact), "state": fact.state.value})
            for fact in facts_of(page)
        ]
        body = json.dumps({"id": event_id, "kind": kind, "facts": facts}).encode()
        at = str(int(timezone.now().timestamp()))
        return Hook(body, f"{at}.{self._mac(body, at)}")

    def _mac(self, body: bytes, at: str) -> str:
        return hmac.new(self._keys.webhook_secret.encode(), at.encode() + b"." + body, sha256).hexdigest()

    def _organization(self) -> UUID:
        return PaymentAccountKey.objects.values_list("organization_id", flat=True).get(pk=self._keys.account_id)

    @staticmethod
    def _page(reference: str) -> SimulatedCheckout:
        found = SimulatedCheckout.objects.select_for_update(of=("self",)).filter(pk=reference).first()
        if found is None:
            raise NotDone(Trouble.REQUEST, again=False)
        return found


def facts_of(page: SimulatedCheckout) -> list[Fact]:
    """Everything that the simulated provider knows of one page. Its payment has the page's id."""
    state = State(page.state)
    if state is State.OPEN and page.expires_at <= timezone.now():
        state = State.EXPIRED
    paid = page.amount_minor if state is State.PAID else 0
    payment = str(page.pk) if state in {State.PAID, State.PENDING} else ""
    session = SessionFact(_STATES[state], str(page.pk), str(page.session_id), payment, paid, page.currency)
    return [session, *(_refund_fact(page, reference) for reference in page.refunds)]


def _refund_fact(page: SimulatedCheckout, reference: str) -> RefundFact:
    amount = page.refunds[reference]
    return RefundFact(
        RefundState.SUCCEEDED, f"{page.pk}/{reference}", str(page.pk), amount, page.currency, reference=reference
    )


def page_address(page: SimulatedCheckout) -> str:
    """Where the page is: a signed name of organization and row."""
    token = signing.Signer(salt=_SALT).sign(f"{current_organization_id().hex}.{page.pk.hex}")
    return settings.PUBLIC_BASE_URL + reverse("simulated_payment", args=[token])


def page_of(token: str) -> tuple[UUID, UUID] | None:
    """(organization, row) of a page's address; None for what we did not sign."""
    try:
        organization, _, row = signing.Signer(salt=_SALT).unsign(token).partition(".")
        return UUID(organization), UUID(row)
    except (signing.BadSignature, ValueError):
        return None
