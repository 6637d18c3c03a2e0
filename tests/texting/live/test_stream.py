"""The live stream as a browser meets it, on the real hub, Redis and database."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from accounts import access_rules
from accounts.factors import changing_policy
from accounts.models import Membership, MembershipRole, Session, SignInPolicy, User
from accounts.networks import Named
from accounts.sessions import PASSWORD
from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.cast import Cast, cast, signed_in
from texting import live
from texting.live import LiveKind, claims_of, events, hub, publish, token_for, watch
from texting.live import stream as live_stream
from texting.live.access import still_signed_in
from texting.live.stream import live_app

__all__ = ["cast"]

pytestmark = pytest.mark.django_db(transaction=True)

HOST = b"127.0.0.1:8000"


def token_of(member: Membership) -> str:
    """A token for a new session of the member."""
    key = signed_in(Client(), member).cookies[settings.SESSION_COOKIE_NAME].value
    return token_for(member, session_key=key)


class Browser:
    """One request to the stream; reads what it is sent."""

    def __init__(self, token: str, *, method: str = "GET", **headers: str) -> None:
        named = {"host": HOST.decode(), "x-live-token": token} | {k.replace("_", "-"): v for k, v in headers.items()}
        pairs = [(name.encode(), value.encode("latin-1")) for name, value in named.items()]
        self.scope = {"type": "http", "method": method, "path": "/live/stream", "headers": pairs}
        self.sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.left = asyncio.Event()
        self.task = asyncio.create_task(live_app(self.scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.sent.put_nowait(message)

    async def status(self) -> int:
        started = await self._next()
        assert started["type"] == "http.response.start"
        return int(started["status"])

    async def events(self) -> list[dict[str, str]]:
        """The next events, without pings; [] when the stream has ended."""
        while True:
            message = await self._next()
            if not message.get("more_body"):
                return []
            blocks = message["body"].decode().split("\n\n")
            if found := [json.loads(block[6:]) for block in blocks if block.startswith("data: ")]:
                return found

    async def opened(self) -> "Browser":
        assert await self.status() == 200
        assert await self.events() == [{"kind": "resync"}]
        return self

    async def leave(self) -> None:
        self.left.set()
        await asyncio.wait_for(self.task, 3)

    async def _next(self) -> dict[str, Any]:
        return await asyncio.wait_for(self.sent.get(), 5)


def run(story: Callable[[], Awaitable[None]]) -> None:
    """Play the story in an event loop of its own and end the hub's and the watch's tasks with it."""

    async def whole() -> None:
        try:
            await story()
        finally:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

    asyncio.run(whole())


async def in_database(work: Callable[[], object]) -> None:
    """Do something as another process would: in a thread with connections of its own."""

    def do() -> None:
        try:
            work()
        finally:
            connections.close_all()

    await asyncio.to_thread(do)


def tell(organization: Any, **event: Any) -> Callable[[], None]:
    def do() -> None:
        with activate(organization):
            publish(**event)

    return do


def test_a_member_hears_of_their_organization_and_of_no_other(cast: Cast) -> None:
    conversation, foreign = new_id(), new_id()
    tokens = token_of(cast.agent), token_of(cast.outsider)

    async def story() -> None:
        ours, theirs = [await Browser(token).opened() for token in tokens]
        await in_database(tell(cast.organization, kind=LiveKind.MESSAGE, conversation=conversation))
        assert await ours.events() == [{"kind": "message", "conversation": str(conversation)}]
        await in_database(tell(cast.other_organization, kind=LiveKind.MESSAGE, conversation=foreign))
        assert await theirs.events() == [{"kind": "message", "conversation": str(foreign)}]
        assert ours.sent.empty()
        assert theirs.sent.empty()
        await ours.leave()
        await theirs.leave()

    run(story)


def test_a_forged_an_old_and_a_missing_token_are_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    good = token_of(cast.agent)
    monkeypatch.setattr(events, "TOKEN_SECONDS", -1)

    async def story() -> None:
        for token in (good, "", good[:-2] + "xx", "sémantique"):
            assert await Browser(token).status() == 403

    run(story)


def test_a_page_of_another_site_is_refused(cast: Cast) -> None:
    token = token_of(cast.agent)
    strangers = [
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"host": "elsewhere.example"},
        {"host": "elsewhere.example", "origin": "https://elsewhere.example"},
    ]

    async def story() -> None:
        for headers in strangers:
            assert await Browser(token, **headers).status() == 403, headers
        await (await Browser(token, sec_fetch_site="same-origin", origin=settings.PUBLIC_BASE_URL).opened()).leave()

    run(story)


def test_only_get_is_answered(cast: Cast) -> None:
    token = token_of(cast.agent)

    async def story() -> None:
        for method in ("POST", "OPTIONS", "HEAD"):
            assert await Browser(token, method=method).status() == 405

    run(story)


def deactivate(cast: Cast) -> None:
    Membership.objects.filter(pk=cast.agent.pk).update(is_active=False)


def lock_out(cast: Cast) -> None:
    User.objects.filter(pk=cast.agent.user_id).update(auth_epoch=1)


def sign_out(cast: Cast) -> None:
    Session.objects.filter(membership=cast.agent).delete()


ENDS = [deactivate, lock_out, sign_out]


@pytest.mark.parametrize("end", ENDS)
def test_a_token_is_worth_nothing_once_its_member_or_session_is_gone(cast: Cast, end: Callable[[Cast], None]) -> None:
    token = token_of(cast.agent)
    end(cast)

    async def story() -> None:
        assert await Browser(token).status() == 403

    run(story)


@pytest.mark.parametrize("end", ENDS)
def test_an_open_stream_ends_within_two_seconds_after_its_member_or_session_is_gone(
    cast: Cast, end: Callable[[Cast], None]
) -> None:
    token, other = token_of(cast.agent), token_of(cast.second_agent)

    async def story() -> None:
        leaver, stays = await Browser(token).opened(), await Browser(other).opened()
        begun = time.monotonic()
        await in_database(lambda: end(cast))
        assert await leaver.events() == []
        assert time.monotonic() - begun < 2
        await in_database(tell(cast.organization, kind=LiveKind.NOTE))
        assert await stays.events() == [{"kind": "note"}]
        assert leaver.sent.empty()

    run(story)


def ask_everybody_for_more(cast: Cast) -> None:
    with activate(cast.organization):
        policy = changing_policy.considered(cast.owner, required=SignInPolicy.Required.EVERYBODY)
        changing_policy.change(actor=cast.owner, policy=policy)


def list_networks(cast: Cast) -> None:
    office, here = [Named("203.0.113.0/24", "Office")], "203.0.113.7"
    with activate(cast.organization):
        access_rules.set_networks(actor=cast.owner, networks=office, guards_pages=True, guards_keys=False, address=here)


CONFINES = [ask_everybody_for_more, list_networks]


@pytest.mark.parametrize("confine", CONFINES)
def test_new_rules_for_sessions_end_the_streams_that_began_before_them_and_the_page_is_asked_anew(
    cast: Cast, confine: Callable[[Cast], None]
) -> None:
    client = signed_in(Client(), cast.agent, factors=(PASSWORD,))
    mine = token_for(cast.agent, session_key=client.cookies[settings.SESSION_COOKIE_NAME].value)
    other = token_of(cast.outsider)

    async def story() -> None:
        open_one, elsewhere = await Browser(mine).opened(), await Browser(other).opened()
        begun = time.monotonic()
        await in_database(lambda: confine(cast))
        assert await open_one.events() == []
        assert time.monotonic() - begun < 3
        assert await Browser(mine).status() == 403, "the token was of the rules before"
        await in_database(tell(cast.other_organization, kind=LiveKind.NOTE))
        assert await elsewhere.events() == [{"kind": "note"}], "another organization's streams go on"

    run(story)
    asked = client.get(f"/live/token/?member={cast.agent.pk}")
    assert asked.status_code in {302, 403}, "what confines the session confines the next token"


def test_a_session_that_lacks_a_factor_by_now_opens_no_stream(cast: Cast) -> None:
    ask_everybody_for_more(cast)
    fresh = Membership.objects.select_related("user", "organization").get(pk=cast.agent.pk)
    weak = signed_in(Client(), fresh, factors=(PASSWORD,)).cookies[settings.SESSION_COOKIE_NAME].value
    whole = signed_in(Client(), fresh).cookies[settings.SESSION_COOKIE_NAME].value
    tokens = [token_for(fresh, session_key=key) for key in (weak, whole)]

    async def story() -> None:
        assert [await Browser(token).status() for token in tokens] == [403, 200]

    run(story)


def test_an_access_event_ends_the_members_streams_at_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "WATCH_SECONDS", 60)
    token, other = token_of(cast.agent), token_of(cast.second_agent)

    def end() -> None:
        with activate(cast.organization):
            live.end_streams(cast.agent)

    async def story() -> None:
        streams, stays = [await Browser(token).opened() for _ in range(2)], await Browser(other).opened()
        begun = time.monotonic()
        await in_database(end)
        for stream in streams:
            assert await stream.events() == []
        assert time.monotonic() - begun < 2
        await in_database(tell(cast.organization, kind=LiveKind.NOTE))
        assert await stays.events() == [{"kind": "note"}]

    run(story)


def test_a_right_that_is_taken_away_in_silence_ends_the_stream_at_the_next_look(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_stream, "RECHECK_SECONDS", 0)
    monkeypatch.setattr(live_stream, "PING_SECONDS", 0.1)
    token = token_of(cast.agent)

    def take_away() -> None:
        with activate(cast.organization):
            MembershipRole.objects.filter(membership=cast.agent).delete()

    async def story() -> None:
        stream = await Browser(token).opened()
        await in_database(take_away)
        assert await stream.events() == []

    run(story)


def test_a_stream_ends_after_its_time_and_the_browser_may_come_back(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_stream, "LIFETIME_SECONDS", 0.2)
    token = token_of(cast.agent)

    async def story() -> None:
        assert await (await Browser(token).opened()).events() == []
        assert await (await Browser(token).opened()).events() == []

    run(story)


def test_a_silent_stream_is_kept_open_by_pings(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_stream, "PING_SECONDS", 0.05)
    token = token_of(cast.agent)

    async def story() -> None:
        stream = await Browser(token).opened()
        for _ in range(3):
            assert (await stream._next())["body"] == b": ping\n\n"

    run(story)


def test_a_browser_that_left_leaves_nothing_behind(cast: Cast) -> None:
    token = token_of(cast.agent)

    async def story() -> None:
        await (await Browser(token).opened()).leave()
        assert list(hub.Hub.here()._streams.all()) == []
        assert watch.Watch.here()._watched == {}

    run(story)


def test_without_redis_a_stream_is_refused_and_may_be_tried_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "CONFIRM_SECONDS", 0.2)
    monkeypatch.setattr(settings, "REDIS_URL", "unix:///nowhere/redis.sock")
    token = token_of(cast.agent)

    async def story() -> None:
        assert await Browser(token).status() == 503

    run(story)


def test_of_many_only_those_who_are_still_signed_in_count(cast: Cast) -> None:
    everyone = {claims_of(token_of(member)) for member in (cast.agent, cast.second_agent, cast.outsider)}
    assert still_signed_in(everyone) == everyone
    lock_out(cast)
    Session.objects.filter(membership=cast.outsider).delete()
    assert {claims.member for claims in still_signed_in(everyone)} == {cast.second_agent.pk}
    assert still_signed_in(set()) == set()
