"""Signed checkpoints of the log: proof, held elsewhere, that the log once ended so.

A checkpoint is a note in the form of C2SP signed-note and tlog-checkpoint: origin, number of events, hash of the last
one in base64, the time, an empty line, and an Ed25519 signature. The hash is the chain's head, not the root of a Merkle
tree. The signing key stands outside the database, so whoever rewrites the log cannot sign a new ending.

The notes are kept in the database and, when AUDIT_CHECKPOINT_DIR is set, in one file per organization, which is the
copy that leaves the building. Events younger than the last note (a minute) are proved by the chain alone.
"""

import base64
import fcntl
import os
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.utils import timezone

_ED25519 = b"\x01"  # C2SP signed-note: the algorithm's number
_LINES = 6  # of a note: origin, size, hash, time, nothing, signature
_DASH = "\u2014 "


class BadNote(ValueError):
    """Not a checkpoint, or not signed by a key that is trusted."""


@dataclass(frozen=True)
class Checkpoint:
    """The organization's log had `sequence` events then, and the last one's hash was `hash` (32 bytes)."""

    organization_id: UUID
    sequence: int
    hash: bytes
    at: datetime


def write_note(checkpoint: Checkpoint) -> str:
    """The signed note. Raises BadNote when AUDIT_SIGNING_KEY is not set."""
    host = urlsplit(settings.PUBLIC_BASE_URL).hostname or "parley"
    text = (
        f"{host}/audit/{checkpoint.organization_id}\n{checkpoint.sequence}\n"
        f"{base64.b64encode(checkpoint.hash).decode()}\n{checkpoint.at.isoformat()}\n"
    )
    key = _signing_key()
    signature = _key_hash(host, key.public_key()) + key.sign(text.encode())
    return f"{text}\n{_DASH}{host} {base64.b64encode(signature).decode()}\n"


def read_note(note: str, trusted: Collection[Ed25519PublicKey]) -> Checkpoint:
    """What a note says. Raises BadNote unless one of the `trusted` keys signed it."""
    try:
        origin, size, head, at, nothing, signature_line = note.removesuffix("\n").split("\n")
        name, encoded = signature_line.removeprefix(_DASH).split(" ")
        signature = base64.b64decode(encoded, validate=True)
        checkpoint = Checkpoint(
            UUID(origin.rpartition("/")[2]),
            int(size),
            base64.b64decode(head, validate=True),
            datetime.fromisoformat(at),
        )
    except ValueError:
        raise BadNote("not a checkpoint") from None
    text = f"{origin}\n{size}\n{head}\n{at}\n"
    if nothing or not any(_signed(text, name, signature, key) for key in trusted):
        raise BadNote(f"the checkpoint of {checkpoint.sequence} events is not signed by a key that is trusted")
    return checkpoint


def trusted_keys(*more: str) -> list[Ed25519PublicKey]:
    """The public half of AUDIT_SIGNING_KEY, if that is set; AUDIT_OLD_PUBLIC_KEYS; `more` (each 32 bytes in base64)."""
    own = [_signing_key().public_key()] if settings.AUDIT_SIGNING_KEY else []
    others = (*settings.AUDIT_OLD_PUBLIC_KEYS, *more)
    try:
        return own + [Ed25519PublicKey.from_public_bytes(base64.b64decode(key, validate=True)) for key in others]
    except ValueError:
        raise BadNote("a public key is 32 bytes in base64") from None


def sign(statement: bytes) -> bytes:
    """64 bytes, for statements of other kinds, each of which begins with its own purpose. Raises BadNote as above."""
    return _signing_key().sign(statement)


def is_signed(statement: bytes, signature: bytes, trusted: Collection[Ed25519PublicKey]) -> bool:
    """Whether `sign` of one of these keys gave this signature."""
    for key in trusted:
        try:
            key.verify(signature, statement)
        except InvalidSignature:
            continue
        return True
    return False


def new_checkpoint(organization_id: UUID, sequence: int, head: bytes) -> Checkpoint:
    """A checkpoint of now."""
    return Checkpoint(organization_id, sequence, head, timezone.now())


# --- The copy that leaves the database ---


def file_of(folder: Path, organization_id: UUID) -> Path:
    """Where the notes of an organization are."""
    return folder / f"{organization_id}.checkpoints"


def append_notes(folder: Path, organization_id: UUID, notes: Collection[str]) -> None:
    """Add notes to the organization's file and wait until they are on disk. Adding one twice does no harm."""
    if not notes:
        return
    with file_of(folder, organization_id).open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write("".join(f"{note}\n" for note in ("", *notes)).encode())  # the empty line ends a note torn by a crash
        file.flush()
        os.fsync(file.fileno())


def read_notes(folder: Path, organization_id: UUID) -> Iterator[str]:
    """The notes in the organization's file, oldest first; nothing when there is no file."""
    try:
        with file_of(folder, organization_id).open(encoding="utf-8") as file:
            yield from _notes(file)
    except FileNotFoundError:
        return


def newest_note(folder: Path, organization_id: UUID) -> str | None:
    """The last note in the organization's file, found without reading the whole of it."""
    try:
        with file_of(folder, organization_id).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 4096))
            lines = file.read().decode(errors="replace").splitlines(keepends=True)
    except FileNotFoundError:
        return None
    return next(iter(deque(_notes(lines), maxlen=1)), None)


def _notes(lines: Iterable[str]) -> Iterator[str]:
    """A note ends with its signature; lines of a note that never got one belong to none."""
    latest: deque[str] = deque(maxlen=_LINES)
    for line in lines:
        latest.append(line)
        if line.startswith(_DASH):
            yield "".join(latest)
            latest.clear()


def _signing_key() -> Ed25519PrivateKey:
    seed: bytes = settings.AUDIT_SIGNING_KEY
    if not seed:
        raise BadNote("AUDIT_SIGNING_KEY is not set")
    return Ed25519PrivateKey.from_private_bytes(seed)


def _key_hash(name: str, key: Ed25519PublicKey) -> bytes:
    return sha256(name.encode() + b"\n" + _ED25519 + key.public_bytes_raw()).digest()[:4]


def _signed(text: str, name: str, signature: bytes, key: Ed25519PublicKey) -> bool:
    return signature[:4] == _key_hash(name, key) and is_signed(text.encode(), signature[4:], [key])
