"""What kills every worker that begins with it is given up like what breaks."""

import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from tenancy.isolation import activate
from tests.compliance.test_killed import die
from tests.texting.announcements.many import act, checked, customers, fresh, states, work
from tests.texting.desk import busy_desk
from texting.announcements import breaking, running, working
from texting.models import Announcement, AnnouncementRecipient

__all__ = ["busy_desk"]

_WORK = "from texting.announcements import working; working.work(UUID('{}'), UUID('{}'))"


def long_ago(desk, row, **more) -> None:
    """Whoever has begun has done so a while ago, and no pause is left."""
    with activate(desk.organization):
        was = timezone.now() - timedelta(minutes=1)
        Announcement.objects.filter(pk=row.pk, begun_at__isnull=False).update(begun_at=was)
        Announcement.objects.filter(pk=row.pk).update(again_at=None, **more)


def test_a_killed_worker_is_counted_and_the_last_one_pauses_it(busy_desk):
    desk = busy_desk
    customers(desk, 1, 2)
    row = checked(desk)
    act(desk, running.start, row)
    code = _WORK.format(desk.organization.pk, row.pk)
    die("before_announced_commit", code)
    assert (fresh(desk, row).tries, states(desk, row)) == (0, {"ready": 2})

    long_ago(desk, row)
    assert working.work(desk.organization.pk, row.pk) is False
    counted = fresh(desk, row)
    assert (counted.tries, counted.again_at > timezone.now(), states(desk, row)) == (1, True, {"ready": 2})
    with activate(desk.organization):
        assert row.pk not in working.unfinished()

    long_ago(desk, row, tries=breaking.TRIES - 1)
    die("before_announced_commit", code)
    long_ago(desk, row)
    work(desk, row)
    stopped = fresh(desk, row)
    assert (stopped.state, stopped.why) == (Announcement.State.PAUSED, "broken")
    act(desk, running.resume, row)
    work(desk, row)
    done = fresh(desk, row)
    assert (states(desk, row), done.tries, done.begun_at) == ({"queued": 2}, 0, None)


def test_whom_another_worker_has_just_begun_with_is_left_to_that_one(busy_desk):
    desk = busy_desk
    customers(desk, 1)
    row = checked(desk)
    act(desk, running.start, row)
    assert breaking.begin(desk.organization.pk, row.pk)
    work(desk, row)
    assert (fresh(desk, row).tries, states(desk, row)) == (0, {"ready": 1}), "nobody died"


class Meanwhile:
    """Something that another worker does in a connection of its own, while this one goes on."""

    def __init__(self, desk, act) -> None:
        self.done, self.go_on = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, args=(desk, act))

    def _run(self, desk, act) -> None:
        try:
            with activate(desk.organization):
                act()
                self.done.set()
                self.go_on.wait(20)
        finally:
            connections.close_all()

    def __enter__(self):
        self._thread.start()
        assert self.done.wait(20)

    def __exit__(self, *_error) -> None:
        self.go_on.set()
        self._thread.join()


def test_whom_another_worker_was_a_moment_ahead_of_has_not_died(busy_desk, monkeypatch):
    desk = busy_desk
    customers(desk, 1, 2)
    row = checked(desk)
    act(desk, running.start, row)
    whole = working._one_batch

    def hold() -> None:
        assert Announcement.objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk).begun_at

    def late(*given):
        with Meanwhile(desk, hold):
            return whole(*given)

    monkeypatch.setattr(working, "_one_batch", late)
    assert working.work(desk.organization.pk, row.pk) is False
    monkeypatch.undo()
    assert fresh(desk, row).begun_at is None
    long_ago(desk, row)
    work(desk, row)
    assert (fresh(desk, row).tries, states(desk, row)) == (0, {"queued": 2})


def test_two_who_find_the_same_death_count_it_once(busy_desk, monkeypatch):
    desk = busy_desk
    customers(desk, 1, 2)
    row = checked(desk)
    act(desk, running.start, row)
    assert breaking.begin(desk.organization.pk, row.pk)
    long_ago(desk, row)
    both, whole = threading.Barrier(2), breaking.note

    def slow(*given) -> None:
        """Whatever counts outside of the transaction that has found it leaves time to another one."""
        with suppress(threading.BrokenBarrierError):
            both.wait(5)
        whole(*given)

    def ring() -> None:
        try:
            working.work(desk.organization.pk, row.pk)
            working.work(desk.organization.pk, row.pk)  # the first time the other one may have held it
        finally:
            connections.close_all()

    monkeypatch.setattr(breaking, "note", slow)
    threads = [threading.Thread(target=ring) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (fresh(desk, row).tries, states(desk, row)) == (1, {"ready": 2})


@pytest.mark.parametrize("state", ["paused", "finished", "draft"])
def test_who_lets_it_go_on_after_a_death_waits_for_no_pause(busy_desk, state):
    desk = busy_desk
    customers(desk, 1, 2)
    row = checked(desk)
    if state != "draft":
        act(desk, running.start, row)
    now = timezone.now()
    with activate(desk.organization):
        ended = now if state == "finished" else None
        Announcement.objects.filter(pk=row.pk).update(state=state, begun_at=now, ended_at=ended, tries=1)
        if ended:
            AnnouncementRecipient.objects.filter(announcement=row).update(state="refused", reason="broken")
    long_ago(desk, row)
    act(desk, {"paused": running.resume, "finished": running.retry, "draft": running.check}[state], row)
    again = fresh(desk, row)
    assert (again.tries, again.begun_at) == (0, None)
    work(desk, row)
    assert (fresh(desk, row).tries, states(desk, row)) == (0, {"ready" if state == "draft" else "queued": 2})


def test_a_worker_that_is_killed_while_it_takes_back_is_counted(busy_desk):
    desk = busy_desk
    customers(desk, 1, 2)
    row = checked(desk)
    act(desk, running.start, row)
    work(desk, row)
    act(desk, running.cancel, row)
    assert breaking.begin(desk.organization.pk, row.pk)
    long_ago(desk, row)
    assert working.work(desk.organization.pk, row.pk) is False
    assert (fresh(desk, row).tries, states(desk, row)) == (1, {"queued": 2})
    long_ago(desk, row)
    work(desk, row)
    done = fresh(desk, row)
    assert (states(desk, row), done.tries, done.begun_at) == ({"taken_back": 2}, 0, None)
    assert breaking.begin(desk.organization.pk, row.pk)
    assert fresh(desk, row).begun_at is None, "only the news of carriers is left"
