"""The one cookie of a private page, and the headers that each of its answers carries."""

from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from portal.secure import sealing
from portal.secure.opening import VISIT

COOKIE = "private_page"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Visit:
    """What the cookie says."""

    token: str = field(repr=False)
    half: bytes = field(repr=False)

    @property
    def proof(self) -> str:
        """What forms of this visit carry: a page of somebody else's cannot know it."""
        return salted_hmac("portal.visit", self.token, algorithm="sha256").hexdigest()


def visit_in(request: HttpRequest, link_code: str) -> Visit | None:
    """The visit of this browser; None without one, or with what is none."""
    token, _, text = request.COOKIES.get(COOKIE, "")[:200].partition(".")
    half = sealing.read_half(text)
    return Visit(token, half) if token and half is not None else None


def proof_of(request: HttpRequest, visit: Visit) -> bool:
    """Whether the form that was posted is this visit's own."""
    return constant_time_compare(request.POST.get("proof", ""), visit.proof)


def begin(response: HttpResponse, link_code: str, visit: Visit) -> None:
    """Set the cookie: for this message's addresses, as long as a visit lasts."""
    response.set_cookie(
        COOKIE,
        f"{visit.token}.{sealing.written(visit.half)}",
        max_age=int(VISIT.total_seconds()),
        path=f"/s/{link_code}",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def end(request: HttpRequest, response: HttpResponse, link_code: str) -> None:
    """Take it away from a browser that has it."""
    if COOKIE in request.COOKIES:
        response.delete_cookie(COOKIE, path=f"/s/{link_code}", samesite="Strict")


def guarded(response: HttpResponse, status: int | None = None) -> HttpResponse:
    """Nothing from elsewhere, in no frame, no address of ours to whom it links, in no list, kept nowhere."""
    response.status_code = status or response.status_code
    response["Content-Security-Policy"] = _POLICY
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive, nosnippet"
    response["Cache-Control"] = "no-store"
    return response
