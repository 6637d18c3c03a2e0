"""The folder in which a local system keeps everything: databases, secrets, log, and who may sign in to the demo.

lock           held while the system runs; the process id of its supervisor
postgres/      the database server's data        valkey/    the queue's
run/           sockets                           programs/  copies of server programs, when they are needed
secrets/       keys, made once; without them the databases cannot be read
checkpoints/   signed states of the audit log    clock/     when which periodic task ran
spool/         providers' answers that wait for the database
env            what other commands need to join the running system; gone when it is stopped
parley.log     everything that all processes wrote
demo.json      who may sign in                   migrated   which migrations were applied
"""

import base64
import errno
import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from config.embedded.processes import CannotStart

ENTRIES = frozenset(
    {
        *(
            "lock",
            "spool",
            "postgres",
            "postgres.new",
            "valkey",
            "run",
            "programs",
            "secrets",
            "checkpoints",
            "clock",
            "env",
        ),
        *("parley.log", "parley.log.1", "demo.json", "migrated"),
    }
)
SECRETS = ("SECRET_KEY", "ROOT_KEY", "AUDIT_SIGNING_KEY", "BACKUP_KEY")
NEEDED_MEGABYTES = 150
LONGEST_SOCKET = 100  # bytes; the systems' limit is 104 or 108 with the end of the string


class DataFolder:
    """One such folder, locked for us from `open` to `close`."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._lock: IO[str] | None = None
        self._short_sockets: Path | None = None

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    def open(self) -> None:
        """Make the folder if needed and lock it. Raises `CannotStart`, and has then changed nothing that was there."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            strangers = {entry.name for entry in self.path.iterdir()} - self._own_entries()
            if strangers and not (self / "lock").exists():
                first = sorted(strangers)[0]
                raise CannotStart(
                    f"The folder {self.path} holds other things, such as {first}; choose an empty one with --data."
                )
            self._lock = (self / "lock").open("a+")
        except OSError as error:
            raise CannotStart(f"The data folder {self.path} cannot be used: {error.strerror}.") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.seek(0)
            holder = self._lock.read().strip() or "unknown"
            self.close()
            raise CannotStart(f"Parley runs already on {self.path} (process {holder}); stop it first.") from None
        self._lock.truncate(0)
        self._lock.write(f"{os.getpid()}\n")
        self._lock.flush()
        # PostgreSQL's account must be able to pass; everything inside is closed to it, apart from what it owns.
        self.path.chmod(0o711 if os.geteuid() == 0 else 0o700)

    def close(self) -> None:
        if self._short_sockets:
            shutil.rmtree(self._short_sockets, ignore_errors=True)
        if self._lock:
            self._lock.close()

    def check_space(self, needed: int = NEEDED_MEGABYTES) -> None:
        """Raises `CannotStart` when fewer megabytes are free than are needed."""
        free = shutil.disk_usage(self.path).free // 2**20
        if free < needed:
            raise CannotStart(
                f"The disk is full: {self.path} has {free} MB left and Parley needs {needed} MB to start."
            )

    def reset(self) -> None:
        """Delete everything but the lock, which is ours."""
        for name in sorted(ENTRIES - {"lock"}):
            entry = self / name
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink(missing_ok=True)

    @property
    def sockets(self) -> Path:
        """`run`, or a folder with a short name when the path would be too long for a socket."""
        if len(os.fsencode(self / "run" / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET:
            return self / "run"
        if self._short_sockets is None:
            self._short_sockets = Path(tempfile.mkdtemp(prefix="parley-"))
        return self._short_sockets

    def subfolder(self, name: str) -> Path:
        """Made if needed, closed to other accounts."""
        folder = self / name
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def secret_files(self) -> dict[str, str]:
        """`NAME_FILE` for each secret; made on the first call, readable by the owner only."""
        folder = self.subfolder("secrets")
        files = {}
        for name in SECRETS:
            file = folder / name.lower()
            if not file.exists():
                write_privately(file, base64.b64encode(secrets.token_bytes(32)).decode() + "\n")
            files[f"{name}_FILE"] = str(file)
        return files

    def write_environment(self, environment: Mapping[str, str]) -> None:
        """What `config/env.py` reads for the other commands, as long as the system runs."""
        write_privately(self / "env", "".join(f"{name}={value}\n" for name, value in sorted(environment.items())))

    def forget_environment(self) -> None:
        (self / "env").unlink(missing_ok=True)

    def _own_entries(self) -> frozenset[str]:
        return ENTRIES | {name + ".new" for name in ENTRIES}


def write_privately(file: Path, text: str) -> None:
    """All of it or nothing, readable by the owner only. A full disk is said in one sentence."""
    unfinished = file.with_name(file.name + ".new")
    try:
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        unfinished.replace(file)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise CannotStart(f"The disk is full: {file} could not be written.") from None
        raise
