"""What seals the content of a secure message, so that whoever holds both databases and the root key lacks a half.

Inside: AES-256-GCM under a key that HKDF-SHA256 makes of the *half*, 128 random bits in the link's fragment, which
browsers send nowhere; a line of script posts it with the code. Outside: the sealed column, under a data key of this
message alone and the contact's. All three are needed; destroying either data key is the end of it.

Without script the fragment never arrives. So the half is also kept, unless the organization forbids it: sealed under a
key that HKDF-SHA256 makes of the link's *code*, the part in its path, of which we store a hash. Whoever opens the page
has that code in the address. Docs: decision 0150.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tenancy.encryption import Undecryptable
from tenancy.encryption.records import KEY_BYTES, KEY_ID_BYTES, Key, key_ids, lengths_first, seal, unseal

HALF_BYTES = 16
HALF_LENGTH = 22  # characters of base64url, without padding
_CONTENT, _HALF = b"parley secure content/v1", b"parley secure half/v1"


def new_half() -> bytes:
    """What stands in the fragment of one link."""
    return secrets.token_bytes(HALF_BYTES)


def written(half: bytes) -> str:
    """The half as the fragment has it."""
    return urlsafe_b64encode(half).rstrip(b"=").decode()


def read_half(text: str) -> bytes | None:
    """The half that a browser posted; None for what is none."""
    if len(text) != HALF_LENGTH or not text.isascii():
        return None
    try:
        half = urlsafe_b64decode(text + "==")
    except ValueError:
        return None
    return half if written(half) == text else None


def seal_content(text: str, *, half: bytes, message_id: UUID) -> bytes:
    """The content under the half; the column seals it once more."""
    return seal(text.encode(), [_key(half, _CONTENT, message_id)], _place(_CONTENT, message_id))


def open_content(record: bytes, *, half: bytes, message_id: UUID) -> str:
    """The content. Raises Undecryptable when it is another half."""
    return _opened(record, half, _CONTENT, message_id).decode()


def keep_half(half: bytes, *, code: str, message_id: UUID) -> bytes:
    """The half under the code in the link's path."""
    return seal(half, [_key(code.encode(), _HALF, message_id)], _place(_HALF, message_id))


def open_half(record: bytes, *, code: str, message_id: UUID) -> bytes:
    """The half that was kept. Raises Undecryptable when it is another code."""
    return _opened(record, code.encode(), _HALF, message_id)


def _opened(record: bytes, secret: bytes, use: bytes, message_id: UUID) -> bytes:
    key = _key(secret, use, message_id)
    if key_ids(record) != (key.key_id,):
        raise Undecryptable("sealed under another key")
    return unseal(record, [key], _place(use, message_id))


def _key(secret: bytes, use: bytes, message_id: UUID) -> Key:
    """32 bytes of key and 8 that name it, of a secret with 128 random bits; the message is its salt."""
    made = HKDF(SHA256(), KEY_BYTES + KEY_ID_BYTES, message_id.bytes, use).derive(secret)
    return Key(made[KEY_BYTES:], made[:KEY_BYTES])


def _place(use: bytes, message_id: UUID) -> bytes:
    return lengths_first(use, message_id.bytes)
