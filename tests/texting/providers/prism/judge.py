"""A provider's own API description as the judge of what an adapter asks.

Prism serves the description: it answers with the description's examples, and refuses a request that does not fit,
naming each violation in a header. It has no memory and gives every text the same id, so a front stands before it that
picks the answer (`Prefer`), gives each text an id of its own, and keeps what was asked and what the judge said.
"""

import http.client
import json
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs, urlsplit

HERE = Path(__file__).parent
DESCRIPTIONS = HERE.parents[4] / "shared" / "providers"  # beside the working copy; not part of the product
PRISM = HERE / "node_modules" / ".bin" / "prism"
BOOT_SECONDS = 90.0
VIOLATIONS = "sl-violations"


def missing() -> str:
    """Why there is no judge here; empty when there is one."""
    if not DESCRIPTIONS.is_dir():
        return "the providers' API descriptions are not beside this working copy"
    if not shutil.which("node"):
        return "there is no Node"
    return "" if PRISM.exists() else "Prism is not installed: make test-providers"


@dataclass
class Exchange:
    """One request of an adapter, and what became of it. `violations` are the judge's words about it."""

    method: str
    path: str
    query: dict[str, list[str]]
    form: dict[str, list[str]]
    status: int
    violations: list[str]


@dataclass
class Front:
    """Where an adapter is sent instead of the provider. `prefer` are the answers to pick for the next requests."""

    port_of_prism: int
    url: str = ""
    prefer: list[str] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def violations(self) -> list[str]:
        """Everything that the judge has objected to."""
        return [word for exchange in self.exchanges for word in exchange.violations]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    front: Front

    def log_message(self, format: str, *args: object) -> None:
        pass

    def forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in {"host", "connection"}}
        with self.front.lock:
            prefer = self.front.prefer.pop(0) if self.front.prefer else ""
        if prefer:
            headers["Prefer"] = prefer
        prism = http.client.HTTPConnection("127.0.0.1", self.front.port_of_prism, timeout=30)
        prism.request(self.command, self.path, body or None, headers)
        given = prism.getresponse()
        answer, said = given.read(), json.loads(given.headers.get(VIOLATIONS, "[]"))
        prism.close()
        # it also finds faults with the description's own examples, which are answers
        violations = [one["message"] for one in said if one["location"][0] == "request"]
        answer = self.remember(body, given.status, violations, answer)
        self.send_response(given.status)
        for name in ("Content-Type", "Retry-After"):
            if name in given.headers:
                self.send_header(name, given.headers[name])
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def remember(self, body: bytes, status: int, violations: list[str], answer: bytes) -> bytes:
        """Keep the exchange; a text that was taken gets its own id and what it was asked with."""
        parts = urlsplit(self.path)
        form = parse_qs(body.decode(), keep_blank_values=True)
        exchange = Exchange(self.command, parts.path, parse_qs(parts.query), form, status, violations)
        with self.front.lock:
            self.front.exchanges.append(exchange)
            number = len(self.front.exchanges)
        if status == 200 and b'"next_page_uri"' in answer:
            page: dict[str, Any] = json.loads(answer)
            return json.dumps({**page, "next_page_uri": None}).encode()  # every page of the judge is followed by itself
        if status != 201:
            return answer
        text: dict[str, Any] = json.loads(answer)
        kind = "CA" if parts.path.endswith("/Calls.json") else "SM"
        text |= {"sid": f"{kind}{number:032x}", "to": form.get("To", [""])[0], "body": form.get("Body", [""])[0]}
        return json.dumps(text).encode()

    do_GET = do_POST = do_DELETE = forward


@contextmanager
def fronts(*descriptions: Path) -> Iterator[list[Front]]:
    """A judge for each description, all started at once, each behind a front."""
    with TemporaryDirectory(prefix="parley-prism-") as folder:
        ports = [_free_port() for _ in descriptions]
        processes = [
            _start(description, port, Path(folder) / f"{port}.log")
            for description, port in zip(descriptions, ports, strict=True)
        ]
        servers: list[ThreadingHTTPServer] = []
        try:
            for process, port in zip(processes, ports, strict=True):
                _wait(process, port, Path(folder) / f"{port}.log")
            running = [Front(port) for port in ports]
            servers = [_serve(front) for front in running]
            yield running
        finally:
            for server in servers:
                server.shutdown()
                server.server_close()
            for process in processes:
                process.send_signal(signal.SIGTERM)
            for process in processes:
                _end(process)


def _start(description: Path, port: int, log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            [PRISM, "mock", "--host", "127.0.0.1", "--port", str(port), "--multiprocess", "false", description],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + BOOT_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"Prism did not start: {log.read_text('utf-8', 'replace')[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _serve(front: Front) -> ThreadingHTTPServer:
    handler = type("FrontHandler", (Handler,), {"front": front})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    front.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return server


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port
