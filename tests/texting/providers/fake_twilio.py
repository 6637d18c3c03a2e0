"""A stand-in for Twilio's API on loopback that keeps the ledger of truth: what it accepted, for whom, in which request.

Scripted: each request for a new text takes the next script of `scripts`, or answers as usual when there is none. It
speaks Twilio's shapes (api v2010): the created text, the list, one text, and both kinds of errors.
"""

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from tests.texting.providers.fake_records import Records

ACCOUNT = "AC" + "a1" * 16
TOKEN = "the-line's-auth-token"
KEY, KEY_SECRET = "SK" + "b2" * 16, "the-key's-secret"
SLOW_SECONDS = 1.5


@dataclass
class Ledger:
    """What the far end saw. `accepted` are texts it has; a script may accept and then answer with an error."""

    requests: list[dict[str, list[str]]] = field(default_factory=list)
    accepted: list[dict[str, Any]] = field(default_factory=list)
    connections: int = 0
    paths: list[str] = field(default_factory=list)
    authorizations: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)


class FakeTwilio:
    """One far end. `scripts` are names of the methods `do_...` of the handler below."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.scripts: list[str] = []
        self.account, self.tokens = ACCOUNT, {TOKEN}
        self.keys = {KEY: KEY_SECRET}
        self.numbers: list[dict[str, Any]] = []
        self.media: dict[str, tuple[str, bytes]] = {}  # type and content by their path in the API
        self.largest_page = 1000
        self.careless = False  # its list holds other numbers' texts too
        self.lock = threading.Lock()
        self.url = ""

    def accept(self, form: dict[str, list[str]], **more: Any) -> dict[str, Any]:
        with self.lock:
            sid = f"SM{len(self.ledger.accepted) + 1:032x}"
            text = {
                "sid": sid,
                "status": "queued",
                "to": form["To"][0],
                "from": form.get("From", [None])[0],
                "body": form.get("Body", [""])[0],
                "direction": "outbound-api",
                "num_segments": "1",
                "error_code": None,
                "error_message": None,
                "date_created": formatdate(usegmt=True),
                **more,
            }
            self.ledger.accepted.append(text)
        return text

    def receive(self, *, to: str, from_: str, body: str, files: int = 0) -> str:
        """A customer's text comes in, and no webhook is told. Returns its id."""
        with self.lock:
            sid = f"SM{len(self.ledger.accepted) + 0xC0FFEE:032x}"
            text = {
                "sid": sid,
                "status": "received",
                "to": to,
                "from": from_,
                "body": body,
                "direction": "inbound",
                "num_segments": "1",
                "num_media": str(files),
                "error_code": None,
                "error_message": None,
                "date_created": formatdate(usegmt=True),
            }
            self.ledger.accepted.append(text)
            for n in range(files):
                self.media[f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}/Media/ME{n:032x}"] = ("image/png", b"png")
        return sid


def a_number(number: str, *, name: str = "", sms: bool = True) -> dict[str, Any]:
    """One of the account's numbers, as the list has it."""
    capabilities = {"sms": sms, "mms": sms, "voice": True}
    return {"sid": "PN" + "0" * 32, "phone_number": number, "friendly_name": name, "capabilities": capabilities}


class Handler(Records, BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    far_end: FakeTwilio

    def setup(self) -> None:
        super().setup()
        with self.far_end.lock:
            self.far_end.ledger.connections += 1

    def log_message(self, format: str, *args: object) -> None:
        pass

    # answers

    def answer(self, status: int, body: Any, **headers: str) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        for name, value in {"Content_Type": "application/json", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(raw)

    def refuse(self, status: int, code: int | None, **headers: str) -> None:
        to = self.form["To"][0] if self.form.get("To") else ""
        body: dict[str, Any] = {"message": f"Something about {to}", "more_info": "https://x.example", "status": status}
        if code is not None:
            body["code"] = code
        self.answer(status, body, **headers)

    def reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    # requests

    def do_POST(self) -> None:
        if self.far_end.scripts and self.far_end.scripts[0] == "reset_before_reading":
            self.far_end.scripts.pop(0)
            self.reset()
            return
        raw = self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.form = parse_qs(raw.decode(), keep_blank_values=True, strict_parsing=True)
        with self.far_end.lock:
            self.far_end.ledger.requests.append(self.form)
            self.far_end.ledger.paths.append(self.path)
            self.far_end.ledger.authorizations.append(self.headers.get("Authorization", ""))
            script = self.far_end.scripts.pop(0) if self.far_end.scripts else "ok"
        if script.startswith("refuse:"):
            _, status, code = script.split(":")
            self.refuse(int(status), int(code) if code else None)
        elif self.path.endswith("/Calls.json") and script == "ok":
            self.answer(201, {"sid": f"CA{len(self.far_end.ledger.requests):032x}", "status": "queued"})
        elif not self.path.endswith(("/Messages.json", "/Calls.json")):
            self.empty()
        else:
            getattr(self, f"do_{script}")()

    def do_ok(self) -> None:
        self.answer(201, self.far_end.accept(self.form))

    def do_ok_by_service(self) -> None:
        self.answer(201, self.far_end.accept(self.form, status="accepted", num_segments="0", **{"from": None}))

    def do_slow(self) -> None:
        text = self.far_end.accept(self.form)
        time.sleep(SLOW_SECONDS)
        self.answer(201, text)

    def do_hang(self) -> None:
        time.sleep(SLOW_SECONDS)
        self.reset()

    def do_drip(self) -> None:
        """An answer that never pauses long enough for a read time-out and never ends."""
        self.far_end.accept(self.form)
        self.send_response(201)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        try:
            for _ in range(400):
                self.wfile.write(b" ")
                time.sleep(0.05)
        except OSError:
            self.close_connection = True

    def do_accept_then_500(self) -> None:
        self.far_end.accept(self.form)
        self.refuse(500, 20500)

    def do_accept_then_bare_502(self) -> None:
        self.far_end.accept(self.form)
        self.answer(502, b"<html>bad gateway</html>")

    def do_accept_then_reset(self) -> None:
        self.far_end.accept(self.form)
        self.reset()

    def do_accept_then_close(self) -> None:
        self.far_end.accept(self.form)
        self.close_connection = True

    def do_half_an_answer(self) -> None:
        text = json.dumps(self.far_end.accept(self.form)).encode()
        self.send_response(201)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text[: len(text) // 2])
        self.close_connection = True

    def do_wrong_json(self) -> None:
        self.far_end.accept(self.form)
        self.answer(201, b"{not json")

    def do_json_list(self) -> None:
        self.far_end.accept(self.form)
        self.answer(201, b"[]")

    def do_no_sid(self) -> None:
        self.far_end.accept(self.form)
        self.answer(201, {"status": "queued"})

    def do_strange_status(self) -> None:
        self.answer(201, self.far_end.accept(self.form, status="teleported"))

    def do_odd_types(self) -> None:
        text = self.far_end.accept(self.form)
        self.answer(201, {**text, "sid": 7, "status": ["queued"]})

    def do_too_large(self) -> None:
        text = self.far_end.accept(self.form)
        self.answer(201, {**text, "padding": "x" * 2_000_000})

    def do_failed_at_once(self) -> None:
        self.answer(201, self.far_end.accept(self.form, status="failed", error_code=30034))

    def do_redirect(self) -> None:
        self.answer(307, {}, Location=f"{self.far_end.url}/elsewhere")

    def do_429_with_wait(self) -> None:
        self.refuse(429, 20429, Retry_After="7")

    def do_429_with_date(self) -> None:
        self.refuse(429, 20429, Retry_After="Wed, 21 Oct 2026 07:28:00 GMT")

    def do_problem_details(self) -> None:
        problem = {"type": "https://x.example/21610", "title": "Opted out", "status": 400, "code": 21610}
        self.answer(400, {**problem, "detail": f"{self.form['To'][0]} opted out"})

    def do_GET(self) -> None:
        self.form = {}
        with self.far_end.lock:
            self.far_end.ledger.paths.append(self.path)
            script = self.far_end.scripts.pop(0) if self.far_end.scripts else "ok"
        if script == "unavailable":
            self.refuse(503, 20503)
        elif script == "hang":
            self.do_hang()
        elif "/IncomingPhoneNumbers.json" in self.path:
            self.list_numbers()
        elif "/Media/" in self.path:
            self.send_file()
        elif "/Media.json" in self.path:
            self.list_files()
        else:
            self._look_up()

    def _look_up(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.endswith("/Messages.json"):
            self._list(parts.path, parse_qs(parts.query))
            return
        sid = parts.path.rpartition("/")[2].removesuffix(".json")
        found = [text for text in self.far_end.ledger.accepted if text["sid"] == sid]
        if found:
            self.answer(200, found[0])
        else:
            self.refuse(404, 20404)

    def _list(self, path: str, wanted: dict[str, list[str]]) -> None:
        """Newest first, page by page. A careless far end leaves the filter out."""
        every = list(reversed(self.far_end.ledger.accepted))
        texts = [text for text in every if self.far_end.careless or text["to"] == wanted["To"][0]]
        number = int(wanted.get("Page", ["0"])[0])
        size = min(int(wanted.get("PageSize", ["50"])[0]), self.far_end.largest_page)
        rest = texts[number * size :]
        following = f"{path}?To={quote(wanted['To'][0])}&PageSize={size}&Page={number + 1}"
        self.answer(
            200,
            {
                "messages": rest[:size],
                "page": number,
                "page_size": size,
                "next_page_uri": following if len(rest) > size else None,
                "uri": self.path,
            },
        )


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is part of the script."""


@contextmanager
def listening(far_end: FakeTwilio, handler: type[Handler]) -> Iterator[None]:
    """It answers by `handler` at `far_end.url` until the end of the `with`."""
    with Server(("127.0.0.1", 0), type("ScriptedHandler", (handler,), {"far_end": far_end})) as server:
        far_end.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def running() -> Iterator[FakeTwilio]:
    """A far end that listens until the end of the `with`."""
    far_end = FakeTwilio()
    with listening(far_end, Handler):
        yield far_end
