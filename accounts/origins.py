"""Where a request comes from: address, network, browser, and whether this browser has signed in as a person before."""

import ipaddress
import re
import secrets
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac
from django.utils.functional import lazy
from django.utils.translation import gettext as _

KNOWN_BROWSER_SECONDS = 180 * 24 * 3600
_SALT = "accounts.known_browser"
_BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/|HeadlessChrome/"),
    ("Safari", r"Safari/"),
)
_SYSTEMS = (
    ("Android", r"Android"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X|Macintosh"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux"),
)


@dataclass(frozen=True)
class Origin:
    """One request's origin. The browser, called `browser_id`, has signed in before as the users `known_as` (ids)."""

    address: str | None
    network: str
    browser: str
    browser_id: str = ""
    known_as: frozenset[UUID] = frozenset()

    @property
    def mark(self) -> str:
        """What is kept of the browser's name ("" while it has none)."""
        return mark_of(self.browser_id)


def mark_of(browser_id: str) -> str:
    """A keyed hash, 64 characters: the same for everybody who signs in with this browser. "" for no name."""
    hashed = salted_hmac("accounts.origins.mark", browser_id, algorithm="sha256").hexdigest()
    return hashed if browser_id else ""


def origin_of(request: HttpRequest) -> Origin:
    """Read everything from the request once."""
    address = client_address(request)
    browser = describe_browser(request.headers.get("User-Agent", ""))
    browser_id, known = _known_browser(request)
    return Origin(address, network_of(address), browser, browser_id, frozenset(known))


def client_address(request: HttpRequest) -> str | None:
    """The client's address, or None when it has none (a unix socket).

    Only what our own proxies wrote is believed: with n trusted proxies the n-th entry of X-Forwarded-For from the
    right. With none the header is ignored, since anybody can send it.
    """
    written = request.META.get("REMOTE_ADDR") or ""
    if settings.TRUSTED_PROXIES:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        written = hops[-settings.TRUSTED_PROXIES] if len(hops) >= settings.TRUSTED_PROXIES else written
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)


def network_of(address: str | None) -> str:
    """What counts as one source: an IPv4 address, or the /64 that one IPv6 customer has."""
    if address is None:
        return "none"
    parsed = ipaddress.ip_address(address)
    return str(parsed) if parsed.version == 4 else str(ipaddress.ip_network((parsed, 64), strict=False))


def describe_browser(user_agent: str) -> str:
    """`Firefox on Windows`; words that a person recognises in a list, never the header itself."""
    browser = next((name for name, pattern in _BROWSERS if re.search(pattern, user_agent)), "Another browser")
    system = next((name for name, pattern in _SYSTEMS if re.search(pattern, user_agent)), "")
    return f"{browser} on {system}" if system else browser


def browser_words(browser: str) -> str:
    """What `describe_browser` said, in the language of whoever reads the list; "" for ""."""
    name, on, system = browser.partition(" on ")
    name = _("Another browser") if name == "Another browser" else name
    return _("%(browser)s on %(system)s") % {"browser": name, "system": system} if on else name


browser_later = lazy(browser_words, str)
"""The same for words that are looked up later, such as those of a mail."""


def _known_browser(request: HttpRequest) -> tuple[str, list[UUID]]:
    """The browser's own random name ("" for one that nobody has signed in with) and who has, newest first."""
    cookie = request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE_NAME, "")
    try:
        browser_id, users = signing.loads(cookie, salt=_SALT, max_age=KNOWN_BROWSER_SECONDS)
        return str(browser_id), [UUID(user_id) for user_id in users]
    except (signing.BadSignature, ValueError, TypeError):
        return "", []


def remember_browser(request: HttpRequest, response: HttpResponseBase, user_id: UUID) -> str:
    """Note in a signed cookie that this person has signed in with this browser; the last five are kept.

    The cookie opens nothing. It only keeps other people's wrong guesses from slowing this browser down
    (OWASP, "Slow down online guessing attacks with device cookies"), and lets us tell a new browser from an old one.
    Returns the browser's own name.
    """
    browser_id, known = _known_browser(request)
    browser_id = browser_id or secrets.token_urlsafe(16)
    users = [user_id, *(other for other in known if other != user_id)][:5]
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE_NAME,
        signing.dumps([browser_id, [str(user) for user in users]], salt=_SALT),
        max_age=KNOWN_BROWSER_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return browser_id
