"""The simulated provider's page: what Stripe's would be, with a button for each way it can end. No money moves.

A local system has it only. What is pressed here is told to us by a signed webhook, or kept silent on purpose, so that
`portal.payments.reconciling` has something to find.
"""

from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.permissions import public
from portal.models import PaymentAccount, SimulatedCheckout
from portal.payments import currencies, hearing, simulator
from portal.payments.base import Keys, SessionState
from portal.payments.simulator import SimulatedPayments, facts_of
from portal.views.payment_page import guarded
from tenancy.isolation import activate

State = SimulatedCheckout.State
_ENDS = {
    State.OPEN: {"pay": State.PAID, "silently": State.PAID, "later": State.PENDING},
    State.PENDING: {"arrive": State.PAID, "bounce": State.FAILED},
}
"""What can be pressed on a page in each state, and what becomes of it."""


@public
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def simulated_payment(request: HttpRequest, token: str) -> HttpResponse:
    """Draw it; or do what was pressed and go back to our own page."""
    found = simulator.page_of(token)
    if found is None:
        raise Http404
    organization, page_id = found
    with activate(organization):
        page = SimulatedCheckout.objects.select_for_update(of=("self",)).filter(pk=page_id).first()
        if page is None:
            raise Http404
        pressed = request.POST.get("act", "") if request.method == "POST" else ""
        acts = _acts(page)
        if pressed in acts:
            page.state = acts[pressed]
            page.save(update_fields=["state"])
        elif pressed != "cancel":
            return _drawn(request, page, declined=pressed == "decline")
        back = page.return_url
    if pressed in acts and pressed != "silently":
        tell(organization, page)
    address = f"{back}?left=1" if pressed == "cancel" else back
    return guarded(HttpResponse(status=303, headers={"Location": address}))


def tell(organization: UUID, page: SimulatedCheckout) -> None:
    """Send the webhook that says what the page's row says now."""
    with activate(organization):
        account = PaymentAccount.objects.get(pk=page.account_id)
        provider = SimulatedPayments(Keys.from_json(account.credentials, account_id=str(account.pk)))
        hearing.take(account, provider.signed(f"evt_{uuid4().hex}", f"simulated.{page.state}", page))


def _acts(page: SimulatedCheckout) -> dict[str, SimulatedCheckout.State]:
    return {} if facts_of(page)[0].state == SessionState.EXPIRED else _ENDS.get(State(page.state), {})


def _drawn(request: HttpRequest, page: SimulatedCheckout, *, declined: bool = False) -> HttpResponse:
    context = {
        "amount": currencies.shown(page.amount_minor, page.currency),
        "payee": page.payee,
        "state": page.state,
        "acts": list(_acts(page)),
        "declined": declined,
    }
    return guarded(render(request, "portal/payments/simulated.html", context))
