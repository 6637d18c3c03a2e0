"""The far end of each adapter, so that one contract can be tried on all of them (`test_contract.py`)."""

import dataclasses
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar, Protocol
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.test import override_settings
from twilio.request_validator import RequestValidator

from tests.texting.providers import fake_twilio
from texting.providers.base import Credentials, Hook, Media, Outbound, Provider
from texting.providers.simulator import SimulatorProvider
from texting.providers.twilio import TwilioProvider
from texting.simulator import files, network, opt_outs, records
from texting.simulator.files import HandsetFile
from texting.simulator.signed_requests import send_signed

LINE = "+14155550199"
CUSTOMER = "+14155550100"
SECRET = "the-line's-auth-token"
OLD_SECRET = "the-token-before-it"
HOOK_PATH = "/webhooks/some-provider/line-key/inbound"


class HurriedTwilio(TwilioProvider):
    """The same adapter with time-outs that a test can wait for."""

    connect_seconds: ClassVar[float] = 0.4
    read_seconds: ClassVar[float] = 0.4
    media_seconds: ClassVar[float] = 1.5


class FarEnd(Protocol):
    """What the contract needs of a far end."""

    sample_id: str
    failure_code: str  # means that the number cannot receive texts
    required_inbound: tuple[str, ...]
    required_status: tuple[str, ...]

    def provider(self, **credentials: str) -> Provider: ...
    def outbound(self, body: str = ...) -> Outbound: ...
    def accepted(self) -> list[str]: ...
    def customer_writes(self, body: str, *, to: str = ..., files: int = ...) -> str: ...
    def customer_is_opted_out(self) -> None: ...
    def keep_media(self, content_type: str, content: bytes, *, of: str = ...) -> Media: ...
    def lose_media(self, media: Media) -> None: ...
    def finish(self, provider_message_id: str) -> None: ...
    def lose_the_answer(self) -> AbstractContextManager[None]: ...
    def go_away(self) -> AbstractContextManager[None]: ...
    def inbound(self, *, secret: str = ..., without: str = ..., **fields: str) -> Hook: ...
    def status(self, word: str, *, code: str = ..., secret: str = ..., without: str = ...) -> Hook: ...


class TwilioFarEnd:
    """The scripted server of `fake_twilio.py`; webhooks signed by the SDK, which is not our own code."""

    sample_id = "SM" + "0" * 31 + "1"
    failure_code = "30006"
    required_inbound = ("MessageSid", "AccountSid", "From", "To", "Body")
    required_status = ("MessageSid", "AccountSid", "MessageStatus")

    def __init__(self, far_end: fake_twilio.FakeTwilio) -> None:
        self.far_end = far_end
        self.base_url = far_end.url

    def provider(self, **credentials: str) -> Provider:
        given = {"account": fake_twilio.ACCOUNT, "secret": SECRET, "base_url": self.base_url, **credentials}
        return TwilioProvider(Credentials(**given))

    def outbound(self, body: str = "Your table is ready.") -> Outbound:
        return Outbound(to=CUSTOMER, from_=LINE, body=body, client_ref="ref-1", status_url="https://x.example/s/token")

    def accepted(self) -> list[str]:
        return [text["body"] for text in self.far_end.ledger.accepted]

    def customer_writes(self, body: str, *, to: str = LINE, files: int = 0) -> str:
        return self.far_end.receive(to=to, from_=CUSTOMER, body=body, files=files)

    def customer_is_opted_out(self) -> None:
        self.far_end.scripts.append("refuse:400:21610")

    def finish(self, provider_message_id: str) -> None:
        [text] = [text for text in self.far_end.ledger.accepted if text["sid"] == provider_message_id]
        text["status"] = "delivered"

    def keep_media(self, content_type: str, content: bytes, *, of: str = "MM" + "d4" * 16) -> Media:
        path = f"/2010-04-01/Accounts/{fake_twilio.ACCOUNT}/Messages/{of}/Media/ME{len(self.far_end.media):032x}"
        self.far_end.media[path] = (content_type, content)
        return Media(content_type, f"https://api.twilio.com{path}")

    def lose_media(self, media: Media) -> None:
        del self.far_end.media[urlsplit(media.url).path]

    @contextmanager
    def lose_the_answer(self) -> Iterator[None]:
        self.far_end.scripts.append("accept_then_reset")
        yield

    @contextmanager
    def go_away(self) -> Iterator[None]:
        self.base_url = "http://127.0.0.1:1"
        yield
        self.base_url = self.far_end.url

    def inbound(self, *, secret: str = SECRET, without: str = "", **fields: str) -> Hook:
        form = {
            "MessageSid": self.sample_id,
            "AccountSid": fake_twilio.ACCOUNT,
            "From": CUSTOMER,
            "To": LINE,
            "Body": fields.get("body", "See you at 5"),
            "NumMedia": "0",
            "SomethingNew": "ignored",
        }
        return self.signed(HOOK_PATH, form, secret=secret, without=without)

    def status(self, word: str, *, code: str = "", secret: str = SECRET, without: str = "") -> Hook:
        form = {
            "MessageSid": self.sample_id,
            "AccountSid": fake_twilio.ACCOUNT,
            "MessageStatus": word,
            "ErrorCode": code,
            "RawDlrDoneDate": "2611221200",
        }
        return self.signed("/webhooks/twilio/line-key/status/token", form, secret=secret, without=without)

    def signed(self, path: str, form: dict[str, str], *, secret: str, without: str = "") -> Hook:
        kept = {name: value for name, value in form.items() if name != without}
        url = "https://parley.example" + path
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": RequestValidator(secret).compute_signature(url, kept),
        }
        return Hook("POST", url, headers, urlencode(kept).encode())


class Webhooks:
    """A server in the place of our own web process that keeps what the simulated network posts to it."""

    def __init__(self) -> None:
        self.hooks: list[Hook] = []
        self.answers: list[int] = []  # HTTP statuses for the next requests; 204 when there is none
        self.files: dict[str, tuple[str, bytes]] = {}  # pictures of ours, by their path
        self.url = ""


class Recorder(BaseHTTPRequestHandler):
    webhooks: Webhooks

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        kind, content = self.webhooks.files.get(self.path, ("", b""))
        self.send_response(200 if kind else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else content)

    do_HEAD = do_GET

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        url = self.webhooks.url + self.path
        self.webhooks.hooks.append(Hook("POST", url, dict(self.headers.items()), body))
        status = self.webhooks.answers.pop(0) if self.webhooks.answers else 204
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()


@contextmanager
def own_webhooks() -> Iterator[Webhooks]:
    """Our public base is a recording server for as long as the `with` lasts."""
    webhooks = Webhooks()
    handler = type("WebhooksRecorder", (Recorder,), {"webhooks": webhooks})
    with fake_twilio.Server(("127.0.0.1", 0), handler) as server:
        webhooks.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)
        thread.start()
        try:
            with override_settings(PUBLIC_BASE_URL=webhooks.url):
                yield webhooks
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def redis_that_drops(real_url: str, command: bytes) -> Iterator[str]:
    """A proxy before the real server that carries this command out but cuts the line before its answer."""
    listener = socket.create_server(("127.0.0.1", 0))
    with ExitStack() as open_sockets:
        open_sockets.callback(listener.close)

        def serve() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=_relay, args=(client, real_url, command), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}"


def _relay(client: socket.socket, real_url: str, command: bytes) -> None:
    address = urlsplit(real_url)
    if address.scheme == "unix":
        server = socket.socket(socket.AF_UNIX)
        server.connect(address.path)
    else:
        server = socket.create_connection((address.hostname or "", address.port or 6379))
    with client, server:
        while request := client.recv(65_536):
            server.sendall(request)
            if command in request.upper():
                server.settimeout(1)
                server.recv(65_536)  # it was carried out
                return
            server.settimeout(5)
            client.sendall(server.recv(65_536))


class SimulatorFarEnd:
    """The real network of the simulator, on the real Redis; its requests are recorded as they arrive."""

    failure_code = "landline"
    required_inbound = ("id", "from", "to", "text")
    required_status = ("id", "status")
    sample_id = "sim-1"

    def __init__(self, webhooks: Webhooks, customer: str) -> None:
        self.webhooks = webhooks
        self.customer = customer
        redis, seal = records.store()
        redis.delete(seal.name("received", LINE))  # other tests' customers wrote to this line too

    def provider(self, **credentials: str) -> Provider:
        return SimulatorProvider(Credentials(**{"secret": SECRET, **credentials}))

    def outbound(self, body: str = "Your table is ready.") -> Outbound:
        return Outbound(
            to=self.customer, from_=LINE, body=body, client_ref="ref-1", status_url=f"{self.webhooks.url}/s/token"
        )

    def accepted(self) -> list[str]:
        return [text.text for text in network.texts_for(customer=self.customer, line=LINE)]

    def customer_writes(self, body: str, *, to: str = LINE, files: int = 0) -> str:
        pictures = [HandsetFile("image/png", b"png") for _ in range(files)]
        return network.inbound_request(
            line_key="line-key", line=to, customer=self.customer, text=body, secret=SECRET, files=pictures
        )

    def customer_is_opted_out(self) -> None:
        network.set_behaviour(self.customer, network.Behaviour.OPTED_OUT_AT_CARRIER)
        opt_outs.note(line=LINE, customer=self.customer, secret=SECRET, opted_out=True)

    def finish(self, provider_message_id: str) -> None:
        record = records.read(provider_message_id)
        assert record
        records.write(dataclasses.replace(record, status="delivered"))

    def keep_media(self, content_type: str, content: bytes, *, of: str = "") -> Media:
        address = files.keep_file(files.HandsetFile(content_type, content))
        if of:
            record = records.read(of)
            assert record
            records.write(dataclasses.replace(record, files=(*record.files, (content_type, address))))
        return Media(content_type, address)

    def lose_media(self, media: Media) -> None:
        files.forget_file(media.url)

    @contextmanager
    def lose_the_answer(self) -> Iterator[None]:
        with redis_that_drops(settings.REDIS_URL, b"EXEC") as url, override_settings(REDIS_URL=url):
            yield

    @contextmanager
    def go_away(self) -> Iterator[None]:
        with override_settings(REDIS_URL="redis://127.0.0.1:1"):
            yield

    def inbound(self, *, secret: str = SECRET, without: str = "", **fields: str) -> Hook:
        payload = {
            "type": "inbound",
            "id": self.sample_id,
            "from": CUSTOMER,
            "to": LINE,
            "text": fields.get("body", "See you at 5"),
            "something_new": "ignored",
        }
        return self.posted(HOOK_PATH, payload, secret=secret, without=without)

    def status(self, word: str, *, code: str = "", secret: str = SECRET, without: str = "") -> Hook:
        payload = {"type": "status", "id": self.sample_id, "status": word, "code": code}
        return self.posted("/webhooks/simulator/line-key/status/token", payload, secret=secret, without=without)

    def posted(self, path: str, payload: dict[str, Any], *, secret: str, without: str) -> Hook:
        kept = {name: value for name, value in payload.items() if name != without}
        assert send_signed(self.webhooks.url + path, kept, secret) == 204
        hook = self.webhooks.hooks[-1]
        assert json.loads(hook.body) == kept
        return hook


def run_until_done(seconds: float) -> int:
    """Let the simulated network work for so long; returns how many steps it took."""
    end, taken = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        taken += network.run_due()
        time.sleep(0.05)
    return taken
