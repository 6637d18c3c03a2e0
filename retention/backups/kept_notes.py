"""How a note beside the checkpoints tells of a destroyed key, and of the rows of its day that stayed.

    <id of the key, in hex>[=<how many rows stay>[:<id of the key that they are under since>:<their marks>]]

The marks (`kept_forms.mark`), 8 bytes each and in base64 one after the other, say which rows these are to whoever has
the rows, and nothing to anybody else.
"""

import base64
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from tenancy.encryption.kept_forms import mark

_MARK_BYTES = 8


@dataclass(frozen=True)
class Kept:
    """How many rows stayed when a key went, under which one, and their marks; of older notes the number only."""

    number: int
    under: bytes | None = None
    marks: frozenset[bytes] = frozenset()


def written(key: str, kept: Kept | None) -> str:
    """One key's part of a note."""
    if kept is None or not kept.number:
        return key
    if kept.under is None or not kept.marks:
        return f"{key}={kept.number}"
    marks = base64.urlsafe_b64encode(b"".join(sorted(kept.marks))).decode().rstrip("=")
    return f"{key}={kept.number}:{kept.under.hex()}:{marks}"


def read(said: str) -> tuple[bytes, Kept | None]:
    """The reverse of `written`. Raises ValueError for what that does not write."""
    key, _, rest = said.partition("=")
    number, _, rows = rest.partition(":")
    under, _, marks = rows.partition(":")
    if not number:
        return bytes.fromhex(key), None
    joined = base64.urlsafe_b64decode(marks + "=" * (-len(marks) % 4))
    each = frozenset(joined[at : at + _MARK_BYTES] for at in range(0, len(joined), _MARK_BYTES))
    return bytes.fromhex(key), Kept(int(number), bytes.fromhex(under) or None, each)


def way(
    key: bytes, place: str, row_id: UUID, *, dead: Collection[bytes], kept: Mapping[bytes, Collection[Kept]]
) -> list[bytes] | None:
    """The destroyed keys that a row was under, from this one on; None: by one of them it ended.

    Each restore gives a key one more successor. All of them have to say that the row stayed, so it does not matter in
    which order, nor how often, they are told.
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
            found.append(key)
            waiting += [each.under for each in said if each.under]
    return found if lives else None
