"""The customer wants to pay: a page of the provider is found or made, with its row written down before the call.

The same page is given out as long as it can be paid, so a request is paid once however often the link is opened. When
an answer got lost, the next call repeats it under the same key and gets the page that was made the first time.
"""

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from portal.models import PaymentAccount, PaymentRequest, PaymentSession
from portal.payments import booking, dues
from portal.payments.base import (
    NotDone,
    Opened,
    OutcomeUnknown,
    PaymentError,
    PaymentProvider,
    SessionFact,
    SessionState,
    Wanted,
)
from portal.payments.registry import UnknownPaymentProvider, adapter_of
from portal.payments.states import LIVE_SESSIONS, OPEN_STATES
from tenancy.isolation import activate, current_organization_id
from tenancy.models import Organization

log = logging.getLogger("parley.payments")

LONGEST_PAGE = timedelta(hours=23)  # Stripe closes a page after 24 hours at the latest ...
SHORTEST_PAGE = timedelta(minutes=31)  # ... and takes none for less than 30 minutes
LEFT = timedelta(minutes=2)  # a page with less left is not given out any more
FIRST_LOOK = timedelta(minutes=10)
MOST_PAGES = 40  # of one request
_SALT = "portal.payments.return"


class NotOpen(Exception):
    """The request cannot be paid now: it is over, paid or being paid, or nobody can take the money."""


class TryAgain(Exception):
    """The provider did not answer; the same press a moment later may work."""


@dataclass(frozen=True)
class Page:
    """Where the customer goes. `is_expected`: one of the provider's known origins, where a form may lead."""

    url: str = field(repr=False)
    is_expected: bool


@dataclass(frozen=True)
class _Call:
    account: PaymentAccount
    provider: PaymentProvider
    session_id: UUID
    wanted: Wanted


def open_page(organization: Organization, request_id: UUID) -> Page:
    """A page on which the request can be paid. No transaction is open. Raises NotOpen, TryAgain."""
    with activate(organization):
        found = _begin(request_id)
    if isinstance(found, Page):
        return found
    try:
        opened = found.provider.create(found.wanted)
    except PaymentError as error:
        with activate(organization):
            _note_failure(found, error)
        raise TryAgain from None
    with activate(organization):
        return note_opened(found.account, found.provider, found.session_id, opened)


def repeat(session: PaymentSession) -> tuple[PaymentProvider, Wanted]:
    """The very call that made, or was to make, this page. Raises UnknownPaymentProvider, ValueError."""
    provider = adapter_of(session.account)
    return provider, _wanted(session.request, session)


def note_opened(account: PaymentAccount, provider: PaymentProvider, session_id: UUID, opened: Opened) -> Page:
    """Write down where the page is. What a webhook has said of it meanwhile stays."""
    session = PaymentSession.objects.get(pk=session_id)
    booking.lock(session.request_id)
    session.refresh_from_db()
    session.url = opened.url
    session.save(update_fields=["url"])
    fact = SessionFact(SessionState.OPEN, session_reference=opened.session_reference, reference=str(session_id))
    booking.book(account, [fact])
    return _page(provider, opened.url)


def return_token(request: PaymentRequest) -> str:
    """For the page that the customer comes back to: it is told to the provider, so it is not the link itself."""
    return signing.Signer(salt=_SALT).sign(f"{current_organization_id().hex}.{request.pk.hex}")


def returned(token: str) -> tuple[UUID, UUID] | None:
    """(organization, request) of a return token; None for what we did not sign."""
    try:
        organization, _, request = signing.Signer(salt=_SALT).unsign(token).partition(".")
        return UUID(organization), UUID(request)
    except (signing.BadSignature, ValueError):
        return None


def _begin(request_id: UUID) -> Page | _Call:
    request, now = booking.lock(request_id), timezone.now()
    if request.state not in OPEN_STATES or request.expires_at <= now:
        raise NotOpen
    account = request.account
    try:
        provider = adapter_of(account)
    except (UnknownPaymentProvider, ValueError):
        raise NotOpen from None
    if not account.is_active:
        raise NotOpen
    session = request.sessions.filter(state__in=LIVE_SESSIONS, expires_at__gt=now + LEFT).order_by("-number").first()
    if request.opened_at is None:
        request.opened_at = now
        booking.settle(request)
    if session is not None and session.url:
        return _page(provider, session.url)
    session = session or _new_session(request)
    return _Call(account, provider, session.pk, _wanted(request, session))


def _new_session(request: PaymentRequest) -> PaymentSession:
    number, now = request.sessions.count() + 1, timezone.now()
    if number > MOST_PAGES:
        raise NotOpen
    ends = min(now + LONGEST_PAGE, max(request.expires_at, now + SHORTEST_PAGE)).replace(microsecond=0)
    session = PaymentSession.objects.create(
        request=request, contact_id=request.contact_id, account_id=request.account_id, number=number, expires_at=ends
    )
    dues.put(dues.Kind.SESSION, session.pk, now + FIRST_LOOK)
    return session


def _wanted(request: PaymentRequest, session: PaymentSession) -> Wanted:
    back = settings.PUBLIC_BASE_URL + reverse("payment_return", args=[return_token(request)])
    return Wanted(
        reference=str(session.pk),
        amount_minor=request.amount_minor,
        currency=request.currency,
        payee=request.organization.name,
        expires_at=session.expires_at,
        return_url=back,
        cancel_url=f"{back}?left=1",
    )


def _note_failure(call: _Call, error: PaymentError) -> None:
    """A refusal ends the page, so that the next press makes another; anything else is repeated under the same key."""
    log.warning(
        "payment_page_not_made",
        extra={"session": str(call.session_id), "error": type(error).__name__, "trouble": str(error)},
    )
    if isinstance(error, NotDone) and not error.again:
        booking.book(call.account, [SessionFact(SessionState.FAILED, reference=str(call.session_id))])
    elif isinstance(error, OutcomeUnknown):
        dues.put(dues.Kind.SESSION, call.session_id, timezone.now() + timedelta(minutes=1))


def _page(provider: PaymentProvider, url: str) -> Page:
    return Page(url, any(url.startswith(f"{origin}/") for origin in provider.capabilities.origins))
