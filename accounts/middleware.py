"""Who acts in this request: asked of PostgreSQL each time, with the organization active until the page is drawn."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import cast
from zoneinfo import ZoneInfo

from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from accounts import languages
from accounts.checks import is_declared
from accounts.elsewhere import elsewhere_page
from accounts.models import Membership
from accounts.network_guard import OutsideNetwork, pages_are_closed
from accounts.origins import client_address
from accounts.permissions import MissingPermission
from accounts.sessions import SessionStore, acting_membership
from tenancy import audit
from tenancy.isolation import activate
from tenancy.models import Organization

API = "/api/"


class SessionCookie(SessionMiddleware):
    """Django's, but the cookie is taken from a browser only by the request that signed out.

    A page's own request may carry the key from before a sign-in or a switch of organizations, and be answered after it:
    by then the cookie in the browser is another one. A key that opens nothing may stay there.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        store = SessionStore.of(request)
        if store.is_empty() and not store.was_left:
            patch_vary_headers(response, ("Cookie",))
            return response
        return super().process_response(request, response)


class _Undo(Exception):
    """Carries a finished answer out of a transaction that must not be kept."""

    def __init__(self, response: HttpResponseBase) -> None:
        super().__init__()
        self.response = response


class ActingMember:
    """Sets `request.member` (a Membership or None) and `request.user` (its User or None).

    Behind `@requires` the whole request, templates that are rendered late included, runs inside the member's
    organization, in its time zone and in one transaction; every page is in its reader's language. An answer of 500
    and above, or any exception out of the view (404 and 403 too), undoes what the request wrote. A view that
    `calls_out` opens its transactions itself. `@public` views run without an organization, whoever asks; all others
    are closed outside of the organization's networks. A view that declares neither is refused. Below /api/ no
    session counts (`accounts.api.endpoint`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(API):  # a key speaks there, whatever cookies the browser sends along
            request.member = request.user = None  # type: ignore[attr-defined,assignment]
            with languages.written_in(languages.DEFAULT):
                return self.get_response(request)
        store = SessionStore.of(request)
        member = acting_membership(store, background="X-Background" in request.headers)
        if member is None and store.signed_in is not None:
            store.drop()
        request.member = member  # type: ignore[attr-defined]
        request.user = member.user if member else None  # type: ignore[assignment]
        language = languages.language_of_page(request, member.user if member else None)
        with languages.written_in(language):
            response = self._answer(request, member)
        if isinstance(response, StreamingHttpResponse):
            pieces = cast("Iterable[bytes]", response.streaming_content)
            response.streaming_content = languages.each_in(language, pieces)
        return response

    def _answer(self, request: HttpRequest, member: Membership | None) -> HttpResponseBase:
        view = _view(request) if member else None
        if member is None or view is None or getattr(view, "is_public", False):
            return self.get_response(request)
        if pages_are_closed(member.organization, client_address(request)):
            with timezone.override(ZoneInfo(member.organization.time_zone)):
                return _elsewhere(request, member.organization)
        calls_out = getattr(view, "calls_out", False)
        return self._inside(member, request, nullcontext() if calls_out else activate(member.organization))

    def _inside(
        self, member: Membership, request: HttpRequest, inside: AbstractContextManager[object]
    ) -> HttpResponseBase:
        try:
            with inside, timezone.override(ZoneInfo(member.organization.time_zone)):
                response = self.get_response(request)
                if response.status_code >= 500 or hasattr(request, "failed_with"):
                    raise _Undo(response)
        except _Undo as undo:
            response = undo.response
        if isinstance(getattr(request, "failed_with", None), PermissionDenied):
            _record_refusal(member, request)
        return response

    def process_view(self, request: HttpRequest, view: Callable[..., object], *args: object) -> None:
        """Refuse a view that does not say who may use it."""
        if not is_declared(view):
            raise ImproperlyConfigured(f"{view!r} says neither @requires nor @public.")

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Remember what the view failed with; Django makes the page, but for a sign-in at the wrong place."""
        request.failed_with = exception  # type: ignore[attr-defined]
        return _elsewhere(request, exception.organization) if isinstance(exception, OutsideNetwork) else None


def _elsewhere(request: HttpRequest, organization: Organization) -> HttpResponseBase:
    if getattr(request, "member", None) is None:
        SessionStore.of(request).flush()  # a half finished sign-in ends here
    return elsewhere_page(request, organization)


def _view(request: HttpRequest) -> Callable[..., object] | None:
    """The view that the request is for, if there is one."""
    try:
        return resolve(request.path_info).func
    except Resolver404:
        return None


def _record_refusal(member: Membership, request: HttpRequest) -> None:
    exception = getattr(request, "failed_with", None)
    missing = exception.missing if isinstance(exception, MissingPermission) else ()
    match = request.resolver_match
    with activate(member.organization):
        audit.record(
            event=audit.AuditKind.PERMISSION_DENIED,
            actor=member,
            route=match.view_name if match else "",
            missing=[str(permission) for permission in missing],
        )
