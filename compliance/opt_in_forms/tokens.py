"""Which page a sent form answers: signed by us, carried by the form itself, since the page sets no cookie.

It stands for what a CSRF token stands for elsewhere. There is nothing to forge here: a form is sent in nobody's name,
and a page in a frame on another site gets no cookie of ours in any case. What the token proves is that the sender was
shown this version in this language, when, and from which site they came.
"""

import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from django.core import signing
from django.utils import timezone

LONGEST = 24 * 3600  # seconds a page may stay open
SHORTEST = 2  # seconds in which nobody reads and types
_SALT = "compliance.opt_in_forms"


@dataclass(frozen=True)
class Shown:
    """What the sender was shown, and how long ago.

    `visit` is an id of this one opening of the page, made at random: the entries of one visit share it, and nothing
    else anywhere does.
    """

    form_id: UUID
    version: int
    language: str
    referrer: str
    seconds_ago: float
    visit: str = ""


def sign(*, form_id: UUID, version: int, language: str, referrer: str, visit: str = "") -> str:
    """The token of a page that is being drawn now; a page that is drawn again goes on with its visit."""
    now = timezone.now().timestamp()
    told = [str(form_id), version, language, _without_query(referrer), now, visit or secrets.token_urlsafe(12)]
    return signing.dumps(told, salt=_SALT, compress=True)


def read(token: str) -> Shown | None:
    """What was signed; None for what we did not sign or what is older than LONGEST."""
    if len(token) > 2_000:
        return None
    try:
        form_id, version, language, referrer, at, visit = signing.loads(token, salt=_SALT)
        shown = Shown(UUID(form_id), version, language, referrer, timezone.now().timestamp() - at, visit)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return shown if shown.seconds_ago <= LONGEST else None


def _without_query(address: str) -> str:
    """Site and path of the page that led here: what stands behind ? is often about a person."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"[:300] if parts.netloc else ""
