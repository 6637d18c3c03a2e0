"""What takes long to make and many tests start from: made once, kept in a transaction around theirs.

    desk = kept(make_desk)

A test that asks for `desk` gets its own copy of what `make_desk` returned, its rows and Redis as that left them; what
the test changes ends with it, as always. `tests/conftest.py` brings tests with the same start together and says when
to begin and to end it.
"""

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from copy import deepcopy
from typing import Any, TypeVar

import pytest
import redis
from django.db import connections, transaction

Made = TypeVar("Made")
Build = Callable[[], Any]

ALIASES = ("default", "keys")
SECONDS = 10.0
"""What the database calls now is when its transaction began, so that must not be long ago, unless it took long."""
_BUILDS: dict[Any, Build] = {}  # by the fixture's function


def kept(build: Callable[[], Made], *, needs: str = "") -> Any:
    """A fixture that gives each test a start of its own, after that fixture. With real commits it is made anew."""

    @pytest.fixture
    def own(request: pytest.FixtureRequest, db: None, redis_client: redis.Redis) -> Made:
        if needs:
            request.getfixturevalue(needs)
        return _start.given(build, redis_client)

    _BUILDS[own._get_wrapped_function()] = build
    return own


def start_of(item: pytest.Item) -> Build | None:
    """What a test is to start from, if that can be kept for it."""
    marker = item.get_closest_marker("django_db")
    names = getattr(item, "fixturenames", [])  # in their order, which is the same in every process
    if (marker and marker.kwargs.get("transaction")) or "transactional_db" in names:
        return None
    definitions = item._fixtureinfo.name2fixturedefs if hasattr(item, "_fixtureinfo") else {}
    for name in names:
        for definition in definitions.get(name, ())[-1:]:
            if definition.func in _BUILDS:
                return _BUILDS[definition.func]
    return None


class _Start:
    """What stands in the open transaction of this process, if any does."""

    def __init__(self) -> None:
        self.build: Build | None = None
        self._made: Any = None
        self._redis: dict[bytes, bytes] = {}
        self._keys: list[Any] = []
        self._outer = ExitStack()
        self._until = 0.0

    def ready(self, build: Build | None) -> None:
        """Let this stand, and nothing else."""
        if self.build is not None and (build is not self.build or time.monotonic() > self._until or not _whole()):
            self.end()
        if build is not None and self.build is None:
            try:
                self._begin(build)
            except Exception:
                self.end()  # `given` makes it anew, and so the test that asked for it is told what is wrong

    def given(self, build: Callable[[], Made], redis_client: redis.Redis) -> Made:
        """A copy of what was made, with Redis and the keys in this process as that left them."""
        if self.build is not build:
            return build()
        for name, value in self._redis.items():
            redis_client.restore(name, 0, value)
        for held, then in zip(_held_keys(), self._keys, strict=True):
            held.update(then)
        return deepcopy(self._made)

    def _begin(self, build: Build) -> None:
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
                self._made = build()
            self._keys = [held.copy() for held in _held_keys()]
            self._redis = {name: client.dump(name) for name in client.scan_iter()}
        self.build, self._until = build, time.monotonic() + max(SECONDS, 100 * (time.monotonic() - begun))

    def end(self) -> None:
        """Nothing of it is left."""
        self.build, self._made = None, None
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
