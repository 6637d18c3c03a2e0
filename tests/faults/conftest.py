"""Real processes that are killed, real servers that fail, and a provider that does what a test tells it to.

Like journeys these tests commit what they make. Their worker must not meet the journeys', which would take their texts
and ask the real provider: `system` ends with its module, and of what a module made nothing is left.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from tests import emptying
from tests.faults import moves, oracle, running
from tests.faults.intents import Desk, open_desk
from tests.faults.running import System
from tests.kept import ALIASES


@pytest.fixture(scope="module", autouse=True)
def _nothing_is_left(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    yield
    with django_db_blocker.unblock():
        for alias in ALIASES:
            emptying.empty(alias)


@pytest.fixture(scope="module")
def system(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Web and worker run; a test may kill them, the next one finds them whole."""
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.flushdb()
    with django_db_blocker.unblock():
        moves.keep()
        folder: Path = tmp_path_factory.mktemp("faults")
        with running.system(folder) as made:
            yield made
        moves.forget()
        _close()


@pytest.fixture
def desk(system: System, django_db_blocker: Any) -> Iterator[Desk]:
    """An organization of its own; afterwards everything runs again and the oracle is asked."""
    with django_db_blocker.unblock():
        system.whole()
        made = open_desk(system.far_end)
        yield made
        _close()


@pytest.fixture
def holds(system: System, desk: Desk) -> Any:
    """Call it when the faults are over: everything runs again, and all that must hold does."""

    def ask(**how: Any) -> None:
        system.whole()
        oracle.wait_until_quiet(desk, system.far_end)
        broken = oracle.judge(desk, system.far_end, **how)
        assert not broken, "\n".join([*broken, "", system.log()])

    return ask


def _close() -> None:
    from django.db import connections

    connections.close_all()
