"""Webhooks outside Django's request cycle: what is in order is stored here, many requests with one commit.

Only requests that are good in every respect end here: the line is known, the signature is right, the content is
readable, the text is known. Everything else is given to Django's view untouched, which looks at it anew and says why
not; so there is one place that refuses and keeps (`texting.webhooks.views`), and both ways go through `taking`.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.db.models import Q

from tenancy import metrics
from tenancy.crash_points import crash_here
from tenancy.isolation import activate
from texting.models import Line, LineKey
from texting.providers.base import MAX_HOOK_BYTES, Hook, Provider
from texting.providers.registry import UnknownProvider
from texting.webhooks import hearing
from texting.webhooks.group_commit import GroupCommit
from texting.webhooks.taking import Heard, NotTaken, Request, adapter_of, read, take_all
from texting.webhooks.views import EMPTY_TWIML

Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Application = Callable[[Event, Receive, Send], Awaitable[None]]
Place = tuple[UUID, UUID, int]  # organization, line, share: one line's customers are shared out among groups

PREFIX = "/webhooks/"  # `config.asgi` sends here what begins with it
CARD_SECONDS = 5.0  # how long a line's credentials may be out of date: what they refuse is looked at by the view
MOST_CARDS = 5_000
SHARES = 2  # what one customer writes stays in order; one share works while another waits for the disk
HEADERS = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]

log = logging.getLogger("parley.webhooks")
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="webhook-lines")
_strangers = ThreadPoolExecutor(max_workers=1, thread_name_prefix="webhook-keys")  # a flood of made-up keys waits here


@dataclass(frozen=True)
class Card:
    """What is needed of a line to read its requests. `is_present`: they came to its address, not the one before it."""

    organization: UUID
    line: UUID
    number: str
    provider: Provider
    is_present: bool
    until: float


_cards: OrderedDict[tuple[str, str], Card] = OrderedDict()


async def webhook_app(scope: Event, receive: Receive, send: Send, *, otherwise: Application) -> None:
    """Take one request, or give it to `otherwise` as if nobody had looked at it."""
    body, events = await _body(receive)
    provider, key, token = _address(scope["path"])
    kind = "inbound" if token is None else "status"
    card = await _card(provider, key) if body is not None and scope["method"] == "POST" and key else None
    if card is not None and body is not None:
        try:
            heard = read(card.provider, card.number, Request(_hook(scope, body), token))
            known = await groups().do((card.organization, card.line, _share(heard)), heard)
        except NotTaken:
            pass
        except Exception as error:  # Full, the database, or a bug of ours, whose traceback might quote the text
            log.error("webhook_not_stored", extra={"error": type(error).__name__})
            metrics.WEBHOOKS.labels(provider, kind, "later").inc()
            return await _answer(send, 503, [(b"retry-after", b"30")])
        else:
            if known:
                metrics.WEBHOOKS.labels(provider, kind, "taken").inc()
                if card.is_present and token is None and hearing.is_due(card.line):
                    asyncio.get_running_loop().run_in_executor(_threads, hearing.note_in_a_thread, card.line)
                return await _take_leave(send, twiml=token is None and provider == "twilio")
    await otherwise(scope, _again(events, receive), send)


@cache
def groups() -> GroupCommit[Place, Heard, bool]:
    """This process' one meeting place."""
    return GroupCommit(_store, "webhooks")


def _store(place: Place, heard: Sequence[Heard]) -> Sequence[bool]:
    """One group, one transaction."""
    organization, line_id, _ = place
    with activate(organization):
        taken = take_all(line_id, heard)
        crash_here("before_webhook_commit")
    crash_here("before_webhook_answer")
    return taken


def _share(heard: Heard) -> int:
    """The same for all that concerns one customer's texts, or one text of ours."""
    return hash(heard.texts[0].from_ if heard.texts else heard.token) % SHARES


async def _card(provider: str, key: str) -> Card | None:
    """The line that this address belongs to; None when there is none, or it cannot be asked for now."""
    card = _cards.get((provider, key))
    if card is None or card.until < time.monotonic():
        pool = _threads if card is not None else _strangers
        card = await asyncio.get_running_loop().run_in_executor(pool, _load, provider, key)
        _cards.pop((provider, key), None)
        if card is not None:
            _cards[provider, key] = card
        while len(_cards) > MOST_CARDS:
            _cards.popitem(last=False)
    return card


def _load(provider: str, key: str) -> Card | None:
    close_old_connections()
    try:
        directory = LineKey.objects.filter(Q(key=key) | Q(previous_key=key)).first()
        if directory is None:
            return None
        with activate(directory.organization_id):
            line = Line.objects.filter(pk=directory.line_id, provider=provider).first()
            if line is None:
                return None
            adapter, number = adapter_of(line), line.number
        until = time.monotonic() + CARD_SECONDS
        present = directory.key == key
        return Card(directory.organization_id, directory.line_id, number, adapter, present, until)
    except (DatabaseError, UnknownProvider):
        return None  # the view says what is the matter
    finally:
        close_old_connections()


def forget_cards() -> None:
    """Look at every line anew."""
    _cards.clear()


def _address(path: str) -> tuple[str, str, str | None]:
    """Provider, key and token of an address of ours (`texting.urls`); ("", "", None) for any other."""
    match path.removeprefix(PREFIX).split("/"):
        case [provider, key, "inbound"]:
            return provider, key, None
        case [provider, key, "status", token]:
            return provider, key, token
    return "", "", None


def _hook(scope: Event, body: bytes) -> Hook:
    """The request as it was signed: for our public address, with the path as it came."""
    path = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    return Hook(
        method=scope["method"],
        url=f"{settings.PUBLIC_BASE_URL}{path}{'?' if query else ''}{query}",
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
        body=body,
    )


async def _body(receive: Receive) -> tuple[bytes | None, list[Event]]:
    """The whole body and the events it came in; None when it is too large, or its sender went away before its end."""
    body, events = bytearray(), []
    while True:
        event = await receive()
        events.append(event)
        if event["type"] != "http.request":
            return None, events
        body += event.get("body", b"")
        if len(body) > MAX_HOOK_BYTES:
            return None, events
        if not event.get("more_body"):
            return bytes(body), events


def _again(events: list[Event], receive: Receive) -> Receive:
    """What was read already, once more, then the rest."""
    waiting = list(events)

    async def next_event() -> Event:
        return waiting.pop(0) if waiting else await receive()

    return next_event


async def _take_leave(send: Send, *, twiml: bool) -> None:
    """Taken. The answer is empty: a text in it would go past the gate."""
    if twiml:
        await _answer(send, 200, [(b"content-type", b"text/xml; charset=utf-8")], EMPTY_TWIML.encode())
    else:
        await _answer(send, 204)


async def _answer(send: Send, status: int, headers: Sequence[tuple[bytes, bytes]] = (), body: bytes = b"") -> None:
    length = [] if status == 204 else [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*HEADERS, *headers, *length]})
    await send({"type": "http.response.body", "body": body})
