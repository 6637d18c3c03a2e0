"""The way in: password, second factor, and the page that asks again before something dangerous."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import second_factor, signing_in
from accounts.entrance import safe_next
from accounts.forms import CodeForm, PasswordForm, SignInForm
from accounts.models import Membership, TotpDevice, User
from accounts.origins import origin_of, remember_browser
from accounts.permissions import MemberRequest, public, requires
from accounts.saml.confinement import may_change_factors
from accounts.sessions import PASSWORD, TOTP, SessionStore
from accounts.throttling import TooManyAttempts
from accounts.views.answers import form_page, too_many
from accounts.views.sso import ask_again_address, leave_to, sso_logout_address

IN_SET_UP = "app_in_set_up"
WRONG = gettext_lazy("This address and password do not belong together. Check both and try again.")
WRONG_CODE = gettext_lazy("This code is not right. Wait for the next one in your app and type that.")


@public
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """E-mail and password. Whoever is signed in already goes on."""
    page = "accounts/sign_in.html"
    next_path = safe_next(request, request.GET.get("next"))
    if _member(request) is not None and request.method != "POST":
        return redirect(next_path or "home")
    form = SignInForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, page, form)
    origin = origin_of(request)
    try:
        attempt = signing_in.with_password(**form.cleaned_data, origin=origin)
    except TooManyAttempts as refused:
        return too_many(request, page, form, refused)
    if attempt is None:
        form.add_error(None, WRONG)
        return form_page(request, page, form)
    store = SessionStore.of(request)
    if signing_in.needs_second_factor(attempt.user):
        signing_in.await_second_factor(store=store, attempt=attempt, origin=origin, next_path=next_path)
        return redirect("second_factor")
    return _enter(request, attempt.user, signing_in.FIRST_FACTOR, next_path, event_id=str(attempt.event_id))


@public
@require_http_methods(["GET", "HEAD", "POST"])
def ask_second_factor(request: HttpRequest) -> HttpResponseBase:
    """The app's code; without an app on to its set-up. For half signed-in people and for members who now need one."""
    page = "accounts/second_factor.html"
    user = _half_way(request)
    if user is None:
        return redirect("home" if _member(request) else "sign_in")
    if second_factor.confirmed_device(user) is None:
        return redirect(_with_next("set_up_second_factor", request))
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, page, form, user=user)
    try:
        right = second_factor.check_code(user=user, code=form.cleaned_data["code"])
    except TooManyAttempts as refused:
        return too_many(request, page, form, refused, user=user)
    if not right:
        pending = SessionStore.of(request).pending
        signing_in.code_was_wrong(user=user, event_id=pending.event_id if pending else None, member=_member(request))
        form.add_error("code", WRONG_CODE)
        return form_page(request, page, form, user=user)
    return _finish(request, user)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def set_up_second_factor(request: HttpRequest) -> HttpResponseBase:
    """The set-up that people with administrative permissions are led through before they can do anything else."""
    page = "accounts/set_up_second_factor.html"
    user = _half_way(request)
    if user is None:
        return redirect("home" if _member(request) else "sign_in")
    elsewhere = _not_to_be_set_up(request, user)
    if elsewhere is not None:
        return elsewhere
    device = device_in_set_up(request, user)
    shown = {"user": user, "set_up": second_factor.instructions(device)}
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, page, form, **shown)
    try:
        right = second_factor.confirm_set_up(user=user, code=form.cleaned_data["code"])
    except TooManyAttempts as refused:
        return too_many(request, page, form, refused, **shown)
    if not right:
        form.add_error("code", WRONG_CODE)
        return form_page(request, page, form, **shown)
    signing_in.record_set_up(user)
    return _finish(request, user)


@requires()
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_identity(request: MemberRequest) -> HttpResponseBase:
    """Asks again who is there; then back to what was about to be done."""
    page = "accounts/confirm_identity.html"
    next_path = safe_next(request, request.GET.get("next")) or "home"
    with_code = second_factor.confirmed_device(request.user) is not None
    if request.session.signed_in and request.session.signed_in.sso and not with_code:
        return redirect(ask_again_address(request.member, next_path))
    form: CodeForm | PasswordForm = (CodeForm if with_code else PasswordForm)(
        request.POST if request.method == "POST" else None
    )
    if request.method != "POST" or not form.is_valid():
        return form_page(request, page, form, with_code=with_code)
    try:
        right = _prove(request, form, with_code)
    except TooManyAttempts as refused:
        return too_many(request, page, form, refused, with_code=with_code)
    if not right:
        form.add_error(
            "code" if with_code else "password", WRONG_CODE if with_code else _("This is not your password.")
        )
        return form_page(request, page, form, with_code=with_code)
    factor = TOTP if with_code else PASSWORD
    signing_in.confirm(store=request.session, member=request.member, origin=origin_of(request), factor=factor)
    return redirect(next_path)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session; also a half finished sign-in. Who came in by single sign-on is signed out there too."""
    store, member = SessionStore.of(request), _member(request)
    elsewhere = sso_logout_address(store, member)
    signing_in.sign_out(store=store, member=member)
    return leave_to(request, elsewhere) if elsewhere else redirect("sign_in")


def device_in_set_up(request: HttpRequest, user: User) -> TotpDevice:
    """The device whose secret this browser is shown; the session remembers which one."""
    store = SessionStore.of(request)
    device = second_factor.device_being_set_up(user, begun=store.get(IN_SET_UP, ""))
    if store.get(IN_SET_UP) != str(device.pk):
        store[IN_SET_UP] = str(device.pk)
    return device


def _prove(request: MemberRequest, form: CodeForm | PasswordForm, with_code: bool) -> bool:
    user = request.user
    if with_code:
        return second_factor.check_code(user=user, code=form.cleaned_data["code"])
    return signing_in.prove_password(user=user, password=form.cleaned_data["password"], origin=origin_of(request))


def _member(request: HttpRequest) -> Membership | None:
    return getattr(request, "member", None)


def _half_way(request: HttpRequest) -> User | None:
    """Who still has to show a second factor in this session."""
    store = SessionStore.of(request)
    member = _member(request)
    if member is None:
        return signing_in.pending_user(store)
    return None if store.has_second_factor or not signing_in.must_have_second_factor(member) else member.user


def _not_to_be_set_up(request: HttpRequest, user: User) -> HttpResponseBase | None:
    """Where somebody goes who has a second factor, or whose provider may not give them one."""
    if second_factor.confirmed_device(user) is not None:
        return redirect(_with_next("second_factor", request))
    if may_change_factors(SessionStore.of(request), user):
        return None
    messages.error(request, _("You also work for another organization. Sign in there and add a second factor first."))
    SessionStore.of(request).flush()
    return redirect("sign_in")


def _with_next(route: str, request: HttpRequest) -> str:
    next_path = safe_next(request, request.GET.get("next"))
    return f"{reverse(route)}?{urlencode({'next': next_path})}" if next_path else reverse(route)


def _finish(request: HttpRequest, user: User) -> HttpResponseBase:
    """Both factors were right: sign in, as the membership that asked for the second one if there is one."""
    pending = SessionStore.of(request).pending
    next_path = pending.next if pending else safe_next(request, request.GET.get("next"))
    event_id = pending.event_id if pending else None
    return _enter(request, user, signing_in.BOTH_FACTORS, next_path, event_id=event_id, member=_member(request))


def _enter(
    request: HttpRequest,
    user: User,
    factors: tuple[str, ...],
    next_path: str,
    *,
    event_id: str | None,
    member: Membership | None = None,
) -> HttpResponseBase:
    origin = origin_of(request)
    store = SessionStore.of(request)
    entered = signing_in.enter(store=store, user=user, origin=origin, factors=factors, member=member, event_id=event_id)
    if entered is None:
        store.flush()
        return redirect("sign_in")
    if entered.failed_before:
        text = ngettext(
            "Since you were last here %(count)d attempt to sign in as you failed. Not you? Change your password.",
            "Since you were last here %(count)d attempts to sign in as you failed. Not you? Change your password.",
            entered.failed_before,
        )
        messages.warning(request, text % {"count": entered.failed_before})
    response = redirect(next_path or "home")
    remember_browser(request, response, user.pk)
    return response
