"""What waits together is done together, in order, and a bad item harms nobody else."""

import asyncio
import threading
from collections.abc import Sequence

import pytest
from django.db import OperationalError

from texting.webhooks import group_commit
from texting.webhooks.group_commit import Full, GroupCommit


class Ledger:
    """Work that remembers its groups; it can be held up, and breaks on a negative number."""

    def __init__(self) -> None:
        self.groups: list[tuple[str, list[int]]] = []
        self.go = threading.Event()
        self.go.set()
        self.at_once, self.most_at_once = 0, 0

    def __call__(self, key: str, items: Sequence[int]) -> list[int]:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            assert self.go.wait(20)
            if any(item < 0 for item in items):
                raise ValueError("negative")
            self.groups.append((key, list(items)))
            return [item * 10 for item in items]
        finally:
            self.at_once -= 1


async def begun(ledger: Ledger) -> None:
    """Wait until the work has begun."""
    for _ in range(2000):
        if ledger.at_once:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the work did not begin")


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def test_what_comes_while_a_group_is_at_work_is_one_group(ledger: Ledger) -> None:
    async def story() -> list[int]:
        groups = GroupCommit(ledger, "test")
        ledger.go.clear()
        first = asyncio.create_task(groups.do("a", 1))
        await begun(ledger)
        others = [asyncio.create_task(groups.do("a", number)) for number in range(2, 8)]
        await asyncio.sleep(0)
        ledger.go.set()
        return await asyncio.gather(first, *others)

    assert asyncio.run(story()) == [10, 20, 30, 40, 50, 60, 70]
    assert ledger.groups == [("a", [1]), ("a", [2, 3, 4, 5, 6, 7])]


def test_a_bad_item_fails_alone(ledger: Ledger) -> None:
    async def story() -> list[int | BaseException]:
        groups = GroupCommit(ledger, "test")
        ledger.go.clear()
        first = asyncio.create_task(groups.do("a", 1))
        await begun(ledger)
        others = [asyncio.create_task(groups.do("a", number)) for number in (2, -1, 3)]
        await asyncio.sleep(0)
        ledger.go.set()
        return await asyncio.gather(first, *others, return_exceptions=True)

    one, two, bad, three = asyncio.run(story())
    assert (one, two, three) == (10, 20, 30)
    assert isinstance(bad, ValueError)


def test_one_key_is_never_worked_at_twice_at_the_same_time_but_two_keys_are(ledger: Ledger) -> None:
    async def story() -> None:
        groups = GroupCommit(ledger, "test")
        ledger.go.clear()
        waiting = [asyncio.create_task(groups.do("a", 1))]
        await begun(ledger)
        waiting.append(asyncio.create_task(groups.do("a", 2)))
        await asyncio.sleep(0.1)
        assert ledger.at_once == 1
        waiting.append(asyncio.create_task(groups.do("b", 3)))
        for _ in range(2000):
            if ledger.at_once == 2:
                break
            await asyncio.sleep(0.01)
        ledger.go.set()
        await asyncio.gather(*waiting)

    asyncio.run(story())
    assert ledger.most_at_once == 2
    assert [items for key, items in ledger.groups if key == "a"] == [[1], [2]]


def test_too_much_waiting_is_refused_and_later_taken_again(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "MOST_WAITING", 3)

    async def story() -> None:
        groups = GroupCommit(ledger, "test")
        ledger.go.clear()
        first = asyncio.create_task(groups.do("a", 0))
        await begun(ledger)
        waiting = [asyncio.create_task(groups.do("a", number)) for number in range(1, 4)]
        await asyncio.sleep(0)
        with pytest.raises(Full):
            await groups.do("a", 9)
        ledger.go.set()
        await asyncio.gather(first, *waiting)
        assert await groups.do("a", 9) == 90

    asyncio.run(story())


def test_a_request_that_was_given_up_does_not_disturb_its_group(ledger: Ledger) -> None:
    async def story() -> int:
        groups = GroupCommit(ledger, "test")
        ledger.go.clear()
        first = asyncio.create_task(groups.do("a", 1))
        await begun(ledger)
        given_up, kept = asyncio.create_task(groups.do("a", 2)), asyncio.create_task(groups.do("a", 3))
        await asyncio.sleep(0)
        given_up.cancel()
        ledger.go.set()
        await first
        return await kept

    assert asyncio.run(story()) == 30
    assert ledger.groups[-1] == ("a", [2, 3])


def test_while_the_database_is_away_a_group_is_not_tried_item_by_item() -> None:
    tried: list[int] = []
    gathered = threading.Event()

    def away(key: str, items: Sequence[int]) -> list[int]:
        gathered.wait(30)
        tried.append(len(items))
        raise OperationalError

    async def story() -> list[int | BaseException]:
        groups = GroupCommit(away, "test")
        waiting = [asyncio.ensure_future(groups.do("a", number)) for number in range(50)]
        await asyncio.sleep(0)  # each has joined the queue, whatever group the thread took before
        gathered.set()
        return await asyncio.gather(*waiting, return_exceptions=True)

    assert all(isinstance(answer, OperationalError) for answer in asyncio.run(story()))
    assert len(tried) <= 2 * (1 + group_commit.MOST_AWAY), "in one group or two"


def test_whoever_floods_one_line_does_not_keep_the_others_out(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "MOST_OF_ONE", 3)

    async def story() -> list[int]:
        groups = GroupCommit(ledger, "test")
        ledger.go.clear()
        first = asyncio.create_task(groups.do("a", 1))
        await begun(ledger)
        waiting = [asyncio.create_task(groups.do("a", number)) for number in (2, 3, 4)]
        await asyncio.sleep(0)
        with pytest.raises(Full):
            await groups.do("a", 5)
        other = asyncio.create_task(groups.do("b", 6))
        await asyncio.sleep(0)
        ledger.go.set()
        return await asyncio.gather(first, *waiting, other)

    assert asyncio.run(story()) == [10, 20, 30, 40, 60]
