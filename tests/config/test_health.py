"""What a machine is told that asks whether the system works."""

import re
import time

import pytest
from django.test import Client

from config import health, heartbeat
from config.heartbeat import Part
from config.tasks import heartbeat as heartbeat_task

pytestmark = pytest.mark.django_db


@pytest.fixture
def everything_works(redis_client):
    for part in Part:
        heartbeat.note(part)


def test_a_process_lives_without_asking_any_other_part(django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = Client().get("/health/live")
    assert answer.status_code == 200
    assert answer.json() == {"live": True}
    assert "no-store" in answer["Cache-Control"]


def test_the_system_is_ready_when_every_part_works(everything_works):
    answer = Client().get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "checks": {"database": "ok", "keys database": "ok", "redis": "ok", "worker": "ok", "clock": "ok"},
        "notes": {
            "mail": "ok",
            "restore drill": "none has passed yet; run manage.py restore_drill",
            "destroyed keys": "what they left was never written over; run manage.py tidy_keys",
        },
    }


def test_without_a_worker_the_system_is_not_ready(redis_client):
    heartbeat.note(Part.CLOCK)
    answer = Client().get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["ready"] is False
    assert answer.json()["checks"]["worker"] == "gave no sign of life"
    assert answer.json()["checks"]["clock"] == "ok"


def test_a_part_that_fell_silent_is_named(redis_client):
    heartbeat.note(Part.WORKER)
    redis_client.set(Part.CLOCK, repr(time.time() - 500))
    answer = Client().get("/health/ready")
    assert answer.status_code == 503
    # Seconds pass on a busy machine between writing and reading.
    assert re.fullmatch(r"gave its last sign of life 5\d\d seconds ago", answer.json()["checks"]["clock"])


def test_a_missing_migration_makes_the_system_unready(everything_works, monkeypatch):
    from django.db import connections

    monkeypatch.setattr(health, "_migrated", set())
    with connections["keys"].cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'tenancy'")
        assert cursor.rowcount
    answer = Client().get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "ok"
    assert "migrations are missing" in answer.json()["checks"]["keys database"]


def test_without_redis_the_system_is_not_ready(settings):
    settings.REDIS_URL = "unix:///nonexistent/valkey.sock"
    heartbeat._client.cache_clear()
    try:
        heartbeat.note(Part.WORKER)  # says nothing and does not fail
        checks = Client().get("/health/ready").json()["checks"]
    finally:
        heartbeat._client.cache_clear()
    assert checks["redis"] == "does not answer"
    assert checks["worker"] == "unknown, Redis does not answer"
    assert checks["database"] == "ok"


def test_the_clocks_task_is_its_sign_of_life(redis_client):
    assert heartbeat.silence(Part.CLOCK) is None
    heartbeat_task()
    assert heartbeat.silence(Part.CLOCK) < 5


def test_only_reading_is_answered():
    assert Client().post("/health/ready").status_code == 405


def test_each_worker_says_which_queues_it_empties(redis_client):
    heartbeat.note_worker("one@here", ("celery",))
    heartbeat.note_worker("two@there", ("celery", "bulk"))
    found = heartbeat.workers()
    assert [(one.name, one.queues) for one in found] == [("one@here", ("celery",)), ("two@there", ("celery", "bulk"))]
    assert all(one.silence < 5 for one in found)
    assert heartbeat.silence(Part.WORKER) < 5


def test_a_worker_that_is_long_gone_is_forgotten(redis_client):
    redis_client.hset(heartbeat.WORKERS, "gone@there", '{"at": 1, "queues": []}')
    assert heartbeat.workers() == []
    assert not redis_client.exists(heartbeat.WORKERS)
