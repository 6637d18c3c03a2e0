"""The folder in which copies of one database stand: whole or not at all.

A copy is made in `.NAME.unfinished`, forced onto the disk, and gets its name in one step. Whoever makes it holds a lock
on that folder, so the next run can tell what a killed one left behind and takes it away.
"""

import errno
import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import IO

from retention.backups import manifest, sealing
from retention.backups.errors import BackupError, Damaged
from retention.backups.manifest import Manifest

DATA, MANIFEST, SIGNATURE = "data", "manifest.json", "manifest.sig"
NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
_UNFINISHED, _REMOVED, _LOCK = ".unfinished", ".removed", "lock"


def new_name(at: datetime) -> str:
    """Sorts by time and is not there yet: `20261126T182734Z-3f2a9c1d`."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


@dataclass(frozen=True)
class Shelf:
    """`part` is one of `manifest.PARTS`."""

    folder: Path
    part: str

    def prepare(self) -> None:
        """Make the folder, closed to others; take away what killed runs left. Raises BackupError."""
        with told_plainly(self.folder):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for entry in self.folder.iterdir():
                if entry.name.startswith(".") and entry.suffix in {_UNFINISHED, _REMOVED} and not _in_use(entry):
                    shutil.rmtree(entry, ignore_errors=True)

    @contextmanager
    def making(self, name: str) -> Iterator[Path]:
        """A folder to write the copy into; on the shelf, under its name, when the block ends well, else gone."""
        unfinished = self.folder / f".{name}{_UNFINISHED}"
        try:
            with told_plainly(self.folder):
                unfinished.mkdir(mode=0o700)
            with (unfinished / _LOCK).open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield unfinished
                with told_plainly(self.folder):
                    (unfinished / _LOCK).unlink()
                    _force(unfinished)
                    if (self.folder / name).exists():
                        raise BackupError(f"{self.folder / name} is there already; nothing was overwritten.")
                    unfinished.rename(self.folder / name)
                    _force(self.folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    def names(self) -> list[str]:
        """Of the copies that are whole, oldest first."""
        try:
            return sorted(entry.name for entry in self.folder.iterdir() if NAME.fullmatch(entry.name))
        except FileNotFoundError:
            return []

    def read(self, name: str) -> Manifest:
        """The manifest, with its signature, the file's length and its SHA-256 checked. Raises BackupError."""
        with self._about(name):
            found = self._manifest(name)
            digest, size = sha256(), 0
            with (self.folder / name / DATA).open("rb") as file:
                while block := file.read(sealing.CHUNK):
                    digest.update(block)
                    size += len(block)
            if (size, digest.hexdigest()) != (found.size, found.sha256):
                raise Damaged("is not the file that its manifest was signed for")
            return found

    def _manifest(self, name: str) -> Manifest:
        folder = self.folder / name
        found = manifest.verified((folder / MANIFEST).read_bytes(), (folder / SIGNATURE).read_bytes())
        if (found.name, found.part) != (name, self.part):
            raise Damaged(f"has the manifest of {found.part} {found.name}")
        return found

    def unseal(self, found: Manifest, backup_key: bytes) -> Iterator[bytes]:
        """The copy as pg_restore takes it. Raises BackupError."""
        with self._about(found.name), (self.folder / found.name / DATA).open("rb") as file:
            yield from sealing.unseal(file, backup_key=backup_key, place=manifest.place(found.name, found.part))

    def remove_older(self, than: timedelta, *, now: datetime) -> list[str]:
        """Take away what is older, never the newest. The names."""
        gone = []
        for name in self.names()[:-1]:
            made = datetime.strptime(name[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            if now - made > than:
                hidden = self.folder / f".{name}{_REMOVED}"  # at once no backup any more, also when we are killed now
                with told_plainly(self.folder):
                    (self.folder / name).rename(hidden)
                    shutil.rmtree(hidden, ignore_errors=True)
                gone.append(name)
        return gone

    @contextmanager
    def _about(self, name: str) -> Iterator[None]:
        """Errors say which copy they are about."""
        try:
            yield
        except FileNotFoundError as error:
            raise Damaged(f"{self.folder / name} is not complete: {Path(error.filename).name} is missing.") from None
        except OSError as error:
            raise BackupError(f"{self.folder / name} cannot be read: {error.strerror}.") from None
        except BackupError as error:
            raise type(error)(f"{self.folder / name}: {error}.") from None


def write(folder: Path, name: str, content: bytes) -> None:
    """A small file that is on disk when this returns."""
    with creating(folder, name) as file:
        file.write(content)


@contextmanager
def creating(folder: Path, name: str) -> Iterator[IO[bytes]]:
    """A new file, readable by its owner only, that is on disk when the block ends."""
    descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def told_plainly(folder: Path) -> Iterator[None]:
    """What the disk refuses, in one sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise BackupError(f"The disk of {folder} is full. Nothing was kept of this backup; make room.") from None
        raise BackupError(f"{folder} cannot be written: {error.strerror}.") from None


def _force(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _in_use(folder: Path) -> bool:
    try:
        with (folder / _LOCK).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False
