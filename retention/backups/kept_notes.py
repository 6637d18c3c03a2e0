"""How a note beside the checkpoints tells of a destroyed key, of whose it was, and of the rows of its day that stayed.

    <id of the key, in hex>[~<mark of the contact>][=<how many rows stay>[:<id of the key that they are under since>:
    <their marks>:<marks of their records>]]

The marks of rows and records (`kept_forms.mark`, `kept_forms.record_mark`), 8 bytes each and in base64 one after the
other, say which rows these are, and as they were sealed when the key went, to whoever has the rows, and nothing to
anybody else. That of a contact (`contact_mark`) says whose key it was to whoever has the contact's row.
"""

import base64
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from tenancy.encryption.kept_forms import mark, record_mark
from tenancy.encryption.records import lengths_first

_MARK_BYTES = 8
CONTACT_BYTES = 16


@dataclass(frozen=True)
class Kept:
    """How many rows stayed when a key went, under which one, their marks and those of their records; or the number
    only.
    """

    number: int
    under: bytes | None = None
    marks: frozenset[bytes] = frozenset()
    records: frozenset[bytes] = frozenset()


@dataclass(frozen=True)
class Told:
    """What a note says of one key. `person`: the mark of the contact whose key it was; empty for others."""

    key: bytes
    kept: Kept | None = None
    person: bytes = b""


def contact_place(organization: UUID) -> bytes:
    """What the marks of an organization's contacts begin with: SHA-256 of this and the contact's id, 16 bytes of it."""
    return lengths_first("parley erased contact/v1", organization.bytes)


def contact_mark(organization: UUID, contact: UUID) -> bytes:
    """16 bytes that say of a contact, to whoever knows its id, that their key was destroyed; to others nothing."""
    return sha256(contact_place(organization) + contact.bytes).digest()[:CONTACT_BYTES]


def written(told: Told) -> str:
    """One key's part of a note."""
    said, kept = told.key.hex(), told.kept
    if told.person:
        said += f"~{_in_base64(told.person)}"
    if kept is None or not kept.number:
        return said
    if kept.under is None or not kept.marks:
        return f"{said}={kept.number}"
    marks, records = (_in_base64(b"".join(sorted(some))) for some in (kept.marks, kept.records))
    return f"{said}={kept.number}:{kept.under.hex()}:{marks}:{records}"


def read(said: str) -> Told:
    """The reverse of `written`. Raises ValueError for what that does not write."""
    name, _, rest = said.partition("=")
    key, _, person = name.partition("~")
    number, *rows = rest.split(":")
    kept = None
    if number:
        under, marks, records = (*rows, "", "", "")[:3]
        kept = Kept(int(number), bytes.fromhex(under) or None, _each(marks), _each(records))
    return Told(bytes.fromhex(key), kept, _from_base64(person))


def _in_base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _from_base64(said: str) -> bytes:
    return base64.urlsafe_b64decode(said + "=" * (-len(said) % 4))


def _each(said: str) -> frozenset[bytes]:
    joined = _from_base64(said)
    return frozenset(joined[at : at + _MARK_BYTES] for at in range(0, len(joined), _MARK_BYTES))


def under_another(said: Collection[Kept], to: bytes) -> Kept:
    """What stays of a key, of which all of this is said, when those rows are under another one as well."""
    rows = frozenset.intersection(*(each.marks for each in said))
    records = frozenset.intersection(*(each.records for each in said))
    return Kept(max(each.number for each in said), to, rows, records)


def way(
    key: bytes,
    place: str,
    row_id: UUID,
    *,
    dead: Collection[bytes],
    kept: Mapping[bytes, Collection[Kept]],
    salt: bytes | None = None,
) -> list[bytes] | None:
    """The destroyed keys that a row was under, from this one on; None: by one of them it ended.

    Each restore gives a key one more successor. All of them have to say that the row stayed, so it does not matter in
    which order, nor how often, they are told. `salt` is of the record that is under the first key: that, and no earlier
    or later wording of the row, has to be the one that stayed. Without one, any of them.
    """
    found: list[bytes] = []
    waiting, lives = [key], False
    while waiting:
        key = waiting.pop()
        if key not in dead:
            lives = True
        elif key not in found:
            said = kept.get(key, ())
            if not said or not all(mark(key, place, row_id) in each.marks for each in said):
                return None
            if not found and salt is not None and not all(record_mark(key, salt) in each.records for each in said):
                return None
            found.append(key)
            waiting += [each.under for each in said if each.under]
    return found if lives else None
