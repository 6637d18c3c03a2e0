"""What every test stands on: migrated databases, the role without rights of its own, an empty Redis."""

import gc
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import redis
from hypothesis import settings as hypothesis_settings

from tests.kept import ALIASES, ready, start_of

# A busy machine is slow, not broken: growth of time has tests of its own (tests/scaling.py).
hypothesis_settings.register_profile("parley", deadline=None)
hypothesis_settings.load_profile("parley")

JOURNEYS = Path(__file__).parent / "journeys"
FAULTS = Path(__file__).parent / "faults"
ENDED = pytest.StashKey[int]()
START = pytest.StashKey[Any]()
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "django_db_serialized_rollback"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a database get both; those that start from the same come together; those with a running system come
    last, because its worker would sweep up other tests' rows, and the longest of them first, so that no processor waits
    long for another at the end."""
    starts: dict[Any, int] = {}
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker is not None or DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())):
            arguments = {"databases": list(ALIASES)} | (marker.kwargs if marker else {})
            item.add_marker(pytest.mark.django_db(**arguments), append=False)
        start = item.stash[START] = start_of(item)
        if start is not None:
            starts.setdefault(start, len(starts))
    last = len(starts)
    items.sort(
        key=lambda item: (
            (JOURNEYS in item.path.parents) * 2 or FAULTS in item.path.parents,
            item.get_closest_marker("long") is None,
            starts.get(item.stash[START], last),
        )
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """What other tests started from is gone before anything of this one is made."""
    if item.stash[START] is None:
        with _unblocked(item):
            ready(None)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> Any:
    """What the test starts from stands before its own transaction begins."""
    if fixturedef.argname == "_django_db_helper" and request.node.stash[START] is not None:
        with _unblocked(request.node):
            ready(request.node.stash[START])
    return (yield)


def _unblocked(item: pytest.Item) -> Any:
    from pytest_django.plugin import blocking_manager_key

    return item.config.stash[blocking_manager_key].unblock()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any
) -> Iterator[None]:
    """Both databases, also for journeys, which carry no marker. Migrations run as the owner of the tables; every test
    runs as the app role, so row security holds in tests."""
    from django.db import connections
    from django.test.utils import setup_databases, teardown_databases

    from config.embedded.postgres import APP, OWNER
    from config.embedded.roles import let_app_tidy
    from tests import emptying

    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases=ALIASES, serialized_aliases=())
        keys = connections["keys"].settings_dict
        let_app_tidy(Path(keys["HOST"]), keys["NAME"])
        emptying.by_deleting()
        _connect_as(APP)
    yield
    with django_db_blocker.unblock():
        ready(None)
        emptying.close()
        _connect_as(OWNER)
        teardown_databases(made, verbosity=0)


def _connect_as(role: str) -> None:
    """For this process and for the commands that tests start."""
    from django.db import connections

    for alias, variable in zip(ALIASES, ("DATABASE_URL", "KEYS_DATABASE_URL"), strict=True):
        connection = connections[alias]
        connection.close()
        connection.close_pool()  # its connections would go on as the other role
        connection.settings_dict["USER"] = role
        name, host = connection.settings_dict["NAME"], quote(connection.settings_dict["HOST"], safe="")
        os.environ[variable] = f"postgresql://{role}@/{name}?host={host}"


@pytest.fixture(scope="session", autouse=True)
def _tidy_up_seldom() -> Iterator[None]:
    """Looking for what only circles keep alive takes a tenth of the time when it is done as often as Python would."""
    gc.collect()
    gc.freeze()
    gc.disable()
    yield
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Every so many tests is enough; what is still there then stays, and is not looked at again."""
    ended = item.session.stash.get(ENDED, 0) + 1
    item.session.stash[ENDED] = ended
    if ended % 250 == 0:
        gc.collect()
        gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _contexts_of_pages_only() -> None:
    """Django keeps a copy of what each template was drawn with, for tests to look at; nobody looks at those of our
    pieces, of which a page has hundreds."""
    from django.test import client

    keep = client.store_rendered_templates

    def of_pages(store: dict[str, Any], signal: Any, sender: Any, template: Any, context: Any, **more: Any) -> None:
        if not (template.name or "").startswith("components/"):
            keep(store, signal, sender, template, context, **more)

    client.store_rendered_templates = of_pages


@pytest.fixture(scope="session", autouse=True)
def _live_events_by_our_redis() -> None:
    """A process keeps its first connection for live events: it must not be one of a test in which Redis is away."""
    from texting.live import events

    events.publisher()


@pytest.fixture
def redis_client() -> Iterator[redis.Redis]:
    """The run's own Redis, emptied before the test."""
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.flushdb()
        yield client


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """A password costs a tenth of a second on purpose, and tests ask for one more than a thousand times. The steps stay
    the same ones; `test_passwords` looks at what the product sets."""
    from tests.quick_passwords import quick

    with quick():
        yield


@pytest.fixture(autouse=True)
def _empty_redis(request: pytest.FixtureRequest) -> None:
    """Throttles, caches and queues of one test must not reach the next; journeys share a running system and keep it."""
    if request.node.get_closest_marker("django_db") and "live_system" not in request.fixturenames:
        request.getfixturevalue("redis_client")


@pytest.fixture(autouse=True)
def _ids_of_now() -> Iterator[None]:
    """Ids of one process only grow, so a test that travelled in time would leave them in the future: what is made later
    would seem newer than what a running system beside it makes.
    """
    yield
    ids = sys.modules.get("tenancy.ids")
    if ids is not None and ids._last_ms > time.time_ns() // 1_000_000:
        ids._last_ms = 0


@pytest.fixture(autouse=True)
def _forget(request: pytest.FixtureRequest) -> None:
    """Keys that another test made went with its transaction; those of the installation have the same name in all."""
    if request.node.get_closest_marker("django_db"):
        forget_in_memory()


def forget_in_memory() -> None:
    """What a process remembers of an organization for some seconds, and which tests of the same one must not share."""
    from tenancy.encryption import keyring
    from texting.outgoing_webhooks import publishing
    from texting.queries import searching
    from texting.webhooks import hearing

    keyring.forget_everything()
    publishing._without_endpoints.clear()
    searching._known.clear()
    hearing._noted.clear()


@pytest.fixture(autouse=True)
def _midday(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Quiet hours are judged for a summer Wednesday at which it is day from Honolulu to Berlin, so that no test depends
    on the hour it runs at. Tests about the hours set the time themselves. Real processes have a real clock, so tests
    with a running system have it as well, and customers for whom it is midday (`tests.midday`).
    """
    if JOURNEYS not in request.node.path.parents and "system" not in request.fixturenames:
        at_midday(monkeypatch)


def at_midday(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quiet hours are judged for that moment."""
    from datetime import UTC, datetime

    midday = datetime(2026, 7, 15, 18, 30, tzinfo=UTC)  # 2:30 pm in New York, 8:30 am in Honolulu
    monkeypatch.setattr("compliance.send_policies.here.now", lambda: midday)


@pytest.fixture
def authority(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An authority that is believed, and this machine may be called.

    A busy machine is slow, not broken: the usual times are not tried with it.
    """
    from tenancy.egress import calling
    from tests.tls import Authority

    monkeypatch.setattr(calling, "CONNECT_SECONDS", 30.0)
    monkeypatch.setattr(calling, "ANSWER_SECONDS", 60.0)
    made = Authority(tmp_path)
    settings.EGRESS_LOOPBACK, settings.EGRESS_CA_FILE = True, str(made.file)
    return made
