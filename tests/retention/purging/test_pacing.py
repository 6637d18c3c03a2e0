"""How fast a purge goes: at once while nobody else asks the database for anything, half of the time while they work."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from config.embedded.postgres import APP
from retention.kinds import Kind
from retention.purging import ending, pacing, running
from retention.purging.pacing import Others, Pace, next_size
from tenancy.isolation import activate
from texting.models import Message

from .conftest import LONG_AGO, set_days

SECONDS = st.floats(min_value=0, max_value=60)


@given(size=st.integers(pacing.FEWEST, pacing.MOST), took=SECONDS)
def test_a_batch_keeps_near_its_time_and_ends_all_the_same(size, took):
    found = next_size(size, took)
    assert pacing.FEWEST <= found <= min(pacing.MOST, 2 * size)
    assert found == pacing.FEWEST or found * took / size <= pacing.A_BATCH * 1.05


@given(ticks=st.lists(st.floats(min_value=0.001, max_value=10), min_size=1, max_size=9), found=st.sampled_from(Others))
def test_it_rests_as_others_want(ticks, found):
    rested: list[float] = []
    asked: list[float] = []
    clock = iter([0.0, *(moment for tick in ticks for moment in (0.0, tick))])

    def look(took: float) -> Others:
        asked.append(took)
        return found

    pace = Pace(sleep=rested.append, look=look, clock=lambda: next(clock))
    for _tick in ticks:
        pace.begin()
        pace.rest()
    assert asked == ticks, "it asks about the time of the batch, no longer"
    part = {Others.AT_WORK: 1.0, Others.SERVED: pacing.A_MOMENT}.get(found)
    assert rested == ([min(tick * part, pacing.LONGEST_REST) for tick in ticks] if part else [])


@pytest.mark.django_db(transaction=True)
def test_others_are_at_work_until_they_have_their_answer():
    with psycopg.connect(**_address(), user=APP, autocommit=True) as other:
        assert pacing.others(0.0) is Others.AWAY
        other.execute("SELECT 1")
        assert pacing.others(60.0) is Others.SERVED
        with ThreadPoolExecutor(1) as pool:
            asking = pool.submit(other.execute, "SELECT pg_sleep(30)")
            while not asking.done() and pacing.others(0.0) is not Others.AT_WORK:
                time.sleep(0.01)
            other.cancel_safe()
            assert isinstance(asking.exception(), psycopg.errors.QueryCanceled)
        assert pacing.others(0.0) is Others.AWAY


@pytest.fixture
def rested(monkeypatch) -> list[float]:
    found: list[float] = []
    monkeypatch.setattr(pacing.time, "sleep", found.append)
    return found


@pytest.fixture
def texts(desk, told, without_waiting):
    with activate(desk.organization):
        set_days(Kind.BODIES, 30)
    return [told("an old text", LONG_AGO) for _ in range(3)]


def test_alone_a_purge_never_rests(desk, texts, rested):
    assert running.run_nights()["failed"] == 0
    assert not rested


def test_it_rests_after_each_batch_in_which_another_session_was_served(desk, texts, rested, monkeypatch):
    monkeypatch.setattr(ending, "BATCH", 1)
    end = ending.end_of_column
    with psycopg.connect(**_address(), user=APP, autocommit=True) as other:

        def end_while_somebody_is_served(column, rows, at):
            end(column, rows, at)
            if column.model is Message:
                other.execute("SELECT 1")

        monkeypatch.setattr(ending, "end_of_column", end_while_somebody_is_served)
        assert running.run_nights()["failed"] == 0
    assert len(rested) == len(texts)


def _address() -> dict[str, Any]:
    known = ("dbname", "host", "port", "password")
    return {key: value for key, value in connection.get_connection_params().items() if key in known}
