"""A ZIP that leaves in pieces of one size, so that no export is ever whole in memory."""

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

PIECE = 512 * 1024  # bytes


class Pieces(io.RawIOBase):
    """What `zipfile` writes to: gives full pieces away, with their number from 0. It cannot be sought in."""

    def __init__(self, give: Callable[[int, bytes], None]) -> None:
        self._give, self._held, self._number = give, bytearray(), 0
        self._hash = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, content: object) -> int:
        """All of it."""
        more = bytes(memoryview(content))  # type: ignore[arg-type] # whatever has bytes
        self._held += more
        self._hash.update(more)
        self.size += len(more)
        while len(self._held) >= PIECE:
            self._leave(PIECE)
        return len(more)

    def finish(self) -> str:
        """Give the rest away; the SHA-256 of all, in hex."""
        if self._held:
            self._leave(len(self._held))
        return self._hash.hexdigest()

    def stop(self) -> None:
        """From now on nothing is given away any more, whatever is written."""
        self._give = lambda _number, _content: None

    def _leave(self, size: int) -> None:
        self._give(self._number, bytes(self._held[:size]))
        del self._held[:size]
        self._number += 1


def write_zip(pieces: Pieces, files: Iterable[tuple[str, Iterable[bytes]]], *, at: datetime) -> None:
    """Each file by its name and its contents, one after the other."""
    with zipfile.ZipFile(pieces, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive, _or_stop(pieces):
        for name, contents in files:
            entry = zipfile.ZipInfo(name, at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as file, _or_stop(pieces):
                for content in contents:
                    file.write(content)


@contextmanager
def _or_stop(pieces: Pieces) -> Iterator[None]:
    """What fails is not ended by whatever is closed on the way out, as if it were whole."""
    try:
        yield
    except BaseException:
        pieces.stop()
        raise
