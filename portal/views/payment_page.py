"""The page behind a payment link: no account, no cookie, no script. Looking at it changes nothing and says nothing to
anybody, so link previews and scanners may look as often as they like; paying begins with a press.

Who has the link sees who asks, how much and what for, as long as it can be paid; afterwards only who asked. Like other
forms for everybody (decision 125) it is exempt from the CSRF check: nothing here is done in anybody's name.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.languages import DEFAULT, asked_for, written_in
from accounts.origins import client_address, network_of
from accounts.permissions import public
from compliance.message_templates.picking import language_of
from portal import links
from portal.models import PaymentRequest
from portal.payments import currencies, opening, requesting
from portal.payments.opening import NotOpen, TryAgain
from portal.payments.registry import UnknownPaymentProvider, class_of
from portal.payments.states import OPEN_STATES
from portal.views.speaking import OFFERED, speaking
from tenancy import rates
from tenancy.encryption import readable
from tenancy.isolation import activate

PAGE = "portal/payments/page.html"
PRESSES_A_MINUTE = 20  # of one network
State = PaymentRequest.State


@public
@require_safe
@speaking(links.Kind.PAYMENT, "payment_page")
def payment_page(request: HttpRequest, payment_code: str) -> HttpResponse:
    """What is asked for, and by whom."""
    found = _find(payment_code)
    with activate(found.organization):
        return _drawn(request, payment_code, _request(found))


@public
@csrf_exempt
@require_POST
@speaking(links.Kind.PAYMENT, "payment_page")
def payment_pay(request: HttpRequest, payment_code: str) -> HttpResponse:
    """To the provider's page; back to ours with a sentence when that is not possible."""
    found = _find(payment_code)
    if _too_many(request):
        return _again(request, payment_code, found, _("Too many tries. Wait a minute, then try again."), 429)
    try:
        page = opening.open_page(found.organization, found.target_id)
    except (NotOpen, PaymentRequest.DoesNotExist):
        return _again(request, payment_code, found, "", 409)
    except TryAgain:
        return _again(request, payment_code, found, _("The payment page did not open. Try again in a moment."), 503)
    if page.is_expected:
        return guarded(HttpResponse(status=303, headers={"Location": page.url}))
    return guarded(
        render(request, "portal/payments/elsewhere.html", {"url": page.url, "brand": found.organization.name})
    )


@public
@csrf_exempt
@require_POST
@speaking(links.Kind.PAYMENT, "payment_page")
def payment_again(request: HttpRequest, payment_code: str) -> HttpResponse:
    """The customer wants a new link: the people who asked are told, once."""
    found = _find(payment_code)
    if _too_many(request):
        return _again(request, payment_code, found, _("Too many tries. Wait a minute, then try again."), 429)
    with activate(found.organization):
        _request(found)
        requesting.want_again(found.target_id)
        return _drawn(request, payment_code, _request(found))


@public
@require_safe
def payment_return(request: HttpRequest, token: str) -> HttpResponse:
    """Where the provider sends the customer back to. It proves nothing; what it says of the payment is in our books."""
    found = opening.returned(token)
    if found is None:
        raise Http404
    organization, request_id = found
    with activate(organization):
        row = PaymentRequest.objects.select_related("organization", "contact").filter(pk=request_id).first()
        if row is None:
            raise Http404
        state = State(row.state)
        language = language_of(row.contact)
    left = "left" in request.GET and state in OPEN_STATES
    context = {
        "brand": row.organization.name,
        "left": left,
        "arrived": state in {State.PAID, State.PARTLY_REFUNDED, State.REFUNDED},
        "waits": not left and state in {State.REQUESTED, State.OPENED, State.PENDING},
    }
    with written_in(language or asked_for(request, OFFERED) or DEFAULT):
        response = render(request, "portal/payments/return.html", context)
    if context["waits"]:
        response["Refresh"] = "5"
    return guarded(response)


def guarded(response: HttpResponse, *, leads_to: tuple[str, ...] = ()) -> HttpResponse:
    """Nothing from elsewhere, no frame, no address to whom it links, not kept, not indexed. `leads_to`: where its form
    may end up."""
    response["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "form-action " + " ".join(("'self'", *leads_to))
    )
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _find(code: str) -> links.Found:
    found = links.find(links.Kind.PAYMENT, code)
    if found is None:
        raise Http404
    return found


def _request(found: links.Found) -> PaymentRequest:
    row = PaymentRequest.objects.select_related("account").filter(pk=found.target_id).first()
    if row is None:
        raise Http404
    row.organization = found.organization
    return row


def _again(request: HttpRequest, code: str, found: links.Found, words: str, status: int) -> HttpResponse:
    with activate(found.organization):
        response = _drawn(request, code, _request(found), problem=words, status=status)
    if status != 409:
        response["Retry-After"] = "60" if status == 429 else "5"
    return response


def _drawn(
    request: HttpRequest, code: str, row: PaymentRequest, *, problem: str = "", status: int = 200
) -> HttpResponse:
    state, now = State(row.state), timezone.now()
    if state in OPEN_STATES and row.expires_at <= now:
        state = State.EXPIRED
    context: dict[str, Any] = {
        "brand": row.organization.name,
        "code": code,
        "state": state.value,
        "problem": problem,
        "asked_again": row.wanted_again_at is not None,
    }
    origins: tuple[str, ...] = ()
    if state in OPEN_STATES:
        try:
            provider = class_of(row.account.provider) if row.account.is_active else None
        except UnknownPaymentProvider:
            provider = None
        origins = provider.capabilities.origins if provider else ()
        context |= {
            "can_be_paid": provider is not None,
            "is_simulated": not row.account.is_live,
            "provider": provider.name.capitalize() if provider else "",
            "amount": currencies.shown(row.amount_minor, row.currency),
            "description": readable(row, "description", "") or "",
            "expires_at": row.expires_at,
        }
    with timezone.override(row.organization.time_zone):
        response = render(request, PAGE, context, status=410 if state in {State.EXPIRED, State.CANCELED} else status)
    return guarded(response, leads_to=origins)


def _too_many(request: HttpRequest) -> bool:
    network = network_of(client_address(request))
    allowance = rates.spend(
        f"payments/press/{network}",
        limit=PRESSES_A_MINUTE,
        per_seconds=60,
        burst=PRESSES_A_MINUTE,
        when_away=rates.WhenAway.SMALL_BUDGET,
    )
    return not allowance.allowed
