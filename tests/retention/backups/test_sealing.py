"""A file of a backup opens as what was written, or not at all."""

import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.backups import sealing
from retention.backups.errors import BackupError, Damaged
from retention.backups.sealing import HEAD_BYTES, seal, unseal
from tenancy.encryption.records import TAG_BYTES

KEY, OTHER = os.urandom(32), os.urandom(32)
SMALL = 32
WHOLE = SMALL + TAG_BYTES


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(sealing, "CHUNK", SMALL)


class Drops(io.BytesIO):
    """Gives a few bytes at a time, as a pipe does."""

    def read(self, size=-1):
        return super().read(min(size, 7) if size > 0 else size)


def sealed(content, *, place=b"here", key=KEY):
    target = io.BytesIO()
    written = seal(Drops(content), target, backup_key=key, place=place)
    assert (written.plain, written.size) == (len(content), len(target.getvalue()))
    return target.getvalue()


def opened(content, *, place=b"here", key=KEY):
    return b"".join(unseal(Drops(content), backup_key=key, place=place))


@given(st.binary(max_size=4 * SMALL))
def test_what_went_in_comes_out(content):
    file = sealed(content)
    assert opened(file) == content
    assert len(content) < 8 or content not in file[HEAD_BYTES:]


@given(st.binary(min_size=1, max_size=3 * SMALL), st.data())
def test_no_byte_can_be_altered_and_nothing_cut_or_added(content, data):
    file = sealed(content)
    at = data.draw(st.integers(0, len(file) - 1))
    flipped = bytearray(file)
    flipped[at] ^= 1 << data.draw(st.integers(0, 7))
    for wrong in (bytes(flipped), file[:at], file + b"\0", file + file[HEAD_BYTES:]):
        with pytest.raises(BackupError):
            opened(wrong)


def test_a_file_cut_between_two_chunks_is_found():
    """Each chunk that is left is whole, so only the mark of the last one tells."""
    file = sealed(bytes(3 * SMALL))
    with pytest.raises(Damaged, match="chunk 2"):
        opened(file[: HEAD_BYTES + 2 * WHOLE])


def test_chunks_cannot_change_places_nor_come_from_another_file():
    file, other = sealed(bytes(3 * SMALL)), sealed(bytes(3 * SMALL))
    first, second = slice(HEAD_BYTES, HEAD_BYTES + WHOLE), slice(HEAD_BYTES + WHOLE, HEAD_BYTES + 2 * WHOLE)
    swapped = file[:HEAD_BYTES] + file[second] + file[first] + file[HEAD_BYTES + 2 * WHOLE :]
    for wrong in (swapped, file[:HEAD_BYTES] + other[first] + file[HEAD_BYTES + WHOLE :]):
        with pytest.raises(Damaged, match="chunk 1"):
            opened(wrong)


def test_a_copy_of_something_else_or_under_another_key_is_refused():
    file = sealed(b"rows")
    with pytest.raises(Damaged, match="copy of something else"):
        opened(file, place=b"there")
    with pytest.raises(BackupError, match="another BACKUP_KEY"):
        opened(file, key=OTHER)
    with pytest.raises(Damaged, match="no file of a backup"):
        opened(b"PGDMP" + bytes(200))
