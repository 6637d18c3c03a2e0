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
from texting.live import hub, streams
from texting.live.hub import PAUSED, Hub, Unavailable
from texting.live.streams import PING, RESYNC_FRAME, Stream

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


class Reader:
    """A browser's stream and what was written to it. While `stuck` it takes nothing."""

    def __init__(self, *channels: str, member: str = "m") -> None:
        self.stream = Stream(member=member, channels=channels)
        self.body = b""
        self.came = asyncio.Event()
        self.free = asyncio.Event()
        self.free.set()

    async def write(self, body: bytes) -> None:
        if not self.free.is_set():
            await self.free.wait()
        self.body += body
        self.came.set()

    async def got(self, expected: bytes) -> None:
        """Wait until exactly this has been written since the last look."""
        async with asyncio.timeout(SOON * 3):
            while len(self.body) < len(expected):
                self.came.clear()
                await self.came.wait()
        assert self.body == expected
        self.body = b""


async def joined(hub: Hub, *channels: str, member: str = "m") -> Reader:
    reader = Reader(*channels, member=member)
    await hub.join(reader.stream)
    reader.stream.open(reader.write)
    await reader.got(RESYNC_FRAME)
    return reader


def frame(event: str) -> bytes:
    return f"data: {event}\n\n".encode()


NOTE = '{"kind":"note"}'
MESSAGE = '{"kind":"message"}'


def test_an_event_reaches_the_streams_of_its_channel_and_no_others(server: Valkey) -> None:
    async def story(hub: Hub) -> None:
        ours, also_ours, theirs = [await joined(hub, name) for name in ("live:a", "live:a", "live:b")]
        say(server, "live:a", MESSAGE)
        await ours.got(frame(MESSAGE))
        await also_ours.got(frame(MESSAGE))
        say(server, "live:b", NOTE)
        await theirs.got(frame(NOTE))

    play(server, story)


def test_a_stream_on_two_channels_hears_both(server: Valkey) -> None:
    async def story(hub: Hub) -> None:
        reader = await joined(hub, "live:a", "live:b")
        say(server, "live:a", MESSAGE)
        say(server, "live:b", NOTE)
        await reader.got(frame(MESSAGE) + frame(NOTE))

    play(server, story)


def test_every_event_arrives_once_and_in_order(server: Valkey) -> None:
    events = [f'{{"kind":"message","n":{n}}}' for n in range(200)]

    async def story(hub: Hub) -> None:
        reader, slow = await joined(hub, "live:a"), await joined(hub, "live:a")
        slow.free.clear()
        with redis.Redis.from_url(server.url) as client:
            for n in range(0, 100, 2):
                client.publish("live:a", f"{events[n]}\n{events[n + 1]}")
            await reader.got(b"".join(map(frame, events[:100])))
            slow.free.set()
            await slow.got(b"".join(map(frame, events[:100])))
            for event in events[100:]:
                client.publish("live:a", event)
        await slow.got(b"".join(map(frame, events[100:])))

    play(server, story)


def test_a_browser_that_reads_too_slowly_fetches_anew_instead_of_getting_old_events(
    server: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "BACKLOG", 5)

    async def story(hub: Hub) -> None:
        slow, quick = await joined(hub, "live:a"), await joined(hub, "live:a")
        slow.free.clear()
        for n in range(8):
            say(server, "live:a", f'{{"kind":"message","n":{n}}}')
            await quick.got(frame(f'{{"kind":"message","n":{n}}}'))
        slow.free.set()
        # The first was being written when the others came; of these nothing is left but the order to fetch anew.
        await slow.got(frame('{"kind":"message","n":0}') + RESYNC_FRAME + frame('{"kind":"message","n":7}'))

    play(server, story)


def test_a_browser_that_takes_nothing_is_given_up_at_the_second_ping(server: Valkey) -> None:
    async def story(hub: Hub) -> None:
        reader = await joined(hub, "live:a")
        reader.stream.ping()
        await reader.got(PING)
        reader.free.clear()
        reader.stream.ping()
        assert not reader.stream.over.done()
        reader.stream.ping()
        assert reader.stream.over.done()
        reader.free.set()
        await asyncio.sleep(0.05)
        assert reader.body == b""  # what was being written is not finished later

    play(server, story)


@pytest.mark.parametrize("error", [OSError("gone"), RuntimeError("a mistake")])
def test_a_browser_that_cannot_be_written_to_is_nobody_elses_trouble(server: Valkey, error: Exception) -> None:
    async def story(hub: Hub) -> None:
        broken, well = await joined(hub, "live:a"), await joined(hub, "live:a")

        async def fail(_: bytes) -> None:
            raise error

        broken.stream.open(fail)
        say(server, "live:a", NOTE)
        await well.got(frame(NOTE))
        assert broken.stream.over.done()

    play(server, story)


def test_streams_live_through_a_restart_of_redis_and_are_told_to_fetch_anew(server: Valkey) -> None:
    async def story(hub: Hub) -> None:
        stream, other = await joined(hub, "live:a"), await joined(hub, "live:b")
        server.stop()
        await stream.got(PAUSED)
        server.start(subprocess.DEVNULL)
        await stream.got(RESYNC_FRAME)
        await other.got(PAUSED + RESYNC_FRAME)
        say(server, "live:a", NOTE)
        await stream.got(frame(NOTE))

    play(server, story)


def test_a_redis_that_goes_silent_counts_as_lost(server: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "IDLE_SECONDS", 0.2)
    monkeypatch.setattr(hub, "CONFIRM_SECONDS", 0.3)
    assert server.child is not None
    pid = server.child.pid

    async def story(hub: Hub) -> None:
        stream = await joined(hub, "live:a")
        os.kill(pid, signal.SIGSTOP)
        try:
            await stream.got(PAUSED)
            with pytest.raises(Unavailable):
                await joined(hub, "live:b")
        finally:
            os.kill(pid, signal.SIGCONT)
        await stream.got(RESYNC_FRAME)
        say(server, "live:a", NOTE)
        await stream.got(frame(NOTE))

    play(server, story)


def test_no_stream_begins_while_redis_is_away(server: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "CONFIRM_SECONDS", 0.3)

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
        say(server, "live:a", NOTE)
        await stream.got(frame(NOTE))

    play(server, story)


def test_a_sender_that_lost_events_makes_every_stream_of_the_channel_fetch_anew(server: Valkey) -> None:
    async def story(hub: Hub) -> None:
        stream, other = await joined(hub, "live:a"), await joined(hub, "live:b")
        say(server, "live:a", '{"kind":"resync"}')
        await stream.got(RESYNC_FRAME)
        say(server, "live:b", NOTE)
        await other.got(frame(NOTE))

    play(server, story)


def test_losing_access_ends_all_streams_of_that_member_and_nobody_elses(server: Valkey) -> None:
    async def story(hub: Hub) -> None:
        first, second = [await joined(hub, "live:a", member="leaver") for _ in range(2)]
        stays = await joined(hub, "live:a", member="stays")
        first.free.clear()
        say(server, "live:a", MESSAGE)
        await stays.got(frame(MESSAGE))
        say(server, "live:a", '{"kind":"access","member":"leaver"}', NOTE)
        await stays.got(frame(NOTE))
        first.free.set()
        await asyncio.sleep(0.05)
        assert [one.stream.over.done() for one in (first, second, stays)] == [True, True, False]
        assert first.body == b""  # not even what had been waiting
        assert second.body == frame(MESSAGE)

    play(server, story)


def test_the_oldest_stream_makes_room_when_a_member_has_too_many(
    server: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "STREAMS_PER_MEMBER", 2)

    async def story(hub: Hub) -> None:
        first, second, third = [await joined(hub, "live:a") for _ in range(3)]
        somebody_else = await joined(hub, "live:a", member="other")
        assert [one.stream.over.done() for one in (first, second, third, somebody_else)] == [True, False, False, False]
        say(server, "live:a", NOTE)
        await third.got(frame(NOTE))

    play(server, story)


def test_a_channel_can_be_left_and_joined_again_at_once(server: Valkey) -> None:
    async def story(hub: Hub) -> None:
        for _ in range(20):
            stream = await joined(hub, "live:a")
            hub.leave(stream.stream)
            hub.leave(stream.stream)
        stream = await joined(hub, "live:a")
        await asyncio.sleep(0.05)
        say(server, "live:a", NOTE)
        await stream.got(frame(NOTE))

    play(server, story)


def test_redis_is_not_asked_for_channels_that_nobody_listens_to(server: Valkey) -> None:
    async def story(hub: Hub) -> None:
        hub.leave((await joined(hub, "live:a")).stream)
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
        say(server, "live:a", NOTE)
        await stream.got(frame(NOTE))

    play(server, story)
