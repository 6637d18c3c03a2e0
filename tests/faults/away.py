"""Everybody who asks our web server for something while its database is away."""

import http.client
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.callers import Caller
from tests.faults.crashing_web import Browser
from tests.faults.intents import Desk, new_number
from tests.faults.proxy import Mode
from tests.faults.running import System
from tests.faults.scripted_twilio import ACCOUNT


@dataclass(frozen=True)
class Told:
    """What one caller was told, and after how many seconds."""

    status: int
    retry_after: str
    content_type: str
    body: str
    seconds: float


def ask(system: System, path: str, headers: dict[str, str] | None = None, *, form: str = "") -> Told:
    """One request; a POST when there is a form."""
    connection = http.client.HTTPConnection("127.0.0.1", system.port, timeout=60)
    begun = time.monotonic()
    try:
        connection.request("POST" if form else "GET", path, form, headers or {})
        answer = connection.getresponse()
        body = answer.read().decode()
        kind, wait = answer.getheader("Content-Type", ""), answer.getheader("Retry-After", "")
        return Told(answer.status, wait, kind, body, time.monotonic() - begun)
    finally:
        connection.close()


def callers(system: System, desk: Desk, browser: Browser, key: Caller, number: str) -> dict[str, Callable[[], Told]]:
    """A customer's text, a program, whose text goes to `number`, and a member's browser, in this order."""
    form = {"MessageSid": f"SM{secrets.token_hex(16)}", "AccountSid": ACCOUNT, "From": new_number(), "NumMedia": "0"}
    form |= {"To": desk.line.number, "Body": "See you at 5"}
    hook = system.far_end.reporter.signed(desk.hook(system.address), form)
    cookie = {"Cookie": browser.cookies}
    bearer = {"Authorization": f"Bearer {key.secret}"}
    sending = {**bearer, "Content-Type": "application/json", "Idempotency-Key": secrets.token_hex(8)}
    text = json.dumps({"to": number, "body": "See you at 5"})
    return {
        "a webhook": lambda: ask(system, hook.path, hook.headers, form=hook.body),
        "a program that reads": lambda: ask(system, "/api/v1/me", bearer),
        "a program that sends": lambda: ask(system, "/api/v1/messages", sending, form=text),
        "a page": lambda: ask(system, "/inbox/", cookie),
    }


def take_away(system: System) -> None:
    """From now on the database refuses every connection, and those that there were are dead."""
    system.lines["postgres"].mode = Mode.REFUSE
    system.lines["postgres"].reset_all()
    time.sleep(0.2)
