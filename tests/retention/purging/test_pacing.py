"""How fast a purge goes: at once while nobody else asks the database for anything, else half of the time."""

import psycopg
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from config.embedded.postgres import APP
from retention.kinds import Kind
from retention.purging import ending, pacing, running
from retention.purging.pacing import Pace, next_size
from tenancy.isolation import activate
from texting.models import Message

from .conftest import LONG_AGO, set_days

SECONDS = st.floats(min_value=0, max_value=60)


@given(size=st.integers(pacing.FEWEST, pacing.MOST), took=SECONDS)
def test_a_batch_keeps_near_its_time_and_ends_all_the_same(size, took):
    found = next_size(size, took)
    assert pacing.FEWEST <= found <= min(pacing.MOST, 2 * size)
    assert found == pacing.FEWEST or found * took / size <= pacing.A_BATCH * 1.05


@given(ticks=st.lists(st.floats(min_value=0.001, max_value=10), min_size=1, max_size=9), served=st.booleans())
def test_it_rests_as_long_as_it_worked_where_anybody_was_served(ticks, served):
    rested: list[float] = []
    asked: list[float] = []
    clock = iter([0.0, *(moment for tick in ticks for moment in (0.0, tick))])
    pace = Pace(sleep=rested.append, is_asked=lambda took: asked.append(took) or served, clock=lambda: next(clock))
    for _tick in ticks:
        pace.begin()
        pace.rest()
    assert asked == ticks, "it asks about the time of the batch, no longer"
    assert rested == ([min(tick, pacing.LONGEST_REST) for tick in ticks] if served else [])


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
    end = ending._end
    address = {key: value for key, value in connection.get_connection_params().items() if key in _ADDRESS}
    with psycopg.connect(**address, user=APP, autocommit=True) as other:

        def end_while_somebody_is_served(column, rows, at):
            end(column, rows, at)
            if column.model is Message:
                other.execute("SELECT 1")

        monkeypatch.setattr(ending, "_end", end_while_somebody_is_served)
        assert running.run_nights()["failed"] == 0
    assert len(rested) == len(texts)


_ADDRESS = ("dbname", "host", "port", "password")
