"""Pages for requests that end badly. They say what happened and what to do, and query nothing after a failure."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from accounts.api.problems import AWAY_SECONDS, Kind, Problem, away
from accounts.middleware import API
from accounts.permissions import MissingPermission, Permission
from accounts.queries import names_of_those_who_may


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: we could not read the request."""
    if _for_a_program(request):
        return Problem(Kind.MALFORMED, _("The request could not be read.")).response()
    return render(request, "config/bad_request.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: which right is missing, and who can give it; for htmx as a toast, since the page stays."""
    missing = exception.missing if isinstance(exception, MissingPermission) else ()
    rights = [permission.label for permission in missing]
    if request.headers.get("HX-Request") == "true":
        text = _("You may not do this. Missing: %(rights)s.") % {"rights": ", ".join(rights) or _("a permission")}
        return trigger_client_event(HttpResponse(status=403), "toast", {"text": text, "tone": "danger"})
    helpers = names_of_those_who_may(Permission.PEOPLE_MANAGE, but_not=getattr(request, "member", None))
    return render(request, "config/forbidden.html", {"rights": rights, "helpers": helpers}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    """404, for what is not there and for what is not yours. A page's address without its last slash is put right."""
    path = request.path_info
    if _for_a_program(request):
        return Problem(Kind.NOT_FOUND).response()
    if request.method == "GET" and not path.endswith("/"):
        try:
            resolve(f"{path}/")
        except Resolver404:
            pass
        else:
            query = request.META.get("QUERY_STRING", "")
            return HttpResponseRedirect(f"{path}/?{query}" if query else f"{path}/")
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; nothing was kept. 503 while the database is away, so that whoever asked tries again."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return _away(request)
    if _for_a_program(request):
        return Problem(Kind.BROKEN).response()
    return render(request, "500.html", status=500)


def _away(request: HttpRequest) -> HttpResponse:
    if _for_a_program(request):
        return away().response()
    # Without the frame of a page: its names may need the database.
    shown = {"request": request, "retry_address": request.get_full_path() if request.method == "GET" else "/"}
    headers = {"Retry-After": str(AWAY_SECONDS)}
    return HttpResponse(render_to_string("503.html", shown), status=503, headers=headers)


def _for_a_program(request: HttpRequest) -> bool:
    """Whether the answer is read by a program: below /api/ every answer is JSON."""
    return request.path_info.startswith(API)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token is missing or old: mostly a page that stood open since before the last sign-in."""
    response = render(request, "config/stale_form.html", status=403)
    if request.headers.get("HX-Request") == "true":
        text = _("This page stood open for too long. Reload it and try again.")
        trigger_client_event(response, "toast", {"text": text, "tone": "danger"})
    return response
