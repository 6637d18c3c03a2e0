"""What every way in has in common: who is half-way through, what is still missing, and the step over the threshold."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import signing_in
from accounts.entrance import safe_next
from accounts.factors import steps
from accounts.factors.enrolled import enrolled_ways, recovery_codes_left
from accounts.factors.policy import counting, rules_for
from accounts.factors.remembering import remember as remember_device
from accounts.factors.ways import Way
from accounts.known_devices import note_sign_in
from accounts.models import Membership
from accounts.network_guard import refuse_outside
from accounts.origins import origin_of, remember_browser
from accounts.saml.confinement import may_change_factors
from accounts.sessions import SessionStore
from accounts.signing_in import Entered
from tenancy.isolation import activate


def acting_member(request: HttpRequest) -> Membership | None:
    """Who is signed in, on pages that are open to everybody."""
    return getattr(request, "member", None)


def half_way(request: HttpRequest) -> Membership | None:
    """Whom this session would enter as once they have shown, or set up, what is still missing; None for all others.

    Raises OutsideNetwork: where the organization may not be used, no factor is shown or set up for it either.
    """
    store, origin = SessionStore.of(request), origin_of(request)
    member = acting_member(request)
    if member is None:
        member = signing_in.pending_member(store, origin.address)
    elif steps.next_step(member, store.factors).is_done:
        return None
    if member is not None:
        refuse_outside(member, origin)
    return member


def kept_from_setting_up(request: HttpRequest, member: Membership) -> HttpResponseBase | None:
    """Back to the beginning for whom a provider may not give a second factor, because it would guard another
    organization too; None for all others.
    """
    store = SessionStore.of(request)
    if may_change_factors(store, member.user):
        return None
    messages.error(request, _("You also work for another organization. Sign in there and add a second factor first."))
    store.flush()
    return redirect("sign_in")


def with_next(route: str, request: HttpRequest) -> str:
    """The route's address with the way back that this request has."""
    next_path = safe_next(request, request.GET.get("next"))
    return f"{reverse(route)}?{urlencode({'next': next_path})}" if next_path else reverse(route)


def finish(
    request: HttpRequest, member: Membership, way: Way, *, is_new: bool = False, remember: bool = False
) -> HttpResponseBase:
    """`way` was shown or set up: in, or on to what is still missing."""
    store, origin = SessionStore.of(request), origin_of(request)
    factors = [*store.factors, *([] if way.value in store.factors else [way.value])]
    step = steps.next_step(member, factors)
    if not step.is_done:
        address = with_next("second_factor" if step.show else "set_up_second_factor", request)
        signing_in.is_not_enough(store=store, factors=factors, origin=origin)
        return redirect(address)
    pending = store.pending
    next_path = safe_next(request, request.GET.get("next")) or (pending.next if pending else "")
    response = went_in(request, member, factors, next_path, event_id=pending.event_id if pending else None)
    if remember:
        with activate(member.organization):
            remember_device(request, response, member=member, way=way, rules=step.rules, origin=origin)
    if is_new and not recovery_codes_left(member.user):
        response["Location"] = _recovery_address(next_path)
    return response


def after_set_up(request: HttpRequest, member: Membership, route: str) -> HttpResponse:
    """Where somebody goes on who added a factor: to recovery codes when they have none."""
    del request
    if recovery_codes_left(member.user):
        return redirect(route)
    return redirect(_recovery_address(reverse(route)))


def _recovery_address(next_path: str) -> str:
    query = f"?{urlencode({'next': next_path})}" if next_path and next_path != "/" else ""
    return reverse("recovery_codes") + query


def went_in(
    request: HttpRequest,
    member: Membership,
    factors: list[str],
    next_path: str,
    *,
    event_id: str | None,
    fresh: bool = True,
) -> HttpResponseBase:
    """Sign in as the member, with what this session has shown; back to the beginning when it may not be any more."""
    store, origin = SessionStore.of(request), origin_of(request)
    entered = signing_in.enter(
        store=store,
        user=member.user,
        origin=origin,
        factors=tuple(factors),
        member=member,
        event_id=event_id,
        fresh=fresh,
    )
    if entered is None:
        store.flush()
        return redirect("sign_in")
    _greet(request, entered)
    response = redirect(next_path or "home")
    browser_id = remember_browser(request, response, member.user_id)
    note_sign_in(user=member.user, browser_id=browser_id, origin=origin)
    return response


def _greet(request: HttpRequest, entered: Entered) -> None:
    """Say what the person should know at once: attempts that failed, and what will be asked of them soon."""
    if entered.failed_before:
        text = ngettext(
            "Since you were last here %(count)d attempt to sign in as you failed. Not you? Change your password.",
            "Since you were last here %(count)d attempts to sign in as you failed. Not you? Change your password.",
            entered.failed_before,
        )
        messages.warning(request, text % {"count": entered.failed_before})
    member = entered.member
    with activate(member.organization):
        rules = rules_for(member)
        missing = rules.from_then and not counting(rules, enrolled_ways(member.user))
    if rules.from_then and missing:
        day = date_format(localtime(rules.from_then), "DATE_FORMAT")
        text = _("From %(day)s on your organization asks for a second factor. Set one up under Your account.")
        messages.warning(request, text % {"day": day})
