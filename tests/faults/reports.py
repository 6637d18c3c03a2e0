"""Status callbacks of the scripted provider: really signed (by Twilio's own SDK), really posted to our web process.

A plan is a list of (seconds after the text was taken, status word, how). Like Twilio, a callback that is not answered
with success is tried again a few times; unlike Twilio, quickly.
"""

import heapq
import http.client
import itertools
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

if TYPE_CHECKING:
    from tests.faults.scripted_twilio import ScriptedTwilio

FORM = "application/x-www-form-urlencoded"
TRIES, BETWEEN = 40, 0.5

PLANS: dict[str, list[tuple[float, str, str]]] = {
    "usual": [(0.2, "sent", ""), (0.4, "delivered", "")],
    "at_once": [(0.0, "sent", ""), (0.2, "delivered", "")],
    "twice": [(0.2, "sent", ""), (0.2, "sent", ""), (0.3, "delivered", ""), (0.3, "delivered", "")],
    "reversed": [(0.2, "delivered", ""), (0.4, "sent", ""), (0.5, "queued", ""), (0.5, "sending", "")],
    "late": [(4.0, "sent", ""), (9.0, "delivered", "")],
    "wrong_signature": [(0.2, "sent", "wrong"), (0.3, "failed", "wrong")],
    "never": [],
    "very_late": [(15.0, "delivered", "")],  # after the text was given up, or sent again
    "undelivered": [(0.2, "sent", ""), (0.4, "undelivered", ""), (0.6, "sent", "")],
    "shuffled": [(0.2, "delivered", ""), (0.2, "queued", ""), (0.2, "sent", ""), (0.2, "sending", "")] * 2,
}
FATES = {"undelivered": "undelivered"}  # what a look-up says in the end; otherwise delivered


@dataclass(frozen=True)
class Answered:
    """What our web process said to one callback, "" when it said nothing."""

    sid: str
    word: str
    how: str
    status: int


@dataclass(frozen=True)
class Signed:
    """A request to one of our webhooks."""

    path: str
    headers: dict[str, str]
    body: str


class Reporter:
    """One thread that posts what is due."""

    def __init__(self, far_end: "ScriptedTwilio") -> None:
        self.far_end = far_end
        self.answers: list[Answered] = []
        self.told: list[tuple[str, dict[str, str]]] = []  # what was posted, to be posted again
        self._due: list[tuple[float, int, dict[str, str], str, str, int]] = []
        self._count = itertools.count()
        self._changed = threading.Condition()
        self._ended = False
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(4)]
        for thread in self._threads:
            thread.start()

    def follow(self, text: dict[str, Any], callback: str, plan: str) -> None:
        """Plan what will be told of a text that was just taken, and what a look-up will say."""
        text["status"] = "sent" if plan == "silent" else FATES.get(plan, "delivered")
        if text["status"] == "undelivered":
            text["error_code"] = 30003
        if not callback:
            return
        for wait, word, how in PLANS[plan]:
            form = {"MessageSid": text["sid"], "AccountSid": self.far_end.account, "MessageStatus": word}
            form |= {"From": text["from"] or "", "To": text["to"]}
            form |= {"ErrorCode": "30003"} if word == "undelivered" else {}
            self.post(callback, form, wait=wait, how=how)

    def post(self, url: str, form: dict[str, str], *, wait: float = 0.0, how: str = "", tries: int = TRIES) -> None:
        """Tell our web process something, soon."""
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + wait, next(self._count), form, url, how, tries))
            self._changed.notify()

    def wait_for(self, sid: str, seconds: float = 10.0) -> None:
        """Until something about this text was taken."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not any(one.sid == sid and one.status < 300 for one in self.answers):
            time.sleep(0.02)

    def idle(self) -> bool:
        """Nothing is waiting to be told."""
        with self._changed:
            return not self._due

    def stop(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._ended and (not self._due or self._due[0][0] > time.monotonic()):
                    self._changed.wait(max(0.01, self._due[0][0] - time.monotonic()) if self._due else None)
                if self._ended:
                    return
                _, _, form, url, how, tries = heapq.heappop(self._due)
            status = self._send(url, form, how)
            self.told.append((url, form))
            self.answers.append(Answered(form["MessageSid"], form.get("MessageStatus", "text"), how, status))
            if (status == 0 or status >= 500) and tries > 1:
                self.post(url, form, wait=BETWEEN, how=how, tries=tries - 1)

    def signed(self, url: str, form: dict[str, str], how: str = "") -> Signed:
        """The request as Twilio makes it."""
        secret = "not-the-token" if how == "wrong" else self.far_end.token
        signature = RequestValidator(secret).compute_signature(url, form)
        headers = {"Content-Type": FORM, "X-Twilio-Signature": signature}
        return Signed(urlsplit(url).path, headers, urlencode(form))

    def _send(self, url: str, form: dict[str, str], how: str) -> int:
        request = self.signed(url, form, how)
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
        try:
            connection.request("POST", request.path, request.body, request.headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()
