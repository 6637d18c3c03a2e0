"""Our own addresses towards a provider, from configuration: the Host header of a request decides nothing."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings


@dataclass(frozen=True)
class Addresses:
    """What one organization tells its provider. `entity_id` is the address of our metadata."""

    start: str
    entity_id: str
    acs: str
    slo: str


def addresses(slug: str) -> Addresses:
    """The addresses behind this organization's own sign-in address."""
    start = f"{settings.PUBLIC_BASE_URL}/sso/{slug}"
    return Addresses(f"{start}/", f"{start}/metadata", f"{start}/acs", f"{start}/slo")


def request_data(address: str, **fields: dict[str, str]) -> dict[str, object]:
    """A request at this address as python3-saml wants it described."""
    parts = urlsplit(address)
    return {
        "https": "on" if parts.scheme == "https" else "off",
        "http_host": parts.netloc,
        "script_name": parts.path,
        "get_data": {},
        "post_data": {},
        **fields,
    }
