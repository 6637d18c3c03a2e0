"""An announcement whose worker is killed again and again, at moments that nobody chose."""

import math
import random
import time
from collections import Counter
from collections.abc import Callable

from tenancy.isolation import activate
from tests.faults.intents import Desk, new_number
from tests.faults.running import System
from texting.announcements import running, working, writing
from texting.announcements.audiences import Audience
from texting.announcements.writing import Written
from texting.models import Announcement, AnnouncementRecipient, Message
from texting.purposes import Purpose

LONGEST = 180.0  # seconds on a busy machine, for one step and for what is left


def begin(system: System, desk: Desk, people: int) -> tuple[Announcement, list[str]]:
    """One that is checked and started while no worker lives; it, and the numbers of whoever gets it."""
    system.kill("worker")
    numbers = [new_number() for _ in range(people)]
    desk.meet(numbers)
    with activate(desk.organization):
        told = Written("Closed", desk.line, Purpose.ALERT, Audience(), "We are closed on Friday.")
        row = writing.write(member=desk.owner, written=told)
        running.check(member=desk.owner, row=row)
    while working.work(desk.organization.pk, row.pk):
        pass
    with activate(desk.organization):
        running.start(member=desk.owner, row=row)
    return row, numbers


def die_with_a_batch_queued(system: System, desk: Desk, row: Announcement) -> None:
    """A worker dies when its first batch is written and not committed."""
    system.start_worker(CRASH_AT="before_announced_commit")
    system.wait_for_crash("worker")
    assert not _queued(desk, row), "what was not committed never was"


def kill_again_and_again(system: System, desk: Desk, row: Announcement, *, times: int, seed: int) -> None:
    """Each worker dies some way further than the one before, wherever it is then.

    How far each comes is a share of what is left to be queued or to be handed over, and some milliseconds more. None
    comes to the end: what is killed when all is over has shown nothing.
    """
    print(f"killed by seed {seed}")
    chance = random.Random(seed)  # noqa: S311 - moments of a test, to be had again
    with activate(desk.organization):
        people = AnnouncementRecipient.objects.filter(announcement=row, state="ready").count()
    before = len(system.far_end.truth)
    for left in range(times, 0, -1):
        queued, taken = _queued(desk, row), len(system.far_end.truth) - before
        by_queued = queued < people and chance.random() < 0.5
        begun = queued if by_queued else taken
        goal = min(begun + int((people - begun) * chance.uniform(0.05, 0.9) / left), people - 2)
        system.start_worker()
        _wait(system, desk, row, lambda by=by_queued, goal=goal: _came(system, desk, row, before, by) > goal)
        time.sleep(chance.uniform(0.0, 0.12))
        system.kill("worker")
        assert _is_on(desk, row), "it was killed after the end"


def finish(system: System, desk: Desk, row: Announcement, *, workers: int) -> None:
    """By workers whom nobody rings: their clocks find what is unfinished."""
    for name in ("worker", "second")[:workers]:
        system.start_worker(name)
    _wait(system, desk, row, lambda: not _is_on(desk, row))


def reached(system: System, numbers: list[str]) -> dict[str, int]:
    """How often the provider has a text to each of them, by its own ledger."""
    ours = set(numbers)
    return dict(Counter(one.to for one in list(system.far_end.truth) if one.to in ours))


def outcomes(desk: Desk, row: Announcement) -> Counter[str]:
    """How many recipients are in which state."""
    with activate(desk.organization):
        return Counter(AnnouncementRecipient.objects.filter(announcement=row).values_list("state", flat=True))


def texts_of(desk: Desk, row: Announcement) -> int:
    """How many texts it has, each counted once with its recipient."""
    with activate(desk.organization):
        texts = Message.objects.filter(announcement=row)
        assert texts.count() == texts.values("contact").distinct().count(), "somebody has two"
        return texts.count()


def _queued(desk: Desk, row: Announcement) -> int:
    with activate(desk.organization):
        return Message.objects.filter(announcement=row).count()


def _came(system: System, desk: Desk, row: Announcement, before: int, by_queued: bool) -> float:
    """How far it is: texts that are queued, or that the provider has; further than anything when it is finished."""
    if not _is_on(desk, row):
        return math.inf
    return _queued(desk, row) if by_queued else len(system.far_end.truth) - before


def _is_on(desk: Desk, row: Announcement) -> bool:
    with activate(desk.organization):
        return Announcement.objects.get(pk=row.pk).state != Announcement.State.FINISHED


def _wait(system: System, desk: Desk, row: Announcement, is_over: Callable[[], bool]) -> None:
    end = time.monotonic() + LONGEST
    while not is_over():
        assert time.monotonic() < end, f"nobody goes on: {outcomes(desk, row)} {system.log()}"
        time.sleep(0.02)
