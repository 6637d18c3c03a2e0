"""Requests of the simulated carrier to our own addresses, and to nothing else: signed webhooks, pictures fetched."""

import hmac
import http.client
import json
import time
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

HTTP_SECONDS = 10.0
LONGEST_ANSWER = 4096  # bytes
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
    answer = _post(url, payload, secret, limit=0)
    return answer[0] if answer else 0


def ask_signed(url: str, payload: Mapping[str, object], secret: str) -> bytes:
    """The same, and what is answered; empty for anything but a success. Raises RefusedAddress."""
    answer = _post(url, payload, secret, limit=LONGEST_ANSWER)
    return answer[2] if answer and answer[0] == 200 else b""


def _post(url: str, payload: Mapping[str, object], secret: str, *, limit: int) -> tuple[int, str, bytes] | None:
    parts = own_address(url)
    body = json.dumps(payload).encode()
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        TIMESTAMP_HEADER: timestamp,
        SIGNATURE_HEADER: signature(secret, timestamp, url, body),
    }
    return _ask("POST", parts, body, headers, limit=limit)


def fetch_file(url: str, *, limit: int) -> tuple[str, bytes] | None:
    """(type, content) of a file of ours, asked for as a carrier does: HEAD, then GET, which must agree on the type.

    None when it is not to be had or larger than `limit` bytes. Raises RefusedAddress.
    """
    parts = own_address(url)
    answers = [_ask(method, parts, None, {}, limit=limit) for method in ("HEAD", "GET")]
    if not all(answer and answer[0] == 200 for answer in answers):
        return None
    (_, announced, _), (_, kind, content) = [answer for answer in answers if answer]
    return (kind, content) if announced == kind and 0 < len(content) <= limit else None


def _ask(
    method: str, parts: SplitResult, body: bytes | None, headers: Mapping[str, str], *, limit: int
) -> tuple[int, str, bytes] | None:
    """(status, type, at most `limit` bytes and one); None when nobody answered."""
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection_to_us = kind(parts.hostname or "", parts.port, timeout=HTTP_SECONDS)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection_to_us.request(method, target, body, dict(headers))
        answer = connection_to_us.getresponse()
        content_type = (answer.getheader("Content-Type") or "").partition(";")[0].strip().lower()
        return answer.status, content_type, answer.read(limit + 1) if limit else b""
    except (OSError, http.client.HTTPException):
        return None
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
