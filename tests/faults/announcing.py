"""A worker dies in the middle of an announcement; two others go on with it."""

import time
from collections import Counter

from tenancy.isolation import activate
from tests.faults.intents import Desk, new_number
from tests.faults.running import System
from texting.announcements import running, working, writing
from texting.announcements.audiences import Audience
from texting.announcements.writing import Written
from texting.models import Announcement, AnnouncementRecipient, Message
from texting.purposes import Purpose

PEOPLE, BEFORE = 250, 50  # more than two of a worker's own batches, and what is queued when it comes


def die_in_the_middle_of_an_announcement(system: System, desk: Desk) -> tuple[Announcement, list[str]]:
    """It is checked and begun; its worker is killed with a batch queued, not committed. Returns it and the numbers."""
    system.kill("worker")
    numbers = [new_number() for _ in range(PEOPLE)]
    desk.meet(numbers)
    with activate(desk.organization):
        told = Written("Closed", desk.line, Purpose.ALERT, Audience(), "We are closed on Friday.")
        row = writing.write(member=desk.owner, written=told)
        running.check(member=desk.owner, row=row)
    while working.work(desk.organization.pk, row.pk):
        pass
    with activate(desk.organization):
        running.start(member=desk.owner, row=row)
    assert working.work(desk.organization.pk, row.pk, seconds=0, batch=BEFORE)
    system.start_worker(CRASH_AT="before_announced_commit")
    system.wait_for_crash("worker")
    with activate(desk.organization):
        assert Message.objects.filter(announcement=row).count() == BEFORE, "what was not committed never was"
    return row, numbers


def finish_with_two_workers(system: System, desk: Desk, row: Announcement) -> None:
    """Nobody rings: their clocks find what is unfinished."""
    system.start_worker()
    system.start_worker("second")
    end = time.monotonic() + 180
    while state_of(desk, row) != "finished":
        assert time.monotonic() < end, f"nobody finishes it: {outcomes(desk, row)} {system.log()}"
        time.sleep(0.5)


def state_of(desk: Desk, row: Announcement) -> str:
    """As it is now."""
    with activate(desk.organization):
        return Announcement.objects.get(pk=row.pk).state


def outcomes(desk: Desk, row: Announcement) -> Counter[str]:
    """How many recipients are in which state."""
    with activate(desk.organization):
        return Counter(AnnouncementRecipient.objects.filter(announcement=row).values_list("state", flat=True))
