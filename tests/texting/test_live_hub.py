"""The hub between Redis and the browsers' streams, on a Redis of its own that can be stopped."""

import asyncio
import os
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import redis

from config.embedded.valkey import Valkey
from texting import live_hub, live_streams
from texting.live_hub import PAUSED, Hub, Unavailable
from texting.live_streams import Batch, Stream

SOON = 3.0
Play = Callable[[Hub], Coroutine[None, None, None]]


@pytest.fixture
def server() -> Iterator[Valkey]:
    with tempfile.TemporaryDirectory(prefix="hub-") as folder:
        valkey = Valkey(Path(folder) / "data", Path(folder), durable=False)
        valkey.start(subprocess.DEVNULL)
        yield valkey
        valkey.stop()


def say(server: Valkey, channel: str, *events: str) -> None:
    with redis.Redis.from_url(server.url) as client:
        client.publish(channel, "\n".join(events))


@asynccontextmanager
async def hub_on(server: Valkey) -> AsyncIterator[Hub]:
    hub = Hub(server.url)
    yield hub
    assert hub._listener is not None
    hub._listener.cancel()
    await asyncio.gather(hub._listener, *hub._tasks, return_exceptions=True)


def play(server: Valkey, story: Play) -> None:
    async def run() -> None:
        async with hub_on(server) as hub:
            await story(hub)

    asyncio.run(run())


async def joined(hub: Hub, *channels: str, member: str = "m") -> Stream:
    stream = Stream(member=member, channels=channels)
    await hub.join(stream)
    return stream


async def gathered(stream: Stream, size: int) -> bytes:
    """Wait until so many bytes of events have come."""
    body = b""
    while len(body) < size:
        batch = await stream.next(SOON)
        assert batch.body, f"only {body!r} came"
        body += batch.body
    return body


async def next_gap(stream: Stream) -> Batch:
    async with asyncio.timeout(SOON * 3):
        while True:
            batch = await stream.next(SOON)
            if batch.gap:
                return batch


def test_an_event_reaches_the_streams_of_its_channel_and_no_others(server: Valkey) -> None:
    async def story(hub: Hub) -> None:
        ours, also_ours, theirs = [await joined(hub, name) for name in ("live:a", "live:a", "live:b")]
        say(server, "live:a", '{"kind":"message"}')
        for stream in (ours, also_ours):
            assert await stream.next(SOON) == Batch(False, b'data: {"kind":"message"}\n\n')
        assert await theirs.next(0.2) == Batch(False, b"")

    play(server, story)


def test_a_stream_on_two_channels_hears_both(server: Valkey) -> None:
    async def story(hub: Hub) -> None:
        stream = await joined(hub, "live:a", "phone:a")
        say(server, "live:a", '{"kind":"message"}')
        say(server, "phone:a", '{"kind":"phone"}')
        body = await gathered(stream, 50)
        assert body == b'data: {"kind":"message"}\n\ndata: {"kind":"phone"}\n\n'

    play(server, story)


def test_every_event_arrives_once_and_in_order(server: Valkey) -> None:
    expected = b"".join(b'data: {"kind":"message","n":%d}\n\n' % n for n in range(60))

    async def story(hub: Hub) -> None:
        stream = await joined(hub, "live:a")
        with redis.Redis.from_url(server.url) as client:
            for n in range(0, 60, 2):
                client.publish("live:a", f'{{"kind":"message","n":{n}}}\n{{"kind":"message","n":{n + 1}}}')
        assert await gathered(stream, len(expected)) == expected

    play(server, story)


def test_a_browser_that_reads_too_slowly_gets_a_gap_instead_of_old_events(
    server: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_streams, "BACKLOG", 5)

    async def story(hub: Hub) -> None:
        slow, quick = await joined(hub, "live:a"), await joined(hub, "live:a")
        for n in range(8):
            say(server, "live:a", f'{{"kind":"message","n":{n}}}')
            assert await quick.next(SOON) == Batch(False, b'data: {"kind":"message","n":%d}\n\n' % n)
        late = await slow.next(SOON)
        assert late.gap
        assert b'"n":0' not in late.body
        assert await slow.next(0.1) == Batch(False, b"")  # nothing waits any more

    play(server, story)


def test_streams_live_through_a_restart_of_redis_and_are_told_to_fetch_anew(server: Valkey) -> None:
    async def story(hub: Hub) -> None:
        stream, other = await joined(hub, "live:a"), await joined(hub, "live:b")
        server.stop()
        assert await gathered(stream, len(PAUSED)) == PAUSED
        server.start(subprocess.DEVNULL)
        assert (await next_gap(stream)).gap
        assert (await next_gap(other)).gap
        say(server, "live:a", '{"kind":"note"}')
        assert await stream.next(SOON) == Batch(False, b'data: {"kind":"note"}\n\n')

    play(server, story)


def test_a_redis_that_goes_silent_counts_as_lost(server: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_hub, "IDLE_SECONDS", 0.2)
    monkeypatch.setattr(live_hub, "CONFIRM_SECONDS", 0.3)
    assert server.child is not None
    pid = server.child.pid

    async def story(hub: Hub) -> None:
        stream = await joined(hub, "live:a")
        os.kill(pid, signal.SIGSTOP)
        try:
            assert await gathered(stream, len(PAUSED)) == PAUSED
            with pytest.raises(Unavailable):
                await joined(hub, "live:b")
        finally:
            os.kill(pid, signal.SIGCONT)
        assert (await next_gap(stream)).gap
        say(server, "live:a", '{"kind":"note"}')
        assert b"note" in await gathered(stream, 20)

    play(server, story)


def test_no_stream_begins_while_redis_is_away(server: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_hub, "CONFIRM_SECONDS", 0.3)

    async def story(hub: Hub) -> None:
        server.stop()
        with pytest.raises(Unavailable):
            await joined(hub, "live:a")
        server.start(subprocess.DEVNULL)
        async with asyncio.timeout(SOON):
            while True:
                try:
                    stream = await joined(hub, "live:a")
                    break
                except Unavailable:
                    continue
        say(server, "live:a", '{"kind":"note"}')
        assert b"note" in await gathered(stream, 20)

    play(server, story)


def test_a_sender_that_lost_events_makes_every_stream_of_the_channel_fetch_anew(server: Valkey) -> None:
    async def story(hub: Hub) -> None:
        stream, other = await joined(hub, "live:a"), await joined(hub, "live:b")
        say(server, "live:a", '{"kind":"resync"}')
        assert (await stream.next(SOON)) == Batch(True, b"")
        assert await other.next(0.1) == Batch(False, b"")

    play(server, story)


def test_losing_access_ends_all_streams_of_that_member_and_nobody_elses(server: Valkey) -> None:
    async def story(hub: Hub) -> None:
        first, second = [await joined(hub, "live:a", member="leaver") for _ in range(2)]
        stays = await joined(hub, "live:a", member="stays")
        first.put(b"data: {}\n\n")
        say(server, "live:a", '{"kind":"access","member":"leaver"}', '{"kind":"note"}')
        assert await stays.next(SOON) == Batch(False, b'data: {"kind":"note"}\n\n')
        assert first.ended
        assert second.ended
        assert not stays.ended
        assert await first.next(0.05) == Batch(False, b"")  # not even what had been waiting

    play(server, story)


def test_the_oldest_stream_makes_room_when_a_member_has_too_many(
    server: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_streams, "STREAMS_PER_MEMBER", 2)

    async def story(hub: Hub) -> None:
        first, second, third = [await joined(hub, "live:a") for _ in range(3)]
        somebody_else = await joined(hub, "live:a", member="other")
        assert [s.ended for s in (first, second, third, somebody_else)] == [True, False, False, False]
        say(server, "live:a", '{"kind":"note"}')
        assert await third.next(SOON) == Batch(False, b'data: {"kind":"note"}\n\n')

    play(server, story)


def test_a_channel_can_be_left_and_joined_again_at_once(server: Valkey) -> None:
    async def story(hub: Hub) -> None:
        for _ in range(20):
            stream = await joined(hub, "live:a")
            hub.leave(stream)
            hub.leave(stream)
        stream = await joined(hub, "live:a")
        await asyncio.sleep(0.05)
        say(server, "live:a", '{"kind":"note"}')
        assert b"note" in await gathered(stream, 20)

    play(server, story)


def test_redis_is_not_asked_for_channels_that_nobody_listens_to(server: Valkey) -> None:
    async def story(hub: Hub) -> None:
        hub.leave(await joined(hub, "live:a"))
        await asyncio.gather(*hub._tasks)
        await asyncio.sleep(0.05)
        with redis.Redis.from_url(server.url) as client:
            assert client.pubsub_numsub("live:a") == [(b"live:a", 0)]

    play(server, story)


@pytest.mark.parametrize("nonsense", ["", "not json", "[]", "{}", '{"kind":["a"]}'])
def test_something_unreadable_on_a_channel_is_left_out(server: Valkey, nonsense: str) -> None:
    async def story(hub: Hub) -> None:
        stream = await joined(hub, "live:a")
        say(server, "live:a", nonsense)
        say(server, "live:a", '{"kind":"note"}')
        assert await stream.next(SOON) == Batch(False, b'data: {"kind":"note"}\n\n')

    play(server, story)
