"""What belongs to oneself: name, password, authenticator app."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import credentials, notices, second_factor, signing_in
from accounts.forms import ChangePasswordForm, CodeForm, NameForm
from accounts.origins import origin_of
from accounts.permissions import MemberRequest, requires
from accounts.step_up import fresh
from accounts.throttling import TooManyAttempts
from accounts.views.answers import form_page, too_many
from accounts.views.confinement import changes_factors
from accounts.views.signing_in import WRONG_CODE, device_in_set_up


@requires()
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: MemberRequest) -> HttpResponse:
    """Name, and how one signs in."""
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": request.user.name})
    if request.method == "POST" and form.is_valid():
        credentials.change_name(member=request.member, name=form.cleaned_data["name"])
        messages.success(request, _("Saved."))
        return redirect("account")
    device = second_factor.confirmed_device(request.user)
    return form_page(request, "accounts/account.html", form, device=device, needed=request.member.needs_second_factor)


@requires()
@sensitive_post_parameters("password", "new_password", "repeated")
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: MemberRequest) -> HttpResponse:
    """The present password is asked for; every other session ends."""
    page = "accounts/change_password.html"
    form = ChangePasswordForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, page, form)
    origin = origin_of(request)
    try:
        right = signing_in.prove_password(user=request.user, password=form.cleaned_data["password"], origin=origin)
    except TooManyAttempts as refused:
        return too_many(request, page, form, refused)
    if not right:
        form.add_error("password", _("This is not your password."))
        return form_page(request, page, form)
    credentials.change_password(
        store=request.session, member=request.member, password=form.cleaned_data["new_password"], origin=origin
    )
    messages.success(request, _("Your password is changed. Every other browser is signed out."))
    return redirect("account")


@requires()
@changes_factors
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def set_up_authenticator(request: MemberRequest) -> HttpResponse:
    """Add an authenticator app, or take a new one in place of the old."""
    page = "accounts/set_up_authenticator.html"
    device = device_in_set_up(request, request.user)
    shown = {"set_up": second_factor.instructions(device)}
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, page, form, **shown)
    try:
        right = second_factor.confirm_set_up(user=request.user, code=form.cleaned_data["code"])
    except TooManyAttempts as refused:
        return too_many(request, page, form, refused, **shown)
    if not right:
        form.add_error("code", WRONG_CODE)
        return form_page(request, page, form, **shown)
    credentials.authenticator_added(store=request.session, member=request.member, origin=origin_of(request))
    messages.success(request, _("Your app is set up: its code is asked for when you sign in."))
    return redirect("account")


@requires()
@changes_factors
@fresh
@require_POST
def remove_authenticator(request: MemberRequest) -> HttpResponseBase:
    """Sign in with the password alone again; not for people who need a second factor."""
    try:
        credentials.remove_authenticator(store=request.session, member=request.member, origin=origin_of(request))
    except credentials.StillNeeded:
        messages.error(request, _("Your role needs a second factor. You can replace the app, not remove it."))
    else:
        messages.success(request, _("Your app is removed. Your password alone signs you in."))
    return redirect("account")


@requires()
@require_POST
def choose_mails(request: MemberRequest) -> HttpResponse:
    """Whether notices come by mail; they stand on the pages either way."""
    wants = request.POST.get("wants") == "1"
    notices.choose(member=request.member, wants=wants)
    messages.success(request, _("Notices come by mail.") if wants else _("No more notices come by mail."))
    return redirect("account")
