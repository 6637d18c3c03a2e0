"""Answers of providers that could not be written to the database, kept in files until it is back.

The provider has taken a text and said so; the database is away. Losing that answer would mean looking the text up for
ten minutes and perhaps sending it twice. So it goes to a folder of this machine (`settings.SPOOL_DIR`), on disk for
certain (fsync of file and folder) before anybody relies on it, and the sweep brings it in.

One file for each batch, written under another name and then renamed: two processes never write to the same file, and a
reader never sees half of one, whatever dies when. Each line carries a checksum all the same, because a disk that lies
about fsync or is pulled out leaves torn lines; such a line is set aside for the operator and the others count. Reading
a file twice does no harm, since recording is fenced by the attempt. Lines hold ids and codes, nothing of a customer's.
"""

import json
import logging
import os
import secrets
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from texting.recording import Answer

log = logging.getLogger("parley.spool")

READY = ".answers"  # ending of a file that is complete
UNREADABLE = ".unreadable"
LARGEST = 1_000_000  # bytes of a file that is read; a batch has some 15 kB


def write(answers: Sequence[Answer]) -> Path | None:
    """Put the answers on disk. None when there is no folder or it cannot be written: then the log has the ids."""
    if not settings.SPOOL_DIR:
        return None
    folder = Path(settings.SPOOL_DIR)
    name = f"{os.getpid()}-{secrets.token_hex(8)}"
    unfinished, finished = folder / f"{name}.new", folder / f"{name}{READY}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(b"".join(_line(answer) for answer in answers))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(finished)
        _sync(folder)
    except OSError as error:
        log.error("spool_not_written", extra={"error": type(error).__name__, "errno": error.errno})
        _forget(unfinished)
        return None
    return finished


def waiting() -> list[Path]:
    """The complete files, oldest first."""
    if not settings.SPOOL_DIR:
        return []
    try:
        found = [
            (entry.stat().st_mtime_ns, Path(entry)) for entry in os.scandir(settings.SPOOL_DIR) if _is_ready(entry)
        ]
    except FileNotFoundError:  # nothing was ever written, or another reader was faster
        return []
    return [path for _, path in sorted(found)]


def read(file: Path) -> tuple[list[Answer], bool]:
    """The answers in a file, and whether every line could be read. Raises FileNotFoundError when it is gone."""
    with file.open("rb") as open_file:
        lines = open_file.read(LARGEST + 1).splitlines()
    answers = [_answer(line) for line in lines]
    return [answer for answer in answers if answer is not None], bool(lines) and None not in answers


def done(file: Path, *, complete: bool) -> None:
    """All answers in this file are recorded; a file with lines that could not be read is set aside."""
    if complete:
        _forget(file)
        return
    log.error("spool_unreadable", extra={"file": file.name})
    try:
        file.rename(file.with_suffix(UNREADABLE))
    except OSError as error:
        log.error("spool_not_written", extra={"error": type(error).__name__, "errno": error.errno})


def _is_ready(entry: "os.DirEntry[str]") -> bool:
    return entry.name.endswith(READY) and entry.is_file(follow_symlinks=False)


def _forget(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:  # a disk that became read-only: it is read again, which does no harm
        log.error("spool_not_deleted", extra={"error": type(error).__name__, "errno": error.errno})


def _sync(folder: Path) -> None:
    """Make the new name itself last."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _line(answer: Answer) -> bytes:
    text = json.dumps(asdict(answer), default=str, sort_keys=True).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _answer(line: bytes) -> Answer | None:
    checksum, _, text = line.partition(b" ")
    try:
        if int(checksum, 16) != zlib.crc32(text):
            return None
        values: dict[str, Any] = json.loads(text)
        ids = {name: UUID(values[name]) for name in ("organization_id", "message_id")}
        return Answer(**{**values, **ids})
    except (ValueError, TypeError, KeyError):
        return None


def by_organization(answers: Sequence[Answer]) -> Iterator[list[Answer]]:
    """The answers of each organization together."""
    for organization_id in sorted({answer.organization_id for answer in answers}):
        yield [answer for answer in answers if answer.organization_id == organization_id]
