"""An agent at the real web server: sends a text from the composer, as a browser does."""

import http.client
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from accounts.models import Membership
from accounts.sessions import PASSWORD, TOTP, SessionStore, SignedIn
from tenancy.ids import new_id
from tests.faults.intents import Desk, Intent, new_number
from tests.faults.running import System
from texting.models import Conversation
from texting.purposes import Purpose

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Browser:
    """A signed-in browser. Its answers are HTTP statuses; 0 when the server went away."""

    port: int
    session: str
    csrf: str

    @property
    def cookies(self) -> str:
        """What says who it is."""
        return f"{settings.SESSION_COOKIE_NAME}={self.session}"

    def post(self, path: str, fields: Mapping[str, str], *, seconds: float = 20.0) -> int:
        """Post a form."""
        cookies = f"{self.cookies}; {settings.CSRF_COOKIE_NAME}={self.csrf}"
        headers = {"Content-Type": FORM, "Cookie": cookies, "X-CSRFToken": self.csrf, "HX-Request": "true"}
        return self._ask("POST", path, urlencode(fields), headers, seconds)

    def get(self, path: str, *, seconds: float = 20.0) -> int:
        """Open a page."""
        return self._ask("GET", path, "", {"Cookie": self.cookies}, seconds)

    def _ask(self, method: str, path: str, body: str, headers: Mapping[str, str], seconds: float) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()


def browser_of(member: Membership, system: System) -> Browser:
    """A browser in which the member has signed in with both factors."""
    state = SignedIn(
        user_id=str(member.user_id),
        membership_id=str(member.pk),
        epoch=member.epoch,
        authenticated_at=timezone.now().timestamp(),
        factors=[PASSWORD, TOTP],
    )
    store = SessionStore()
    store.step(state, address="127.0.0.1", browser="Firefox on Linux")
    return Browser(system.port, store.session_key or "", secrets.token_hex(16))


def compose(browser: Browser, conversation: Conversation, message_id: UUID, *, seconds: float = 20.0) -> int:
    """Send a text from the composer. The same id is the same text."""
    fields = {"body": f"See you at {message_id.hex[-6:]}", "message_id": str(message_id)}
    return browser.post(f"/inbox/c/{conversation.pk}/send/", fields, seconds=seconds)


def die_between_commit_and_doorbell(point: str, system: System, desk: Desk) -> UUID:
    """A web process dies there while an agent sends a text; it is replaced. Returns the text's id."""
    number = new_number()
    conversation = desk.meet([number])[number]
    browser = browser_of(desk.member, system)
    system.kill("web")
    system.start_web(CRASH_AT=point)
    message_id = new_id()
    assert compose(browser, conversation, message_id) == 0
    system.wait_for_crash("web")
    system.start_web()
    if point == "before_doorbell":
        desk.intents.append(Intent(message_id, number, Purpose.REPLY))
    return message_id
