"""The way in with e-mail and password, the way out, and the page that asks again before something dangerous."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import signing_in
from accounts.entrance import safe_next
from accounts.factors import passkeys, steps
from accounts.factors.remembering import remembered_factor
from accounts.factors.ways import PASSWORD
from accounts.forms import PasswordForm, SignInForm
from accounts.network_guard import refuse_outside
from accounts.origins import origin_of
from accounts.permissions import MemberRequest, public, requires
from accounts.sessions import SessionStore
from accounts.signing_in import Attempt
from accounts.throttling import TooManyAttempts
from accounts.views.answers import form_page, too_many
from accounts.views.entering import acting_member, went_in
from accounts.views.showing import Question, ask, passkey_origin
from accounts.views.sso import ask_again_address, depart, sso_logout_way
from tenancy.isolation import activate

WRONG = gettext_lazy("This address and password do not belong together. Check both and try again.")


@public
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """E-mail and password, or a passkey. Whoever is signed in already goes on."""
    page = "accounts/sign_in.html"
    next_path = safe_next(request, request.GET.get("next"))
    if acting_member(request) is not None and request.method != "POST":
        return redirect(next_path or "home")
    form = SignInForm(request.POST if request.method == "POST" else None)
    shown = {"passkey_origin": passkey_origin() if passkeys.are_offered() else ""}
    if request.method != "POST" or not form.is_valid():
        return form_page(request, page, form, **shown)
    try:
        attempt = signing_in.with_password(**form.cleaned_data, origin=origin_of(request))
    except TooManyAttempts as refused:
        return too_many(request, page, form, refused, **shown)
    if attempt is None:
        form.add_error(None, WRONG)
        return form_page(request, page, form, **shown)
    return _go_on(request, attempt, next_path)


def _go_on(request: HttpRequest, attempt: Attempt, next_path: str) -> HttpResponseBase:
    """The password was right: in, if that is enough or this browser was remembered; else to the second factor."""
    origin = origin_of(request)
    member = signing_in.reachable_membership(attempt.user, origin.address)
    if member is None:  # deactivated, or held to single sign-on, this very instant
        return redirect("sign_in")
    event_id, factors = str(attempt.event_id), [PASSWORD]
    refuse_outside(member, origin, factors=factors, event_id=event_id)
    step = steps.next_step(member, factors)
    if step.is_done:
        return went_in(request, member, factors, next_path, event_id=event_id)
    with activate(member.organization):
        known = remembered_factor(request, member, step.rules)
    if known and steps.next_step(member, [PASSWORD, known]).is_done:
        return went_in(request, member, [PASSWORD, known], next_path, event_id=event_id, fresh=False)
    store = SessionStore.of(request)
    signing_in.await_second_factor(store=store, attempt=attempt, origin=origin, next_path=next_path)
    return redirect("second_factor")


@requires()
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_identity(request: MemberRequest) -> HttpResponseBase:
    """Asks again who is there; then back to what was about to be done."""
    page = "accounts/confirm_identity.html"
    ways = steps.to_confirm(request.member)
    if not ways and request.session.signed_in and request.session.signed_in.sso:
        next_path = safe_next(request, request.GET.get("next")) or "/"
        return redirect(ask_again_address(request.member, next_path))
    if not ways:
        return _confirm_with_password(request, page)
    answer = ask(request, Question(request.member, ways, page))
    if isinstance(answer, HttpResponseBase):
        return answer
    return _confirmed(request, answer.value)


def _confirm_with_password(request: MemberRequest, page: str) -> HttpResponseBase:
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, page, form)
    try:
        right = signing_in.prove_password(
            user=request.user, password=form.cleaned_data["password"], origin=origin_of(request)
        )
    except TooManyAttempts as refused:
        return too_many(request, page, form, refused)
    if not right:
        form.add_error("password", _("This is not your password."))
        return form_page(request, page, form)
    return _confirmed(request, PASSWORD)


def _confirmed(request: MemberRequest, factor: str) -> HttpResponseBase:
    signing_in.confirm(store=request.session, member=request.member, origin=origin_of(request), factor=factor)
    return redirect(safe_next(request, request.GET.get("next")) or "home")


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """End this session; also a half finished sign-in. Who came in by single sign-on is signed out there too."""
    store, member = SessionStore.of(request), acting_member(request)
    elsewhere = sso_logout_way(store, member)
    signing_in.sign_out(store=store, member=member)
    return depart(request, elsewhere) if elsewhere else redirect("sign_in")
