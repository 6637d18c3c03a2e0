"""Webhooks as the web server hands them over: taken together, and whatever is odd goes to Django's view."""

import asyncio
import threading
import time
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import DatabaseError
from twilio.request_validator import RequestValidator

from config.asgi import application
from tenancy.isolation import activate
from tests.cast import make_cast
from tests.texting.twilio_line import BASE, FORM, NEW_TOKEN, TOKEN, TwilioLine, make_twilio_line
from texting import lines
from texting.models import LineKey
from texting.providers.base import MAX_HOOK_BYTES
from texting.webhooks import asgi, group_commit, taking


@pytest.fixture
def twilio(transactional_db: None, settings: Any) -> TwilioLine:
    """A line with real commits, because groups are stored by threads of their own."""
    settings.PUBLIC_BASE_URL = BASE
    asgi.forget_cards()
    return make_twilio_line(make_cast())


async def post(path: str, body: bytes, headers: dict[str, str], *, parts: int = 1, method: str = "POST") -> list[Any]:
    """One request as the server makes it; what the application sent."""
    size = max(1, -(-len(body) // parts))
    pieces = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
    events = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    events[-1]["more_body"] = False
    sent: list[Any] = []

    async def receive() -> Any:
        if events:
            return events.pop(0)
        await asyncio.sleep(3600)

    async def send(event: Any) -> None:
        sent.append(event)

    plain, _, query = path.partition("?")
    names = {"host": "127.0.0.1", "content-type": FORM, "content-length": str(len(body)), **headers}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": plain,
        "raw_path": plain.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in names.items()],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
    }
    await application(scope, receive, send)
    return sent


def signed(
    twilio: TwilioLine, *, secret: str = TOKEN, path: str = "", **fields: Any
) -> tuple[str, bytes, dict[str, str]]:
    form, path = twilio.form(**fields), path or twilio.path
    return (
        path,
        urlencode(form).encode(),
        {"x-twilio-signature": RequestValidator(secret).compute_signature(BASE + path, form)},
    )


def status(sent: list[Any]) -> int:
    return int(sent[0]["status"])


def ask(*request: Any, **how: Any) -> list[Any]:
    return asyncio.run(post(*request, **how))


def sid(number: int) -> str:
    return f"SM{number:032d}"


def test_a_signed_text_is_stored_and_answered_empty(twilio: TwilioLine) -> None:
    sent = ask(*signed(twilio), parts=3)
    assert status(sent) == 200
    assert b"".join(event.get("body", b"") for event in sent) == asgi.EMPTY_TWIML.encode()
    assert twilio.texts() == ["See you at 5"]


def test_many_at_once_are_each_stored_once_and_in_few_groups(
    twilio: TwilioLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    def counted(line: Any, heard: Any) -> list[bool]:
        sizes.append(len(heard))
        return taking.take_all(line, heard)

    monkeypatch.setattr(asgi, "take_all", counted)
    requests = [
        signed(twilio, MessageSid=sid(number), From=f"+1212555{100 + number % 10:04d}", Body=f"Text {number}")
        for number in range(40)
    ]

    async def all_at_once() -> list[list[Any]]:
        await post(*requests[0])  # the line is known from here on
        return await asyncio.gather(*(post(*request) for request in [*requests[1:], *requests[30:]]))

    answers = asyncio.run(all_at_once())
    assert {status(answer) for answer in answers} == {200}
    assert sorted(twilio.texts()) == sorted(f"Text {number}" for number in range(40))
    assert sum(sizes) == 50
    assert len(sizes) <= 15


def test_a_wrong_signature_is_refused_and_kept_by_the_view(twilio: TwilioLine) -> None:
    assert status(ask(*signed(twilio, secret="guessed"))) == 403
    assert twilio.texts() == []
    assert len(twilio.kept()) == 1


def test_a_new_auth_token_is_believed_at_once_although_the_old_one_is_remembered(twilio: TwilioLine) -> None:
    assert status(ask(*signed(twilio))) == 200
    twilio.store(secret=NEW_TOKEN)
    assert status(ask(*signed(twilio, secret=NEW_TOKEN, MessageSid=sid(7)))) == 200
    assert len(twilio.texts()) == 2


def test_one_text_that_cannot_be_read_harms_none_that_came_with_it(twilio: TwilioLine) -> None:
    requests = [signed(twilio, MessageSid=sid(n), From="787878" if n == 2 else "+12125550181") for n in range(5)]

    async def all_at_once() -> list[int]:
        return [status(sent) for sent in await asyncio.gather(*(post(*request) for request in requests))]

    assert asyncio.run(all_at_once()) == [200, 200, 400, 200, 200]
    assert len(twilio.texts()) == 4
    assert len(twilio.kept()) == 1


@pytest.mark.parametrize("path", ["/webhooks/twilio/no-such-key/inbound", "/webhooks/", "/webhooks/twilio/x/status/"])
def test_an_unknown_address_is_not_found(twilio: TwilioLine, path: str) -> None:
    assert status(ask(*signed(twilio, path=path))) == 404


def test_a_report_on_a_text_that_is_not_known_is_not_found(twilio: TwilioLine) -> None:
    path = twilio.path.replace("/inbound", "/status/no-such-attempt")
    assert status(ask(*signed(twilio, path=path, MessageStatus="delivered"))) == 404


def test_a_request_that_is_too_large_is_refused_before_it_is_read(twilio: TwilioLine) -> None:
    path, _, headers = signed(twilio)
    assert status(ask(path, b"x" * (MAX_HOOK_BYTES + 1), headers, parts=4)) == 413


def test_a_page_request_is_no_webhook(twilio: TwilioLine) -> None:
    path, _, headers = signed(twilio)
    assert status(ask(path, b"", headers, method="GET")) == 405


def test_a_text_that_cannot_be_stored_is_asked_for_again(twilio: TwilioLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(line: Any, heard: Any) -> list[bool]:
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(asgi, "take_all", broken)
    sent = ask(*signed(twilio))
    assert status(sent) == 503
    assert (b"retry-after", b"30") in sent[0]["headers"]
    assert twilio.texts() == []


def test_when_too_much_waits_the_provider_is_asked_to_come_again(
    twilio: TwilioLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "MOST_WAITING", 0)
    assert status(ask(*signed(twilio))) == 503


def heard_at(twilio: TwilioLine) -> datetime | None:
    return LineKey.objects.get(line_id=twilio.line.pk).heard_at


def wait_until_heard(twilio: TwilioLine) -> bool:
    """The note is made beside the request, which does not wait for it."""
    end = time.monotonic() + 20
    while heard_at(twilio) is None and time.monotonic() < end:
        time.sleep(0.05)
    return heard_at(twilio) is not None


def test_a_signed_request_is_noted_and_a_refused_one_is_not(twilio: TwilioLine) -> None:
    assert status(ask(*signed(twilio, secret="guessed"))) == 403
    assert heard_at(twilio) is None
    assert status(ask(*signed(twilio))) == 200
    assert wait_until_heard(twilio)


def test_the_address_before_the_present_one_still_answers_and_is_not_noted(twilio: TwilioLine) -> None:
    old = twilio.path
    with activate(twilio.cast.organization):
        lines.change_address(actor=twilio.cast.admin, line_id=twilio.line.pk)
    assert status(ask(*signed(twilio, path=old))) == 200
    assert heard_at(twilio) is None
    assert status(ask(*signed(twilio, MessageSid=sid(2)))) == 200
    assert wait_until_heard(twilio)
    assert len(twilio.texts()) == 2


def test_a_text_that_breaks_a_rule_of_ours_is_answered_later_and_its_words_are_not_logged(
    twilio: TwilioLine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(line: Any, heard: Any) -> list[bool]:
        raise ValueError(heard[0].texts[0].body)

    monkeypatch.setattr(asgi, "take_all", breaks)
    assert status(ask(*signed(twilio, Body="my blood type is zebra"))) == 503
    assert "webhook_not_stored" in caplog.text
    assert "zebra" not in caplog.text
    assert twilio.texts() == []


def test_made_up_keys_do_not_hold_up_the_lines_that_are_known(
    twilio: TwilioLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert status(ask(*signed(twilio))) == 200
    second = signed(twilio, MessageSid="SM" + "0" * 31 + "2")
    enough, real = threading.Event(), asgi._load

    def slow_for_strangers(provider: str, key: str) -> Any:
        if key.startswith("made-up"):
            assert enough.wait(20)
        return real(provider, key)

    async def story() -> int:
        flood = [asyncio.create_task(asgi._card("twilio", f"made-up-{n}")) for n in range(20)]
        await asyncio.sleep(0)
        try:
            async with asyncio.timeout(15):
                return status(await post(*second))
        finally:
            enough.set()
            await asyncio.gather(*flood)

    monkeypatch.setattr(asgi, "_load", slow_for_strangers)
    for place, card in asgi._cards.items():
        asgi._cards[place] = replace(card, until=0.0)
    assert asyncio.run(story()) == 200
