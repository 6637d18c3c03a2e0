"""Parley as an app on a phone or desktop: the manifest, the service worker, and the page for when there is no network.

The worker keeps that one page and the static files which it needs, fetched without cookies, and nothing else: no page
of a member, no JSON, no customer's page (decision 342). All three addresses know no organization, whoever asks.
"""

import hashlib
import json
from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import public

_WORKER = Path(__file__).with_name("worker.js")
SHELL_FILES = ("css/base.css", "css/pieces.css", "css/pages.css", "js/theme.js", "js/offline.js", "favicon.svg")
"""The static files of the page without a network."""
CUSTOMERS = ("/forms/", "/s/", "/p/", "/paid/", "/simulated-payment/", "/media/")
"""Pages of customers and for programs: in a member's browser, too, the worker leaves them alone."""


@public
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What makes it installable (W3C, Web Application Manifest)."""
    pictures = [
        {"src": static(f"icons/{name}"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for name, size, purpose in (
            ("app-192.png", 192, "any"),
            ("app-512.png", 512, "any"),
            ("maskable-512.png", 512, "maskable"),
        )
    ]
    said = {
        "id": "/",
        "name": "Parley",
        "short_name": "Parley",
        "description": _("Secure business texting"),
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#f3f5f7",
        "theme_color": "#f3f5f7",
        "icons": pictures,
    }
    return _unchanging(HttpResponse(json.dumps(said), content_type="application/manifest+json"))


@public
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker: our script behind what it must know of this release."""
    given = {
        "offline": reverse("offline"),
        "files": [static(name) for name in SHELL_FILES],
        "customers": CUSTOMERS,
        "inbox": reverse("inbox"),
        "title": "Parley",
        "news": _("Something new in Parley"),
        "icon": static("icons/app-192.png"),
        "badge": static("icons/badge-96.png"),
    }
    written = json.dumps(given)
    script = _script()
    mark = hashlib.sha256(f"{written}{script}{_offline()}".encode()).hexdigest()[:16]
    text = f"const GIVEN = {written};\nconst KEPT = {json.dumps(f'shell-{mark}')};\n{script}"
    return _unchanging(HttpResponse(text, content_type="text/javascript; charset=utf-8"))


@public
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The page without a network: the same for everybody."""
    return _unchanging(HttpResponse(_offline()))


@cache
def _script() -> str:
    return _WORKER.read_text()


def _offline() -> str:
    return render_to_string("config/offline.html")  # without the request: nothing of who asks can come in


def _unchanging(response: HttpResponse) -> HttpResponse:
    """Asked for anew each time, so that a release is noticed at once."""
    response["Cache-Control"] = "no-cache"
    return response


urlpatterns = [
    path("app.webmanifest", manifest, name="manifest"),
    path("worker.js", worker, name="worker"),
    path("offline/", offline, name="offline"),
]
