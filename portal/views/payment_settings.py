"""Settings > Payments: connect Stripe or the simulator, what new requests begin with, refused webhooks."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from accounts.views.answers import form_page, wait_sentence
from portal.models import PaymentAccount
from portal.payments import accounts, hearing
from portal.payments.accounts import SIMULATOR, STRIPE, CannotConnect, Wish
from portal.payments.registry import names
from portal.payments.settings_forms import BeginningsForm, StripeForm
from portal.payments.stripe.reading import EVENTS
from tenancy import rates
from tenancy.isolation import activate

PAGE = "portal/payments/settings.html"
CONNECT = "portal/payments/connect_stripe.html"
TRIES_A_MINUTE = 10
RIGHTS = (
    "Checkout Sessions: write",
    "PaymentIntents: read",
    "Charges and refunds: write",
    "Account: read",
)
"""What a restricted key needs, in Stripe's own words."""


@requires(Permission.PAYMENTS_MANAGE)
@require_safe
def payment_settings(request: MemberRequest) -> HttpResponse:
    """What is connected, and what to do next."""
    rows = PaymentAccount.objects.filter(is_active=True, provider__in=names()).order_by("provider")
    shown = [
        {
            "account": row,
            "address": accounts.webhook_address(row),
            "is_stripe": row.provider == STRIPE,
            "lacks_secret": row.provider == STRIPE and not accounts.has_webhook_secret(row),
            "form": _beginnings(row),
        }
        for row in rows
    ]
    connected = {row.provider for row in rows}
    context = {
        "accounts": shown,
        "may_simulate": SIMULATOR in names() and SIMULATOR not in connected,
        "may_connect": STRIPE in names() and STRIPE not in connected,
        "refused": hearing.waiting_count(request.member),
        "events": EVENTS,
    }
    return render(request, PAGE, context)


@requires(Permission.PAYMENTS_MANAGE, calls_out=True)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def connect_stripe(request: MemberRequest) -> HttpResponse:
    """Nothing is stored before Stripe has said whose key it is."""
    form = StripeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        with activate(request.member.organization):
            return form_page(request, CONNECT, form, rights=RIGHTS)
    try:
        _spend(request)
        facts = accounts.try_keys(form.wish)
    except CannotConnect as error:
        form.add_error("api_key" if error.wrong else None, str(error))
        with activate(request.member.organization):
            return form_page(request, CONNECT, form, rights=RIGHTS)
    with activate(request.member.organization):
        accounts.connect(actor=request.member, wish=form.wish, facts=facts)
    messages.success(
        request, _("Connected to %(name)s. What is left: tell Stripe where to call.") % {"name": facts.name}
    )
    return redirect("payment_settings")


@requires(Permission.PAYMENTS_MANAGE)
@fresh
@require_POST
def connect_simulator(request: MemberRequest) -> HttpResponse:
    """Simulated payments for simulated lines; a local system only."""
    if SIMULATOR not in names():
        messages.error(request, _("Simulated payments are for local systems only."))
        return redirect("payment_settings")
    wish = Wish(SIMULATOR)
    accounts.connect(actor=request.member, wish=wish, facts=accounts.try_keys(wish))
    messages.success(request, _("Simulated payments are on for simulated lines."))
    return redirect("payment_settings")


@requires(Permission.PAYMENTS_MANAGE)
@fresh
@require_POST
def change_payments(request: MemberRequest, account_id: UUID) -> HttpResponse:
    """What new requests begin with; a new signing secret."""
    account = get_object_or_404(PaymentAccount, pk=account_id, is_active=True)
    form = BeginningsForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("payment_settings")
    accounts.change(actor=request.member, account=account, **form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect("payment_settings")


@requires(Permission.PAYMENTS_MANAGE)
@fresh
@require_POST
def disconnect_payments(request: MemberRequest, account_id: UUID) -> HttpResponse:
    """No new requests are paid there."""
    account = get_object_or_404(PaymentAccount, pk=account_id)
    accounts.disconnect(actor=request.member, account=account)
    messages.success(request, _("Disconnected. What was paid can still be given back."))
    return redirect("payment_settings")


@requires(Permission.PAYMENTS_MANAGE, calls_out=True)  # each call in a transaction of its own
@require_POST
def take_in_refused(request: MemberRequest) -> HttpResponse:
    """Try the refused webhooks again."""
    taken, wrong = hearing.take_in_all(actor=request.member)
    if wrong:
        words = ngettext("%(count)d is still wrong.", "%(count)d are still wrong.", wrong) % {"count": wrong}
        messages.warning(request, _("Taken in: %(taken)d.") % {"taken": taken} + f" {words}")
    else:
        messages.success(request, _("Taken in: %(taken)d.") % {"taken": taken})
    return redirect("payment_settings")


@requires(Permission.PAYMENTS_MANAGE)
@require_POST
def discard_refused(request: MemberRequest) -> HttpResponse:
    """Destroy the refused webhooks."""
    done = hearing.discard_all(actor=request.member)
    if done.ended or not done.held:
        messages.success(request, _("Thrown away: %(count)d.") % {"count": done.ended})
    if done.held:
        text = ngettext(
            "%(count)d request is on legal hold and stays.", "%(count)d requests are on legal hold and stay.", done.held
        )
        messages.warning(request, text % {"count": done.held})
    return redirect("payment_settings")


def _beginnings(account: PaymentAccount) -> BeginningsForm:
    form = BeginningsForm(initial={"currency": account.currency, "days": account.days}, prefix=None)
    form.auto_id = f"{account.provider}_%s"
    return form


def _spend(request: MemberRequest) -> None:
    """Raises CannotConnect for whoever tries keys too often."""
    allowance = rates.spend(
        f"payments/connect/{request.member.pk}",
        limit=TRIES_A_MINUTE,
        per_seconds=60,
        burst=TRIES_A_MINUTE,
        when_away=rates.WhenAway.SMALL_BUDGET,
    )
    if not allowance.allowed:
        raise CannotConnect(wait_sentence(int(allowance.retry_after or 60)), wrong=False)
