"""Signed requests of the simulated carrier to our own webhooks, and to nothing else."""

import hmac
import http.client
import json
import time
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

HTTP_SECONDS = 10.0
DEFAULT_PORTS = {"http": 80, "https": 443}
TIMESTAMP_HEADER = "X-Simulator-Timestamp"
SIGNATURE_HEADER = "X-Simulator-Signature"


class RefusedAddress(ValueError):
    """The network calls our own webhooks only."""


def send_signed(url: str, payload: Mapping[str, object], secret: str) -> int:
    """POST the payload as JSON to one of our own webhooks; returns the HTTP status, 0 when nobody answered.

    Signed like this: hex HMAC-SHA256(secret, timestamp + newline + url + newline + body). Follows no redirect, uses no
    proxy. Raises RefusedAddress.
    """
    parts = own_address(url)
    body = json.dumps(payload).encode()
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        TIMESTAMP_HEADER: timestamp,
        SIGNATURE_HEADER: signature(secret, timestamp, url, body),
    }
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection_to_us = kind(parts.hostname or "", parts.port, timeout=HTTP_SECONDS)
    try:
        connection_to_us.request("POST", parts.path + (f"?{parts.query}" if parts.query else ""), body, headers)
        return connection_to_us.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection_to_us.close()


def signature(secret: str, timestamp: str, url: str, body: bytes) -> str:
    """The value of the signature header."""
    return hmac.digest(secret.encode(), f"{timestamp}\n{url}\n".encode() + body, "sha256").hex()


def own_address(url: str) -> SplitResult:
    """The address in parts if it is on our public base (same scheme, host and port). Raises RefusedAddress."""
    parts = urlsplit(url)
    if _origin(parts) != _origin(urlsplit(settings.PUBLIC_BASE_URL)):
        raise RefusedAddress("The simulator calls this installation's own address only.")
    return parts


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    try:
        return parts.scheme, parts.hostname, parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        raise RefusedAddress("The port in the address is no number.") from None
