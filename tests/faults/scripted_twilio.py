"""The provider of the fault suite: Twilio's API on loopback, scripted text by text, with its own ledger of truth.

The ledger says what the provider accepted, when, for which status callback and with which body (as a hash). It is never
told what we believe. A text's script is named for its recipient: `far_end.play(number, "accept_then_500", times=2)`;
without one the text is taken as usual. `far_end.reports[number]` names what becomes known of it (`reports.PLANS`).
"""

import hashlib
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any
from urllib.parse import urlsplit

import time_machine

from tests.faults.reports import Reporter
from tests.texting.providers import fake_twilio
from tests.texting.providers.fake_twilio import FakeTwilio, Handler, listening

HOLD_SECONDS = 2.5  # longer than the client waits (`hurrying.READ_SECONDS`)


@dataclass(frozen=True)
class Accepted:
    """One text that the provider has. `token` is the opaque end of the status callback's address."""

    sid: str
    to: str
    body_hash: str
    token: str
    at: float


def _right_time() -> float:
    hatch = time_machine.escape_hatch
    return hatch.time.time() if hatch.is_travelling() else time.time()


def body_hash(body: str) -> str:
    """What the ledger keeps of a text."""
    return hashlib.sha256(body.encode()).hexdigest()


class ScriptedTwilio(FakeTwilio):
    """One far end. Its list holds back what was accepted less than `lag` seconds ago."""

    def __init__(self) -> None:
        super().__init__()
        self.truth: list[Accepted] = []
        self.attempts: dict[str, int] = {}
        self.scripts_of: dict[str, list[str]] = {}
        self.reports: dict[str, str] = {}
        self.lag: dict[str, float] = {}
        self.reporter = Reporter(self)
        self.token = "auth-" + secrets.token_hex(8)

    def play(self, number: str, script: str, *, times: int = 1, then: str = "ok", reports: str = "usual") -> None:
        """What happens to the next texts to this number, and what is reported of them."""
        self.scripts_of[number] = [script] * times + [then]
        self.reports[number] = reports

    def next_script(self, number: str) -> str:
        """The last one of a list stays."""
        with self.lock:
            self.attempts[number] = self.attempts.get(number, 0) + 1
            waiting = self.scripts_of.get(number, ["ok"])
            return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    def accept(self, form: dict[str, list[str]], **more: Any) -> dict[str, Any]:
        """Into the ledger, before anybody hears of it."""
        now = formatdate(_right_time(), usegmt=True)  # its clock is right when ours is not
        text = super().accept(form, **{"sid": f"SM{secrets.token_hex(16)}", "date_created": now, **more})
        callback = form.get("StatusCallback", [""])[0]
        entry = Accepted(
            text["sid"], text["to"], body_hash(text["body"]), urlsplit(callback).path.rpartition("/")[2], _right_time()
        )
        with self.lock:
            self.truth.append(entry)
        text["accepted_at"] = entry.at
        answer = dict(text)  # what it will become is not told yet
        self.reporter.follow(text, callback, self.reports.get(text["to"], "usual"))
        return answer

    def receive(self, *, to: str, from_: str, body: str, files: int = 0) -> str:
        """A customer's text comes in and stands in the list; `reporter.text` tells our webhook of it."""
        with self.lock:
            sid = f"SM{secrets.token_hex(16)}"
            self.ledger.accepted.append(
                {
                    "sid": sid,
                    "status": "received",
                    "to": to,
                    "from": from_,
                    "body": body,
                    "direction": "inbound",
                    "num_segments": "1",
                    "num_media": "0",
                    "error_code": None,
                    "date_created": formatdate(usegmt=True),
                }
            )
        return sid

    def listed(self, to: str) -> list[dict[str, Any]]:
        """What its list holds now for a number, newest first."""
        hidden = _right_time() - self.lag.get(to, 0.0)
        with self.lock:
            every = [text for text in self.ledger.accepted if text["to"] == to]
        return [text for text in reversed(every) if text.get("accepted_at", 0.0) <= hidden]


class FaultHandler(Handler):
    """Scripts by recipient; the rest is `fake_twilio`'s."""

    far_end: ScriptedTwilio

    def do_POST(self) -> None:
        from urllib.parse import parse_qs

        raw = self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.form = parse_qs(raw.decode(), keep_blank_values=True, strict_parsing=True)
        script = self.far_end.next_script(self.form["To"][0])
        if script.startswith("refuse:"):
            _, status, code = script.split(":")
            self.refuse(int(status), int(code) if code else None)
        else:
            getattr(self, f"do_{script}")()

    def do_reset_before_answer(self) -> None:
        """Nothing was taken, but the client cannot know."""
        self.reset()

    def do_slow(self) -> None:
        text = self.far_end.accept(self.form)
        time.sleep(HOLD_SECONDS)
        self.answer(201, text)

    def do_hang(self) -> None:
        time.sleep(HOLD_SECONDS)
        self.reset()

    def do_429_with_wait(self) -> None:
        self.refuse(429, 20429, Retry_After="1")

    def do_report_first(self) -> None:
        """The report is with us before the answer."""
        text = self.far_end.accept(self.form)
        self.far_end.reporter.wait_for(text["sid"])
        self.answer(201, text)

    def do_report_instead(self) -> None:
        """The report comes and the answer never does."""
        text = self.far_end.accept(self.form)
        self.far_end.reporter.wait_for(text["sid"])
        self.reset()

    def _list(self, path: str, wanted: dict[str, list[str]]) -> None:
        page = {"page": 0, "page_size": 200, "next_page_uri": None, "uri": self.path}
        self.answer(200, {"messages": self.far_end.listed(wanted["To"][0])[:200], **page})


@contextmanager
def running() -> Iterator[ScriptedTwilio]:
    """A far end that listens until the end of the `with`."""
    far_end = ScriptedTwilio()
    with listening(far_end, FaultHandler):
        try:
            yield far_end
        finally:
            far_end.reporter.stop()


ACCOUNT = fake_twilio.ACCOUNT
