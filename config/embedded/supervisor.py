"""`manage.py up`: the whole system from one folder, in one terminal.

Order: lock the data folder, check disk and port, start PostgreSQL and Valkey, apply migrations as the owner of the
databases, fill the demo at the first start, start web and worker as the role that owns nothing, say who may sign in,
wait. Everything is a child of this process: Ctrl-C and TERM stop them in order, and when this process is killed the
kernel tells them. When one of them ends by itself, all are stopped.
"""

import contextlib
import errno
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from config.embedded.data_folder import SECRETS, DataFolder
from config.embedded.demo_people import DemoPeople
from config.embedded.logbook import Logbook
from config.embedded.migrate import fingerprint
from config.embedded.postgres import APP, BACKUP, KEYS_DATABASE, MAIN_DATABASE, OWNER, Postgres
from config.embedded.processes import CannotStart, Child, end_with_parent
from config.embedded.stack import ChildDied, LocalStack, check_port
from config.embedded.valkey import Valkey
from config.env import PROJECT
from config.heartbeat import Part

READY_SECONDS = 90.0
STOP_SECONDS = 10.0
WITHOUT_POOL = {"DATABASE_POOL": "0"}  # for commands, which use one connection


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    port: int
    data: Path
    reset: bool
    demo: bool


class StopRequested(Exception):
    """Ctrl-C, TERM, or the terminal was closed."""


class Supervisor:
    """One run; `run` returns the exit code."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.folder = DataFolder(options.data)
        self.stop_requested = False
        self.logbook: Logbook
        self.postgres: Postgres
        self.valkey: Valkey
        self.environment: dict[str, str] = {}
        self.stack: LocalStack | None = None

    def run(self) -> int:
        try:
            self.folder.open()
            check_port(self.options.port)
            if self.options.reset:
                self.folder.reset()
            self.folder.check_space()
            with self._logging():
                return self._run_logged()
        except CannotStart as refusal:
            return _refuse(str(refusal))
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                raise
            return _refuse(f"The disk is full: {self.folder.path} has no space left.")
        finally:
            self.folder.close()

    def _run_logged(self) -> int:
        sockets = self.folder.sockets
        self.postgres = Postgres(self.folder / "postgres", sockets)
        self.valkey = Valkey(self.folder / "valkey", sockets)
        try:
            self._start()
            self._watch()
        except StopRequested:
            return 0
        except ChildDied as death:
            raise self._why(death.child) from None
        except CannotStart:
            self.logbook.drain()
            if self.logbook.disk_full:
                raise CannotStart(f"The disk is full: {self.folder.path} has no space left.") from None
            raise
        finally:
            self._stop()
        return 0

    def _start(self) -> None:
        self._start_servers()
        self.environment = self._own_environment()
        self._migrate()
        self._seed()
        self.stack = LocalStack(
            self._inherited() | self.environment,
            port=self.options.port,
            clock=self.folder.subfolder("clock") / "schedule",
            output=self.logbook.pipe,
        )
        self.stack.start()
        self.folder.write_environment(self.environment | WITHOUT_POOL)
        self.stack.wait_until_ready(READY_SECONDS, between=self._breathe)
        self._greet(self.stack.address)

    def _start_servers(self) -> None:
        if self.postgres.create():
            self.logbook.say("First start: making the databases.")
        with self.logbook.pipe("postgres") as output:
            self.postgres.start(output)
        # Advice to whoever runs a large server of its own, at each start.
        with self.logbook.pipe("valkey", without="Memory overcommit must be enabled") as output:
            self.valkey.start(output)
        # Signs of an earlier life would make the health page say "ready" too early.
        self.valkey.ask("DEL " + " ".join(Part))

    def _own_environment(self) -> dict[str, str]:
        """What web, worker and commands need to be part of this system."""
        address = f"http://127.0.0.1:{self.options.port}"
        return {
            "DATABASE_URL": self.postgres.url(MAIN_DATABASE, APP),
            "KEYS_DATABASE_URL": self.postgres.url(KEYS_DATABASE, APP),
            "BACKUP_DATABASE_URL": self.postgres.url(MAIN_DATABASE, BACKUP),
            "BACKUP_KEYS_DATABASE_URL": self.postgres.url(KEYS_DATABASE, BACKUP),
            "REDIS_URL": self.valkey.url,
            "PUBLIC_BASE_URL": os.environ.get("PUBLIC_BASE_URL") or address,
            "AUDIT_CHECKPOINT_DIR": str(self.folder.subfolder("checkpoints")),
            "SPOOL_DIR": str(self.folder.subfolder("spool")),
            "PARLEY_LOCAL": "1",
            **self.folder.secret_files(),
        }

    @staticmethod
    def _inherited() -> dict[str, str]:
        """The rest of our environment, without secrets: this system has its own, in files."""
        return {name: value for name, value in os.environ.items() if name not in SECRETS}

    def _migrate(self) -> None:
        wanted, applied = fingerprint(), self.folder / "migrated"
        if applied.exists() and applied.read_text() == wanted:
            return
        as_owner = {
            "DATABASE_URL": self.postgres.url(MAIN_DATABASE, OWNER),
            "KEYS_DATABASE_URL": self.postgres.url(KEYS_DATABASE, OWNER),
        }
        self._run_to_end("migrate", ["-m", "config.embedded.migrate", str(self.folder.sockets)], as_owner)
        applied.write_text(wanted)

    def _seed(self) -> None:
        people = DemoPeople(self.folder / "demo.json")
        if people.known:
            return
        if not self.options.demo:
            people.keep_none()
            return
        self.logbook.say("First start: making the demo organizations.")
        people.keep(self._run_to_end("seed_demo", ["manage.py", "seed_demo"]))

    def _run_to_end(self, name: str, arguments: list[str], changes: dict[str, str] | None = None) -> str:
        """A command that must succeed. Returns what it printed, which may be secret; its errors go to the log."""
        with tempfile.TemporaryFile() as printed, self.logbook.pipe(name) as errors:
            child = Child(
                name,
                [sys.executable, *arguments],
                environment=self._inherited() | self.environment | WITHOUT_POOL | (changes or {}),
                output=printed,
                errors=errors,
                folder=PROJECT,
            )
            errors.close()
            try:
                while child.exit_code() is None:
                    self._breathe(0.1)
            finally:
                child.stop(5)
            self.logbook.drain()
            if child.exit_code() != 0:
                raise ChildDied(child)
            printed.seek(0)
            return printed.read().decode()

    def _watch(self) -> None:
        while True:
            self._breathe(5)

    def _breathe(self, seconds: float) -> None:
        """Write the log, then see whether somebody wants an end or a process has come to one."""
        self.logbook.pump(seconds)
        if self.stop_requested:
            raise StopRequested
        for server in (self.postgres.child, self.valkey.child):
            if server is not None and server.exit_code() is not None:
                raise ChildDied(server)
        if self.stack is not None:
            self.stack.check()

    def _stop(self) -> None:
        """Ours first, since they still need the servers. A second Ctrl-C does not wait for them."""
        self.folder.forget_environment()
        asked_before, self.stop_requested = self.stop_requested, False
        if asked_before:
            self.logbook.say("Stopping.")
        if self.stack is not None:
            self.stack.stop(STOP_SECONDS, between=self.logbook.pump, hurry=lambda: self.stop_requested)
        self.valkey.stop()
        self.postgres.stop()
        self.logbook.drain()
        self.logbook.say("Parley has stopped.")

    def _why(self, child: Child) -> CannotStart:
        self.logbook.drain()
        if self.logbook.disk_full:
            return CannotStart(f"The disk is full: {child.name} could not go on.")
        lines = "".join(f"\n    {line}" for line in self.logbook.last_lines(child.name)) or " nothing."
        return CannotStart(f"The process {child.name} ended with exit code {child.exit_code()}, its last lines:{lines}")

    def _greet(self, address: str) -> None:
        self.logbook.say(f"Parley is ready: {address}")
        self.logbook.say(DemoPeople(self.folder / "demo.json").table(), in_file=False)
        self.logbook.say(f"Data: {self.folder.path}   Log: {self.folder / 'parley.log'}   Stop: Ctrl-C")

    @contextlib.contextmanager
    def _logging(self) -> Iterator[None]:
        self.logbook = Logbook(self.folder / "parley.log")
        self.logbook.wake_on_signals()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # ignored: started by nohup
                signal.signal(number, self._on_signal)
        end_with_parent()
        try:
            yield
        finally:
            self.logbook.close()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stop_requested = True


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1
