"""Values in Redis that nobody can read there: encrypted with a key derived from the installation's secret key.

Names of entries are keyed hashes, so that neither a phone number nor a line can be read (or guessed and checked) from
them. Everything ends by itself after a week. For the simulator only: nothing else may keep texts in Redis.
"""

import base64
import hmac
import json
import secrets
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

LIFETIME = 7 * 24 * 3600  # seconds
WAIT = 5.0  # seconds for connecting and for each answer
NONCE_BYTES = 12


@lru_cache(maxsize=4)
def connection(url: str) -> Redis:
    """One pool of connections a process. Nothing is tried twice: the caller must know whether it happened."""
    return Redis.from_url(
        url, socket_timeout=WAIT, socket_connect_timeout=WAIT, retry=Retry(NoBackoff(), 0), decode_responses=True
    )


class Sealer:
    """Encrypts values and hashes names under keys of its own, both derived from the secret key (HKDF-SHA256)."""

    def __init__(self, secret_key: str) -> None:
        self._aead = AESGCM(_derive(secret_key, b"parley simulator values"))
        self._hash_key = _derive(secret_key, b"parley simulator names")

    def name(self, kind: str, *parts: str) -> str:
        """The name of an entry: its kind in clear, what it is about as a keyed hash of 128 bits."""
        digest = hmac.digest(self._hash_key, json.dumps([kind, *parts]).encode(), "sha256")
        return f"simulator:{kind}:{digest[:16].hex()}"

    def seal(self, name: str, value: Mapping[str, object]) -> str:
        """AES-256-GCM, in base64; bound to the entry's name, so that one value cannot be put in another's place."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return base64.b64encode(nonce + self._aead.encrypt(nonce, json.dumps(value).encode(), name.encode())).decode()

    def open(self, name: str, sealed: object) -> dict[str, Any] | None:
        """None when there is nothing, or nothing that this secret key can read (it was changed since)."""
        if sealed is None:
            return None
        try:
            raw = base64.b64decode(str(sealed), validate=True)
            value = self._aead.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], name.encode())
        except (ValueError, InvalidTag):
            return None
        opened: dict[str, Any] = json.loads(value)
        return opened


@lru_cache(maxsize=4)
def sealer(secret_key: str) -> Sealer:
    """The sealer of this installation; deriving keys takes time, so it is kept."""
    return Sealer(secret_key)


def _derive(secret_key: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret_key.encode())
