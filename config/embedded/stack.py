"""Our own processes (web, worker, clock) as one thing that is started, waited for and stopped.

`manage.py up` runs it on its embedded servers, the journeys in the tests on the test databases.
"""

import http.client
import json
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from config.embedded.processes import CannotStart, Child
from config.env import PROJECT

HOST = "127.0.0.1"


class ChildDied(Exception):
    """One of our processes ended by itself."""

    def __init__(self, child: Child) -> None:
        super().__init__(f"{child.name} ended with exit code {child.exit_code()}")
        self.child = child


class LocalStack:
    """Web on `port` of this machine, and a worker with the clock inside.

    `environment` is complete: databases, Redis, secrets. `output` gives each process, by name, the file it writes to.
    """

    def __init__(
        self, environment: Mapping[str, str], *, port: int, clock: Path, output: Callable[[str], IO[bytes]]
    ) -> None:
        self.environment, self.port, self.clock, self._output = environment, port, clock, output
        self.children: list[Child] = []

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Start both at once; see `what_is_missing` for when they are of use."""
        python = [sys.executable, "-m"]
        web = ["uvicorn", "config.asgi:application", "--host", HOST, "--port", str(self.port), "--lifespan", "off"]
        # The stream never ends by itself, so the server must not wait for it for ever; it also must not believe
        # X-Forwarded-For from this machine, which Django judges.
        web += ["--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", "3", "--no-proxy-headers"]
        web += ["--http", "config.heads:BoundedHeads"]
        self._launch("web", [*python, *web])
        self._launch("worker", [*python, "config.embedded.worker", str(self.clock)])

    def _launch(self, name: str, command: list[str]) -> None:
        with self._output(name) as output:
            environment = {**self.environment, "PYTHONUNBUFFERED": "1"}
            # Without us their servers end too, so there is nothing left that they could finish.
            self.children.append(
                Child(name, command, environment=environment, output=output, orphaned=signal.SIGKILL, folder=PROJECT)
            )

    def check(self) -> None:
        """Raises `ChildDied` when one is gone."""
        for child in self.children:
            if child.exit_code() is not None:
                raise ChildDied(child)

    def what_is_missing(self) -> str:
        """What /health/ready says now, as words; "" when everything works."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=15)
        try:
            connection.request("GET", "/health/ready", headers={"Host": f"{HOST}:{self.port}"})
            answer = json.loads(connection.getresponse().read())
            missing = [f"{part} {state}" for part, state in answer["checks"].items() if state != "ok"]
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError, AttributeError):
            return "the web server does not answer"
        finally:
            connection.close()
        return ", ".join(missing)

    def wait_until_ready(self, seconds: float, *, between: Callable[[float], None] = time.sleep) -> None:
        """Ask about ten times a second; `between` does the waiting. Raises `ChildDied` or `CannotStart`."""
        limit = time.monotonic() + seconds
        while missing := self.what_is_missing():
            self.check()
            if time.monotonic() > limit:
                raise CannotStart(f"The system was not ready after {seconds:.0f} seconds: {missing}.")
            between(0.1)

    def stop(
        self,
        seconds: float = 10,
        *,
        between: Callable[[float], None] = time.sleep,
        hurry: Callable[[], bool] = lambda: False,
    ) -> None:
        """Ask all to stop, wait together (not when in a hurry), end what is left of each with its own children."""
        for child in self.children:
            child.ask_to_stop()
        limit = time.monotonic() + seconds
        while time.monotonic() < limit and not hurry() and any(child.exit_code() is None for child in self.children):
            between(0.05)
        for child in self.children:
            child.wait_until_stopped(0)
            child.end_group()
        self.children.clear()


def check_port(port: int) -> None:
    """Raises `CannotStart` when the web server could not listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise CannotStart(f"Port {port} is for root only; choose one above 1023 with --port.") from None
        except OSError:
            raise CannotStart(
                f"Port {port} is taken by another program; choose another one, for example --port {port + 1}."
            ) from None


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        number: int = probe.getsockname()[1]
        return number
