"""A forgotten password, and another address to sign in with: the pages behind mailed links."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import email_change, mail, mailed_links, password_reset
from accounts.factors.enrolled import recovery_codes_left
from accounts.forms import NewPasswordForm
from accounts.mailed_links import Opened, Purpose
from accounts.origins import origin_of
from accounts.permissions import MemberRequest, public, requires
from accounts.recovering_forms import AddressForm, NewAddressForm, NewPasswordAndCodeForm
from accounts.saml.confinement import may_change_factors
from accounts.sessions import key_hash
from accounts.step_up import fresh
from accounts.throttling import TooManyAttempts
from accounts.views.answers import form_page, too_many

CLOSED = "accounts/recovering/closed.html"


@public
@require_http_methods(["GET", "HEAD", "POST"])
def forgot(request: HttpRequest) -> HttpResponseBase:
    """Ask for a link. The answer never tells whether anybody signs in with the address."""
    page = "accounts/recovering/forgot.html"
    form = AddressForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, page, form)
    try:
        password_reset.ask(email=form.cleaned_data["email"], origin=origin_of(request))
    except TooManyAttempts as refused:
        return too_many(request, page, form, refused)
    return render(request, "accounts/recovering/on_its_way.html", {"email": form.cleaned_data["email"]})


@public
@require_safe
def open_reset(request: HttpRequest, token: str) -> HttpResponseBase:
    """Remember which link was opened and go on without the token in the address."""
    return remember_link(request, Purpose.PASSWORD, token, "new_password")


@public
@sensitive_post_parameters("new_password", "repeated", "recovery_code")
@require_http_methods(["GET", "HEAD", "POST"])
def new_password(request: HttpRequest) -> HttpResponseBase:
    """Choose it; then sign in with it, and with the second factor if there is one."""
    opened = opened_link(request, Purpose.PASSWORD)
    if opened is None or opened.user is None:
        return render(request, CLOSED, status=404)
    page, asks_code = "accounts/recovering/new_password.html", password_reset.asks_recovery_code(opened.user)
    if asks_code and not recovery_codes_left(opened.user):
        return render(request, "accounts/recovering/ask_admin.html")
    kind = NewPasswordAndCodeForm if asks_code else NewPasswordForm
    form = kind(request.POST if request.method == "POST" else None, user=opened.user)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, page, form, user=opened.user)
    try:
        changed = _chosen(opened, form, request)
    except password_reset.MailboxIsNotEnough:
        form.add_error("recovery_code", _("This is none of your recovery codes, or it was used before."))
        return form_page(request, page, form, user=opened.user)
    except TooManyAttempts as refused:
        return too_many(request, page, form, refused, user=opened.user)
    return _changed(request) if changed else render(request, CLOSED, status=404)


def _chosen(opened: Opened, form: NewPasswordForm, request: HttpRequest) -> bool:
    return password_reset.choose(
        opened=opened,
        password=form.cleaned_data["new_password"],
        origin=origin_of(request),
        recovery_code=form.cleaned_data.get("recovery_code", ""),
    )


def _changed(request: HttpRequest) -> HttpResponse:
    request.session.flush()
    messages.success(request, _("Your password is changed and every browser is signed out. Sign in to go on."))
    return redirect("sign_in")


@requires()
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def change_email(request: MemberRequest) -> HttpResponse:
    """Ask for another address; the new mailbox confirms it."""
    page = "accounts/recovering/change_email.html"
    if not may_change_factors(request.session, request.user):
        messages.error(request, _("Sign in with your password to change your address."))
        return redirect("account")
    form = NewAddressForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, page, form)
    try:
        email_change.ask(member=request.member, email=form.cleaned_data["email"])
    except mail.TooManyMails:
        form.add_error(None, _("You asked for this several times. Wait an hour, then try again."))
        return form_page(request, page, form)
    messages.info(
        request, _("A link is on its way to the new address. Open it to confirm; the old one counts until then.")
    )
    return redirect("account")


@public
@require_safe
def open_new_address(request: HttpRequest, token: str) -> HttpResponseBase:
    """As above."""
    return remember_link(request, Purpose.ADDRESS, token, "confirm_email")


@public
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_email(request: HttpRequest) -> HttpResponseBase:
    """One click, so that a mail program that looks at links changes nothing."""
    opened = opened_link(request, Purpose.ADDRESS)
    if opened is None:
        return render(request, CLOSED, status=404)
    if request.method != "POST":
        return render(request, "accounts/recovering/confirm_email.html", {"email": opened.payload["email"]})
    if not email_change.confirm(opened=opened):
        return render(request, CLOSED, status=404)
    request.session.flush()
    messages.success(request, _("Your address is changed. Sign in with the new one."))
    return redirect("sign_in")


def remember_link(request: HttpRequest, purpose: Purpose, token: str, then: str) -> HttpResponseBase:
    """Keep in the session which link was opened, and go on without its token in the address."""
    hashed = key_hash(token)
    if mailed_links.opened(purpose, hashed) is not None:
        request.session[f"link_{purpose}"] = hashed.hex()
    else:
        request.session.pop(f"link_{purpose}", None)
    return redirect(then)


def opened_link(request: HttpRequest, purpose: Purpose) -> Opened | None:
    """The link that was opened in this browser, while it is good."""
    return mailed_links.opened(purpose, bytes.fromhex(request.session.get(f"link_{purpose}", "")))
