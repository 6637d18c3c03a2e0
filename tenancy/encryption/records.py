"""One sealed text as bytes, and one wrapped key as bytes. Knows nothing of Django or of where keys are kept.

A record is `version (1) | number of keys (1) | key id (8) each | salt (16) | commitment (32) | nonce (12) | ciphertext
| tag (16)`: 78 bytes and 8 for each key more than the text has in UTF-8.

HKDF-SHA256 over the data keys, one after the other, yields 64 bytes: the AES-256-GCM key and the commitment. So each
record has a key of its own, and whoever lacks one of several data keys has nothing. The commitment is compared before
decryption, because plain GCM lets one ciphertext open under two keys (partitioning oracles; Len, Grubbs, Ristenpart
2021). The associated data binds a record to its organization, table, column and row, and to its own first bytes.
"""

import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tenancy.encryption.errors import Undecryptable

VERSION = 1
KEY_BYTES = 32
KEY_ID_BYTES = 8
ORGANIZATION_MARK = bytes(KEY_ID_BYTES)
"""In the place of a key's id among tombstones: all keys of the organization but those in escrow."""
SALT_BYTES, COMMITMENT_BYTES, NONCE_BYTES, TAG_BYTES = 16, 32, 12, 16
CHANCE_BYTES = SALT_BYTES + NONCE_BYTES
_INFO = b"parley record/v1"


@dataclass(frozen=True, slots=True)
class Key:
    """A data key in the clear, with what it is for. `repr` tells its id only.

    `is_withheld`: it seals, and opens nothing for those who look (`withholding`).
    """

    key_id: bytes
    secret: bytes
    kind: str = ""
    scope: str = ""
    is_withheld: bool = False

    def __repr__(self) -> str:
        return f"Key({self.key_id.hex()})"

    def marked(self, *, is_withheld: bool) -> "Key":
        """The key as the database says now that it opens; itself where nothing has changed."""
        return self if self.is_withheld == is_withheld else replace(self, is_withheld=is_withheld)


def chances(number: int) -> list[bytes]:
    """What so many records take of chance, for `seal`: the system is asked once for all of them."""
    drawn = os.urandom(CHANCE_BYTES * number)
    return [drawn[at : at + CHANCE_BYTES] for at in range(0, len(drawn), CHANCE_BYTES)]


def seal(text: bytes, keys: Sequence[Key], binding: bytes, chance: bytes = b"") -> bytes:
    """Encrypt `text` for the place that `binding` describes, under all of `keys` together.

    `chance`: one of `chances`, used for nothing else; without it, it is drawn here.
    """
    head = bytes((VERSION, len(keys))) + b"".join(key.key_id for key in keys)
    drawn = chance or os.urandom(CHANCE_BYTES)
    salt, nonce = drawn[:SALT_BYTES], drawn[SALT_BYTES:]
    secret, commitment = _derive(keys, salt)
    return head + salt + commitment + nonce + AESGCM(secret).encrypt(nonce, text, lengths_first(head, binding))


def key_ids(record: bytes) -> tuple[bytes, ...]:
    """The ids of the keys that sealed `record`. Raises Undecryptable when these are not the bytes of a record."""
    if len(record) < 2 or record[0] != VERSION or not record[1]:
        raise Undecryptable("not a sealed text")
    end = 2 + record[1] * KEY_ID_BYTES
    if len(record) < end + SALT_BYTES + COMMITMENT_BYTES + NONCE_BYTES + TAG_BYTES:
        raise Undecryptable("a sealed text that was cut short")
    return tuple(record[at : at + KEY_ID_BYTES] for at in range(2, end, KEY_ID_BYTES))


def unseal(record: bytes, keys: Sequence[Key], binding: bytes) -> bytes:
    """The text of `record`, given its keys in the order of `key_ids`. Raises Undecryptable for any difference."""
    return unseal_by(record, opener_of(record, keys), binding)


def salt_of(record: bytes) -> bytes:
    """The 16 random bytes by which a record is told from every other. Raises Undecryptable when it is none."""
    end = 2 + len(key_ids(record)) * KEY_ID_BYTES
    return record[end : end + SALT_BYTES]


def opener_of(record: bytes, keys: Sequence[Key]) -> bytes:
    """32 bytes that open this record and no other, and tell nothing of its keys."""
    end = 2 + record[1] * KEY_ID_BYTES
    return _extract(keys, record[end : end + SALT_BYTES])


def unseal_by(record: bytes, opener: bytes, binding: bytes) -> bytes:
    """As `unseal`, by what `opener_of` gave for this record."""
    end = 2 + record[1] * KEY_ID_BYTES
    rest = record[end + SALT_BYTES :]
    secret, commitment = _expand(opener)
    if not hmac.compare_digest(commitment, rest[:COMMITMENT_BYTES]):
        raise Undecryptable("sealed under another key")
    nonce, ciphertext = rest[COMMITMENT_BYTES : COMMITMENT_BYTES + NONCE_BYTES], rest[COMMITMENT_BYTES + NONCE_BYTES :]
    try:
        return AESGCM(secret).decrypt(nonce, ciphertext, lengths_first(record[:end], binding))
    except InvalidTag:
        raise Undecryptable("altered, or moved here from another place") from None


def wrap(secret: bytes, wrapping_key: bytes, binding: bytes) -> bytes:
    """`secret` under AES-256-GCM with a random nonce, bound to what `binding` describes: `nonce | ciphertext | tag`."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(wrapping_key).encrypt(nonce, secret, binding)


def unwrap(wrapped: bytes, wrapping_key: bytes, binding: bytes) -> bytes:
    """The reverse of `wrap`. Raises Undecryptable."""
    try:
        return AESGCM(wrapping_key).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], binding)
    except (InvalidTag, ValueError):
        raise Undecryptable("a wrapped key that was altered, or that another key wrapped") from None


def lengths_first(*parts: bytes | str) -> bytes:
    """The parts one after the other, each after its length in 4 bytes: no two lists of parts give the same bytes."""
    joined = b""
    for part in parts:
        encoded = part.encode() if isinstance(part, str) else part
        joined += len(encoded).to_bytes(4, "big") + encoded
    return joined


def _derive(keys: Sequence[Key], salt: bytes) -> tuple[bytes, bytes]:
    """HKDF-SHA256 (RFC 5869, 2.2 and 2.3) for two blocks: three one-shot HMACs instead of the library's objects, which
    took a third of what it takes to open a text. A test compares it with the library's.
    """
    return _expand(_extract(keys, salt))


def _extract(keys: Sequence[Key], salt: bytes) -> bytes:
    return hmac.digest(salt, b"".join([key.secret for key in keys]), "sha256")


def _expand(extracted: bytes) -> tuple[bytes, bytes]:
    secret = hmac.digest(extracted, _INFO + b"\x01", "sha256")
    return secret, hmac.digest(extracted, secret + _INFO + b"\x02", "sha256")
