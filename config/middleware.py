"""What happens to every request: an id, a count, and headers that every answer carries."""

import time
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tenancy import metrics
from tenancy.trace import HEADER, traced

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "manifest-src 'self'",
        "worker-src 'self'",
    )
)
UNUSED_ABILITIES = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "screen-wake-lock",
    "serial",
    "usb",
)
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{ability}=()" for ability in UNUSED_ABILITIES),
}


class Trace:
    """Every request has an id in the log and in its answer, and is counted."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        begun = time.perf_counter()
        with traced(request.headers.get(HEADER, "") if settings.TRUSTED_PROXIES else "") as name:
            response = self.get_response(request)
        response[HEADER] = name
        match = request.resolver_match
        route = f"/{match.route}" if match else "none"
        method = request.method if request.method in METHODS else "other"
        metrics.REQUESTS.labels(method, route, str(response.status_code)).inc()
        metrics.SECONDS.labels(route).observe(time.perf_counter() - begun)
        return response


class ProviderRequests:
    """Lets a provider's request through to its signature check, whatever host it names.

    The signature covers our own public address, so the Host header decides nothing there. Refused before that, because
    of a setting that names another host, the request would be lost; refused by the check it is kept.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith("/webhooks/"):
            ours = urlsplit(settings.PUBLIC_BASE_URL).netloc
            request.get_host = lambda: ours  # type: ignore[method-assign]
        return self.get_response(request)


class SecurityHeaders:
    """What a browser may load, who may frame or open us, and that nothing of a signed-in page stays on a disk.

    An answer that says nothing about caching is not to be kept; what a member sees never is, whatever it says.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.setdefault(name, value)
        if getattr(request, "member", None) is not None:
            response["Cache-Control"] = "no-store, private"
        else:
            response.setdefault("Cache-Control", "no-store")
        return response
