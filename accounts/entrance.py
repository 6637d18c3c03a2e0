"""Where a request is sent that may not go on yet, and how it comes back afterwards."""

from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.sessions import SessionStore

SAFE_METHODS = frozenset({"GET", "HEAD"})


def safe_next(request: HttpRequest, address: str | None) -> str:
    """A path of this site that `address` names; "" for anything else (another host, `//host`, `javascript:`)."""
    if not address or not url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return ""
    parts = urlsplit(address)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    # `http:////evil.example` is a path that a browser reads as another host once it stands alone.
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else ""


def return_path(request: HttpRequest) -> str:
    """Where to come back to: the page that the person sees, which for htmx is not the fragment that was asked for."""
    if request.headers.get("HX-Request") == "true":
        return safe_next(request, request.headers.get("HX-Current-URL"))
    if request.method in SAFE_METHODS:
        return safe_next(request, request.get_full_path())
    return safe_next(request, request.headers.get("Referer"))


def go(request: HttpRequest, address: str) -> HttpResponseBase:
    """Send the whole page elsewhere, also when htmx asked for a part of it."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def detour(request: HttpRequest, route: str) -> HttpResponseBase:
    """To the page named `route`, with the way back in `next`."""
    back = return_path(request)
    query = f"?{urlencode({'next': back})}" if back not in {"", "/"} else ""
    return go(request, reverse(route) + query)


def to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """To the sign-in page and back; somebody half-way through signing in to what is still missing, and back."""
    return detour(request, "second_factor" if SessionStore.of(request).pending else "sign_in")


def to_second_factor(request: HttpRequest) -> HttpResponseBase:
    """To the page that asks for the second factor, or sets one up, and back."""
    return detour(request, "second_factor")


def to_confirmation(request: HttpRequest) -> HttpResponseBase:
    """To the page that asks again who is there, and back."""
    return detour(request, "confirm_identity")
