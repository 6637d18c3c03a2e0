"""Whether a pack is what was signed, without a database: the signature, each file's SHA-256, and every figure counted
again from the rows.
"""

import base64
import csv
import io
import json
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from retention.evidence.writing import FORMAT, MANIFEST, statement
from tenancy.audit_checkpoints import is_signed

MOST_MANIFEST = 50_000_000  # bytes
_PIECE = 1 << 20


class BadPack(ValueError):
    """Not a pack, altered, or not signed by a key that is trusted; the message says which."""


@dataclass(frozen=True)
class Verified:
    """What a good pack says."""

    said: dict[str, Any]
    files: int
    figures: int


def verify(path: Path, trusted: Collection[Ed25519PublicKey]) -> Verified:
    """Raises BadPack, OSError."""
    try:
        with zipfile.ZipFile(path) as archive:
            said = _manifest(archive, trusted)
            _files(archive, said)
            for figure in said["figures"]:
                _figure(archive, figure)
    except (zipfile.BadZipFile, KeyError, TypeError, AttributeError, RuntimeError, EOFError):
        raise BadPack("This is not an evidence pack of ours, or it is damaged.") from None
    return Verified(said, len(said["files"]), len(said["figures"]))


def _manifest(archive: zipfile.ZipFile, trusted: Collection[Ed25519PublicKey]) -> dict[str, Any]:
    if archive.getinfo(MANIFEST).file_size > MOST_MANIFEST:
        raise BadPack("The list of files is too large to be one of ours.")
    try:
        said = json.loads(archive.read(MANIFEST), object_pairs_hook=_once_each)
        signature = base64.b64decode(said.pop("signature"), validate=True)
        signed = statement(said)
    except (ValueError, rfc8785.CanonicalizationError):
        raise BadPack("This is not an evidence pack of ours, or it is damaged.") from None
    if said["format"] != FORMAT:
        raise BadPack(f"This is of another form than {FORMAT}.")
    if not is_signed(signed, signature, trusted):
        raise BadPack("The list of files was altered, or another installation signed it.")
    return dict(said)


def _files(archive: zipfile.ZipFile, said: dict[str, Any]) -> None:
    there = [one.filename for one in archive.infolist()]
    told = [one["name"] for one in said["files"]]
    if sorted(there) != sorted([*told, MANIFEST]):
        raise BadPack("Files are missing, or stand there that were not signed.")
    for one in said["files"]:
        digest = sha256()
        with archive.open(one["name"]) as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
        if digest.hexdigest() != one["sha256"]:
            raise BadPack(f"{one['name']} was altered.")


def _figure(archive: zipfile.ZipFile, figure: dict[str, Any]) -> None:
    number = sum(1 for row in _rows(archive, figure["file"]) if _counts(row, figure))
    if number != figure["number"]:
        raise BadPack(f"{figure['file']}: {figure['title']} is {number}, not {figure['number']}.")


def _counts(row: dict[str, str], figure: dict[str, Any]) -> bool:
    return not figure["column"] or row[figure["column"]] in figure["values"]


def _rows(archive: zipfile.ZipFile, name: str) -> Iterator[dict[str, str]]:
    with archive.open(name) as file:
        yield from csv.DictReader(io.TextIOWrapper(file, "utf-8", newline=""))


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name that stands twice would be read in two ways."""
    if len({name for name, _value in pairs}) < len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)
