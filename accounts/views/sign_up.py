"""Signing up by oneself; 404 unless the installation allows it."""

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import mailed_links
from accounts import sign_up as signing_up
from accounts.mailed_links import Purpose
from accounts.organization_forms import OrganizationForm
from accounts.origins import origin_of
from accounts.permissions import public
from accounts.sessions import key_hash
from accounts.throttling import TooManyAttempts
from accounts.views.answers import form_page, too_many
from accounts.views.joining import IN_SESSION

LINK = "link_sign_up"


@public
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponseBase:
    """Who and what; the rest is behind the mailed link."""
    _only_where_allowed()
    page = "accounts/sign_up/form.html"
    form = OrganizationForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, page, form)
    try:
        signing_up.ask(**form.cleaned_data, origin=origin_of(request))
    except TooManyAttempts as refused:
        return too_many(request, page, form, refused)
    return render(request, "accounts/sign_up/on_its_way.html", {"email": form.cleaned_data["email"]})


@public
@require_safe
def open_sign_up(request: HttpRequest, token: str) -> HttpResponseBase:
    """Remember the link and go on without it in the address."""
    _only_where_allowed()
    request.session[LINK] = key_hash(token).hex()
    return redirect("make_organization")


@public
@require_http_methods(["GET", "HEAD", "POST"])
def make_organization(request: HttpRequest) -> HttpResponseBase:
    """One click makes it; then on to the password."""
    _only_where_allowed()
    opened = mailed_links.opened(Purpose.SIGN_UP, bytes.fromhex(request.session.get(LINK, "")))
    if opened is None:
        return render(request, "accounts/recovering/closed.html", status=404)
    if request.method != "POST":
        return render(request, "accounts/sign_up/make.html", {"name": opened.payload["name"]})
    invitation = signing_up.make(opened=opened, origin=origin_of(request))
    if invitation is None:
        return render(request, "accounts/recovering/closed.html", status=404)
    request.session[IN_SESSION] = invitation.hex()
    return redirect("join")


def _only_where_allowed() -> None:
    if not settings.SELF_SIGN_UP:
        raise Http404
