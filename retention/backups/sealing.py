"""A file of a backup: a stream under authenticated encryption, in chunks.

    magic (16) | file id (16) | key id (8) | wrapped key (60) | chunk | chunk | ... | last chunk

Each file has a random key of its own, wrapped by BACKUP_KEY. A chunk is AES-256-GCM over at most CHUNK bytes, with the
chunk's number as nonce; its associated data holds the file's first bytes, what it is a copy of, its number and whether
it is the last one. So a chunk that was altered, moved, exchanged with another file's or left out at the end does not
open: the idea of STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015). Memory is bounded by a few chunks.
"""

import hmac
import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from retention.backups.errors import BackupError, Damaged
from tenancy.encryption.errors import Undecryptable
from tenancy.encryption.records import KEY_BYTES, NONCE_BYTES, TAG_BYTES, lengths_first, unwrap, wrap

MAGIC = b"parley backup/1\n"
CHUNK = 1 << 20
_ID_BYTES, _KEY_ID_BYTES = 16, 8
_WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES
HEAD_BYTES = len(MAGIC) + _ID_BYTES + _KEY_ID_BYTES + _WRAPPED_BYTES


@dataclass(frozen=True)
class Written:
    """Bytes in the clear, bytes of the file, and the file's SHA-256 in hex."""

    plain: int
    size: int
    sha256: str


def key_id(backup_key: bytes) -> bytes:
    """8 bytes that tell backup keys apart and reveal nothing of them."""
    return hmac.digest(backup_key, b"parley backup key id/v1", sha256)[:_KEY_ID_BYTES]


def seal(source: IO[bytes], target: IO[bytes], *, backup_key: bytes, place: bytes) -> Written:
    """Write all of `source` to `target`. `place` says what it is a copy of. Raises OSError as the two do."""
    secret = os.urandom(KEY_BYTES)
    start = MAGIC + os.urandom(_ID_BYTES) + key_id(backup_key)
    head = start + wrap(secret, backup_key, lengths_first(start, place))
    cipher, digest, plain, size = AESGCM(secret), sha256(head), 0, len(head)
    target.write(head)
    number, chunk = 0, _read(source, CHUNK)
    while True:
        following = _read(source, CHUNK)
        sealed = cipher.encrypt(_nonce(number), chunk, _binding(head, place, number, last=not following))
        target.write(sealed)
        digest.update(sealed)
        plain, size = plain + len(chunk), size + len(sealed)
        if not following:
            return Written(plain, size, digest.hexdigest())
        number, chunk = number + 1, following


def unseal(source: IO[bytes], *, backup_key: bytes, place: bytes) -> Iterator[bytes]:
    """What `seal` was given, in pieces; nothing of a chunk is handed out before it is known to be right.

    Raises Damaged for any difference, which a file that was cut shows at its end only.
    """
    head = _read(source, HEAD_BYTES)
    start, wrapped = head[:-_WRAPPED_BYTES], head[-_WRAPPED_BYTES:]
    if len(head) < HEAD_BYTES or not head.startswith(MAGIC):
        raise Damaged("is no file of a backup")
    if not hmac.compare_digest(start[-_KEY_ID_BYTES:], key_id(backup_key)):
        raise BackupError("was sealed under another BACKUP_KEY; set the one that was in force when it was made")
    try:
        cipher = AESGCM(unwrap(wrapped, backup_key, lengths_first(start, place)))
    except Undecryptable:
        raise Damaged("was altered, or is a copy of something else") from None
    number, sealed = 0, _read(source, CHUNK + TAG_BYTES)
    while True:
        following = _read(source, CHUNK + TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(number), sealed, _binding(head, place, number, last=not following))
        except (InvalidTag, ValueError):
            raise Damaged(f"was altered or cut at chunk {number + 1}") from None
        if not following:
            return
        number, sealed = number + 1, following


def _nonce(number: int) -> bytes:
    return number.to_bytes(NONCE_BYTES, "big")


def _binding(head: bytes, place: bytes, number: int, *, last: bool) -> bytes:
    return lengths_first("parley backup chunk/v1", head, place, number.to_bytes(8, "big"), b"last" if last else b"")


def _read(source: IO[bytes], size: int) -> bytes:
    """`size` bytes, fewer at the end only: a pipe gives what it has."""
    pieces, missing = [], size
    while missing and (piece := source.read(missing)):
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)
