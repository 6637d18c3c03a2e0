"""Secrets and signatures by the Standard Webhooks specification, version 1. Plain values: no Django."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from uuid import UUID

PREFIX = "whsec_"
SECRET_BYTES = 32  # the specification asks for 24 to 64


def new_secret() -> str:
    """A random secret as both sides write it: `whsec_` and base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def message_id(event_id: UUID) -> str:
    """What `webhook-id` says: the same over all attempts and for all endpoints; has no full stop."""
    return f"evt_{event_id.hex}"


def signature_headers(signing: Iterable[str], *, message: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers. `signing` are the secrets, the newest first; `timestamp` is in seconds since 1970."""
    signed = f"{message}.{timestamp}.".encode() + body
    signatures = [
        "v1," + base64.b64encode(hmac.digest(_key(secret), signed, hashlib.sha256)).decode() for secret in signing
    ]
    return {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(PREFIX))
