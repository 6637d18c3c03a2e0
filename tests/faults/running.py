"""The product's real processes, each of which a test may kill, on proxies to real servers and the scripted provider."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from config.embedded.processes import Child
from config.embedded.stack import LocalStack, free_port
from config.env import PROJECT
from tests.faults.proxy import Mode, Proxy, proxies
from tests.faults.scripted_twilio import ScriptedTwilio, running

STARTS = 60.0  # seconds that a process may need on a busy machine


@dataclass
class System:
    """Web and worker, started and killed one by one. `lines` are the proxies postgres, redis and provider."""

    folder: Path
    far_end: ScriptedTwilio
    lines: dict[str, Proxy]
    environment: dict[str, str]
    port: int
    children: dict[str, Child] = field(default_factory=dict)
    clocks: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def spool(self) -> Path:
        return Path(self.environment["SPOOL_DIR"])

    def start_web(self, **environment: str) -> Child:
        """The web server; waits until it answers."""
        options = ["--host", "127.0.0.1", "--port", str(self.port), "--lifespan", "off", "--no-access-log"]
        child = self._start(
            "web", ["uvicorn", "config.asgi:application", *options, "--log-level", "warning"], environment
        )
        self._await(lambda: "does not answer" not in self._stack().what_is_missing(), child)
        return child

    def start_worker(self, name: str = "worker", **environment: str) -> Child:
        """A worker with its own clock."""
        self.clocks += 1
        return self._start(name, ["config.embedded.worker", str(self.folder / f"clock{self.clocks}")], environment)

    def _start(self, name: str, command: list[str], environment: dict[str, str]) -> Child:
        assert name not in self.children, f"{name} is running"
        with (self.folder / "log").open("ab") as log:
            everything = {**self.environment, **environment, "PYTHONUNBUFFERED": "1"}
            child = Child(
                name,
                [sys.executable, "-m", *command],
                environment=everything,
                output=log,
                orphaned=signal.SIGKILL,
                folder=PROJECT,
            )
        self.children[name] = child
        return child

    def kill(self, name: str) -> None:
        """As nothing can prevent."""
        child = self.children.pop(name)
        if child.exit_code() is None:
            child.process.send_signal(signal.SIGKILL)
        child.wait_until_stopped(10)
        child.end_group()

    def wait_for_crash(self, name: str, seconds: float = STARTS) -> None:
        """Until the process has killed itself."""
        child = self.children[name]
        end = time.monotonic() + seconds
        while child.exit_code() is None:
            assert time.monotonic() < end, f"{name} was never at the place where it should die"
            time.sleep(0.05)
        assert child.exit_code() == -signal.SIGKILL, f"{name} ended with {child.exit_code()}: {self.log()}"
        self.kill(name)

    def wait_for_pause(self, name: str, seconds: float = STARTS) -> int:
        """Until the process has stopped itself; its id, to be continued."""
        pid = self.children[name].pid
        end = time.monotonic() + seconds
        while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
            assert time.monotonic() < end, f"{name} was never at the place where it should wait"
            time.sleep(0.02)
        return pid

    def whole(self) -> None:
        """Everything works and runs again, whatever a test has done."""
        for line in self.lines.values():
            line.mode, line.delay, line.cut_after = Mode.PASS, 0.0, None
        for name, child in list(self.children.items()):
            if child.exit_code() is not None or name not in {"web", "worker"}:
                self.kill(name)
        if "web" not in self.children:
            self.start_web()
        if "worker" not in self.children:
            self.start_worker()

    def log(self) -> str:
        """The end of what the processes wrote."""
        return (self.folder / "log").read_text(errors="replace")[-4000:]

    def _stack(self) -> LocalStack:
        return LocalStack({}, port=self.port, clock=self.folder, output=lambda _: (self.folder / "log").open("ab"))

    def _await(self, reached: Any, child: Child) -> None:
        end = time.monotonic() + STARTS
        while not reached():
            assert child.exit_code() is None, f"{child.name} ended: {self.log()}"
            assert time.monotonic() < end, f"{child.name} did not start: {self.log()}"
            time.sleep(0.1)

    def stop(self) -> None:
        for name in list(self.children):
            self.kill(name)


@contextmanager
def system(folder: Path) -> Iterator[System]:
    """Servers of this run behind proxies; nothing of ours is started yet."""
    address = urlsplit(os.environ["DATABASE_URL"])
    sockets = parse_qs(address.query)["host"][0]
    targets: dict[str, Any] = {
        "postgres": f"{sockets}/.s.PGSQL.5432",
        "redis": urlsplit(os.environ["REDIS_URL"]).path,
    }
    with running() as far_end:
        far = urlsplit(far_end.url)
        targets["provider"] = (far.hostname, far.port)
        with proxies(**targets) as lines:
            port = free_port()
            environment = {
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "tests.faults.hurried_settings",
                "DATABASE_URL": _through(os.environ["DATABASE_URL"], lines["postgres"].port),
                "KEYS_DATABASE_URL": _through(os.environ["KEYS_DATABASE_URL"], lines["postgres"].port),
                "REDIS_URL": f"redis://127.0.0.1:{lines['redis'].port}/0",
                "TWILIO_BASE_URL": f"http://127.0.0.1:{lines['provider'].port}",
                "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
                "SPOOL_DIR": str(folder / "spool"),
                "DATABASE_POOL": "4",
                "LOG_LEVEL": "WARNING",
            }
            running_system = System(folder, far_end, lines, environment, port)
            try:
                yield running_system
            finally:
                for line in lines.values():
                    line.mode = Mode.PASS
                running_system.stop()


def _through(address: str, port: int) -> str:
    parts = urlsplit(address)
    return f"postgresql://{parts.username}@127.0.0.1:{port}{parts.path}?sslmode=disable"
