"""What takes long to make and many tests start from: made once, kept in a transaction around theirs.

    desk = kept(make_desk)

    @kept_upon("desk")
    def talk(desk): ...

A test that asks for `desk` gets its own copy of what `make_desk` returned, its rows and Redis as that left them; what
the test changes ends with it, as always. One that asks for `talk` starts from both. `tests/conftest.py` brings tests
with the same start together and says when to begin and to end it.
"""

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from copy import deepcopy
from inspect import Parameter, Signature
from typing import Any, TypeVar

import pytest
import redis
from django.db import connections, transaction

Made = TypeVar("Made")
Build = Callable[..., Any]
Start = tuple[Build, ...]
"""What makes the first, what makes the second out of it, and so on."""

ALIASES = ("default", "keys")
SECONDS = 10.0
"""What the database calls now is when its transaction began, so that must not be long ago, unless it took long."""
_BUILDS: dict[Any, tuple[Build, str]] = {}
"""By the fixture's function: how it is made, and the name of the fixture that it is made out of, if it is."""


def kept(build: Callable[[], Made], *, needs: str = "") -> Any:
    """A fixture that gives each test a start of its own, after that fixture. With real commits it is made anew."""

    @pytest.fixture
    def own(request: pytest.FixtureRequest, db: None, redis_client: redis.Redis) -> Made:
        if needs:
            request.getfixturevalue(needs)
        return _start.given(_chain(own._get_wrapped_function(), request.node), redis_client, build)

    _BUILDS[own._get_wrapped_function()] = (build, "")
    return own


def kept_upon(name: str) -> Callable[[Callable[[Any], Made]], Any]:
    """A fixture that is made out of the kept fixture of that name alone, and is kept together with it. Of other
    fixtures it may need nothing: it is made before those of a test."""

    def grow(build: Callable[[Any], Made]) -> Any:
        def own(request: pytest.FixtureRequest, redis_client: redis.Redis, db: None, **under: Any) -> Made:
            return _start.given(_chain(own, request.node), redis_client, lambda: build(under[name]))

        names = ("request", "db", name, "redis_client")  # pytest reads them before any test runs
        own.__signature__ = Signature(Parameter(one, Parameter.KEYWORD_ONLY) for one in names)  # type: ignore[attr-defined]
        _BUILDS[own] = (build, name)
        return pytest.fixture(own)

    return grow


def start_of(item: pytest.Item) -> Start | None:
    """What a test is to start from, if that can be kept for it."""
    marker = item.get_closest_marker("django_db")
    names = getattr(item, "fixturenames", [])  # in their order, which is the same in every process
    if (marker and marker.kwargs.get("transaction")) or "transactional_db" in names:
        return None
    found: Start = ()
    for name in names:
        for definition in _definitions(item).get(name, ())[-1:]:
            start = _chain(definition.func, item)
            if len(start) > len(found) and start[: len(found)] == found:
                found = start
    return found or None


def _chain(function: Any, item: pytest.Item) -> Start:
    """How a fixture is made from its first beginning; () when that is not kept."""
    build, under = _BUILDS.get(function, (None, ""))
    if build is None or not under:
        return (build,) if build else ()
    definitions = _definitions(item).get(under, ())
    below = _chain(definitions[-1].func, item) if definitions else ()
    return (*below, build) if below else ()


def _definitions(item: pytest.Item) -> Any:
    return item._fixtureinfo.name2fixturedefs if hasattr(item, "_fixtureinfo") else {}


class _Start:
    """What stands in the open transaction of this process, if any does."""

    def __init__(self) -> None:
        self.start: Start | None = None
        self._made: list[Any] = []  # by each build of the start
        self._given: list[Any] | None = None  # the running test's copies of those
        self._redis: dict[bytes, bytes] = {}
        self._keys: list[Any] = []
        self._outer = ExitStack()
        self._until = 0.0

    def ready(self, start: Start | None) -> None:
        """Let this stand, and nothing else."""
        self._given = None
        if self.start is not None and (start != self.start or time.monotonic() > self._until or not _whole()):
            self.end()
        if start is not None and self.start is None:
            try:
                self._begin(start)
            except Exception:
                self.end()  # `given` makes it anew, and so the test that asked for it is told what is wrong

    def given(self, start: Start, redis_client: redis.Redis, build: Callable[[], Made]) -> Made:
        """A copy of what was made, with Redis and the keys in this process as that left them."""
        if self.start is None or not start or self.start[: len(start)] != start:
            return build()
        if self._given is None:
            for name, value in self._redis.items():
                redis_client.restore(name, 0, value)
            for held, then in zip(_held_keys(), self._keys, strict=True):
                held.update(then)
            self._given = deepcopy(self._made)
        return self._given[len(start) - 1]  # type: ignore[no-any-return]

    def _begin(self, start: Start) -> None:
        from tests.conftest import at_midday, forget_in_memory

        begun = time.monotonic()
        forget_in_memory()
        with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
            client.flushdb()
            for alias in ALIASES:
                block = transaction.atomic(using=alias)
                block._from_testcase = True  # as those of Django's own test case
                self._outer.enter_context(block)
            with pytest.MonkeyPatch.context() as patch:
                at_midday(patch)
                self._made = [start[0]()]
                for build in start[1:]:
                    self._made.append(build(self._made[-1]))
            self._keys = [held.copy() for held in _held_keys()]
            self._redis = {name: client.dump(name) for name in client.scan_iter()}
        self.start, self._until = start, time.monotonic() + max(SECONDS, 100 * (time.monotonic() - begun))

    def end(self) -> None:
        """Nothing of it is left."""
        self.start, self._made, self._given = None, [], None
        whole = _whole()
        for alias in ALIASES:
            if whole:
                transaction.set_rollback(True, using=alias)
            else:
                connections[alias].close()
        try:
            self._outer.close()
        except Exception:
            if whole:
                raise


def _whole() -> bool:
    """Whether the transactions are still open and of use."""
    ours = [connections[alias] for alias in ALIASES]
    return all(one.in_atomic_block and not one.needs_rollback and one.connection is not None for one in ours)


def _held_keys() -> tuple[Any, Any]:
    """What this process holds of data keys."""
    from tenancy.encryption.keyring import _cache

    return _cache._keys, _cache._current


_start = _Start()
ready = _start.ready
