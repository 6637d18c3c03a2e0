"""Asking for a payment from the composer, taking a request back, and one payment's own page with its refunds."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from portal.models import PaymentRequest
from portal.payments import currencies, reading, refunding, requesting
from portal.payments.forms import RefundForm, RequestForm
from portal.payments.refunding import CannotRefund
from portal.payments.requesting import Asked, CannotRequest
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.ids import new_id
from texting.gate import OutsideHours
from texting.models import Conversation
from texting.queries import NotYours
from texting.sending import Refused
from texting.views.frames import changed, find


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND, Permission.PAYMENTS_REQUEST)
@require_http_methods(["GET", "HEAD", "POST"])
def request_payment(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """The dialog, and doing so. 422 with what is in the way."""
    found = find(request, conversation_id)
    account = requesting.account_for(found.line)
    days = account.days if account else 7
    if request.method != "POST":
        first = {"currency": account.currency if account else "USD", "days": days, "text_id": new_id()}
        return _dialog(request, found, RequestForm(initial=first | _as_before(request), days=days))
    form = RequestForm(request.POST, days=days)
    if not form.is_valid():
        return _dialog(request, found, form)
    given = form.cleaned_data
    asked = Asked(
        amount_minor=given["minor"],
        currency=given["currency"],
        description=given["description"],
        days=given["days"],
        text_id=given["text_id"],
        outside_hours=form.wanted_outside_hours,
    )
    try:
        made = requesting.request_payment(member=request.member, conversation=found, asked=asked)
    except CannotRequest as error:
        form.add_error(error.field or None, str(error))
        return _dialog(request, found, form)
    except Refused as refused:
        return _refused(request, found, refused, days=days)
    response = changed(made.conversation, _("The link is on its way."))
    return trigger_client_event(response, "close-sheet")


@requires(Permission.CONVERSATIONS_READ, Permission.PAYMENTS_REQUEST)
@require_POST
def cancel_payment(request: MemberRequest, payment_id: UUID) -> HttpResponse:
    """Take a request back. Says so when it is too late."""
    found = reading.access_payment(request.member, payment_id)
    done = requesting.cancel(member=request.member, request=found)
    words = _("Taken back. The link says so.") if done else _("It is too late: the request has been paid or has ended.")
    if request.htmx:
        return changed(found.conversation, words)
    (messages.success if done else messages.warning)(request, words)
    return redirect("payment", payment_id=payment_id)


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def payment(request: MemberRequest, payment_id: UUID) -> HttpResponse:
    """One payment with everything that became of it."""
    found = reading.access_payment(request.member, payment_id)
    audit.record(event=AuditKind.PAYMENT_READ, actor=request.member, object=found)
    return _page(request, found, None)


@requires(Permission.CONVERSATIONS_READ, Permission.PAYMENTS_REFUND)
@fresh
@require_POST
def refund_payment(request: MemberRequest, payment_id: UUID) -> HttpResponse:
    """Give money back. 422 with what is in the way."""
    found = reading.access_payment(request.member, payment_id)
    form = RefundForm(request.POST, currency=found.currency)
    if not form.is_valid():
        return _page(request, found, form)
    try:
        refunding.refund(
            member=request.member,
            request=found,
            amount_minor=form.cleaned_data["amount"],
            reason=form.cleaned_data["reason"],
            refund_id=form.cleaned_data["refund_id"],
        )
    except CannotRefund as error:
        form.add_error("amount", str(error))
        return _page(request, found, form)
    messages.success(request, _("The refund is on its way. This page says what became of it."))
    return redirect("payment", payment_id=payment_id)


def _as_before(request: MemberRequest) -> dict[str, object]:
    """What an earlier request asked for, for asking once more; nothing for one that the member may not see."""
    try:
        before = reading.access_payment(request.member, UUID(request.GET.get("as", "")))
    except (ValueError, NotYours):
        return {}
    seen = reading.shown(request.member, before)
    return {
        "amount": f"{currencies.decimal(before.amount_minor, before.currency):f}",
        "currency": before.currency,
        "description": "" if seen.customer.is_masked else seen.description,
    }


def _page(request: MemberRequest, found: PaymentRequest, form: RefundForm | None) -> HttpResponse:
    left = reading.left_to_refund(found) if request.member.may(Permission.PAYMENTS_REFUND) else 0
    if form is None and left:
        plain = f"{currencies.decimal(left, found.currency):f}"
        form = RefundForm(initial={"amount": plain, "refund_id": new_id()}, currency=found.currency)
    context = {
        "payment": reading.shown(request.member, found),
        "refunds": reading.refunds_of(found),
        "form": form if left or (form is not None and form.is_bound) else None,
        "left": currencies.shown(left, found.currency) if left else "",
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "portal/payments/payment.html", context, status=status)


def _dialog(request: MemberRequest, found: Conversation, form: RequestForm, *, may_wait: bool = False) -> HttpResponse:
    context = {"form": form, "conversation": found, "may_wait": may_wait}
    return render(request, "portal/payments/_request.html", context, status=422 if form.is_bound else 200)


def _refused(request: MemberRequest, found: Conversation, refused: Refused, *, days: int) -> HttpResponse:
    """The gate's reasons in the dialog; when it is only the hour, the text may wait for a better one."""
    may_wait, data = refused.outcome.may_insist, request.POST.copy()
    if may_wait:
        data["outside_hours"] = OutsideHours.WAIT.value
    form = RequestForm(data, days=days)
    for reason in refused.outcome.objections:
        form.add_error(None, f"{reason.text} {reason.what_to_do}".strip())
    return _dialog(request, found, form, may_wait=may_wait)
