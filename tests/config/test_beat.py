"""However many clocks run, each task is rung once; and the clock's own time does not matter."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from celery.beat import ScheduleEntry
from celery.schedules import crontab, schedule
from django.db import connections
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from config.beat import OnceScheduler, take
from config.celery import app
from tenancy.models import ClockTick

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clocks(tmp_path):
    """Two of them, with schedules of their own."""
    return [OnceScheduler(app=app, schedule_filename=str(tmp_path / name), lazy=True) for name in ("one", "two")]


def entry(every):
    return ScheduleEntry(name="heartbeat", task="config.tasks.heartbeat", schedule=every, app=app)


def test_the_workers_and_beat_use_this_clock():
    assert app.conf.beat_scheduler == "config.beat:OnceScheduler"


@pytest.mark.parametrize("every", [schedule(10), crontab(minute="0")])
def test_two_clocks_ring_once(clocks, redis_client, every):
    for clock in clocks:
        clock.apply_entry(entry(every))
    assert redis_client.llen("celery") == 1
    ClockTick.objects.update(ticked_at=F("ticked_at") - timedelta(minutes=2))
    for clock in clocks:
        clock.apply_entry(entry(every))
    assert redis_client.llen("celery") == 2


def test_eight_at_the_same_instant_ring_once():
    barrier = threading.Barrier(8)

    def ring(_):
        barrier.wait()
        try:
            return take("sweep", timedelta(seconds=5))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(ring, range(8))) == [False] * 7 + [True]


def test_a_clock_that_is_an_hour_wrong_rings_neither_more_nor_less():
    assert take("sweep", timedelta(seconds=5))
    for wrong in (1, -1):
        with time_machine.travel(timezone.now() + timedelta(hours=wrong), tick=True):
            assert not take("sweep", timedelta(seconds=5))


def test_a_ring_in_the_future_does_not_silence_the_clock():
    """The database's own clock was set back."""
    take("sweep", timedelta(seconds=5))
    ClockTick.objects.update(ticked_at=Now() + timedelta(hours=1))
    assert take("sweep", timedelta(seconds=5))


def test_tasks_do_not_keep_each_other_from_ringing():
    assert take("one", timedelta(minutes=1))
    assert take("two", timedelta(minutes=1))


def test_without_the_database_nothing_rings_and_the_clock_goes_on(monkeypatch):
    from django.db import OperationalError, connection

    def away():
        raise OperationalError("the server is not there")

    monkeypatch.setattr(connection, "cursor", away)
    assert take("sweep", timedelta(seconds=5)) is False


def test_a_full_disk_does_not_stop_the_clock(tmp_path):
    class Full(dict):
        def sync(self):
            raise OSError(28, "No space left on device")

    clock = OnceScheduler(app=app, schedule_filename=str(tmp_path / "full"), lazy=True)
    clock._store = Full()
    clock.sync()
