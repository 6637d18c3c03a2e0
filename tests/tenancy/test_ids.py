"""Ids grow with time, never repeat, and say nothing but when they were made."""

import threading
import time

from tenancy import ids
from tenancy.ids import new_id


def test_an_id_is_a_uuid_of_version_7_that_tells_the_time(monkeypatch):
    monkeypatch.setattr(ids, "_last_ms", 0)  # other tests may have travelled ahead, and ids never go back
    before = time.time_ns() // 1_000_000
    made = new_id()
    after = time.time_ns() // 1_000_000
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert before <= made.int >> 80 <= after + 10, "at most a few milliseconds ahead, when many were made at once"


def test_ids_of_one_process_grow_strictly_even_faster_than_the_clock():
    made = [new_id() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_ids_grow_when_the_clock_goes_back(monkeypatch):
    first = new_id()
    monkeypatch.setattr(ids.time, "time_ns", lambda: 1_000_000_000_000_000_000)
    assert new_id() > first


def test_threads_never_make_the_same_id():
    made: list[list] = []

    def make() -> None:
        made.append([new_id() for _ in range(5000)])

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len({each for batch in made for each in batch}) == 20_000
    assert all(batch == sorted(batch) for batch in made)
