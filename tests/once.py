"""What takes long to make: made once for the tests of a module, in a transaction around theirs."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from copy import deepcopy
from typing import Any, TypeVar

import pytest
import redis
from django.db import transaction

Made = TypeVar("Made")


def made_once(build: Callable[[], Made]) -> tuple[Any, Any]:
    """Two fixtures for a module: what holds the rows while its tests run, and what gives each test its own copy of what
    `build` returned, and Redis as that left it. Each test's own changes end with it, as always.

        _kept, scenery = made_once(lambda: Scenery(...))

    The first has to be called `_kept` in the module, since the second asks for it.
    """

    @pytest.fixture(scope="module")
    def _kept(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Made, dict[bytes, bytes]]]:
        from tenancy.encryption import keyring
        from tests.conftest import ALIASES, at_midday

        keyring.forget_everything()
        with redis.Redis.from_url(os.environ["REDIS_URL"]) as client, django_db_blocker.unblock():
            client.flushdb()
            outer = ExitStack()
            for alias in ALIASES:
                block = transaction.atomic(using=alias)
                block._from_testcase = True  # type: ignore[attr-defined]  # as those of Django's own test case
                outer.enter_context(block)
            with pytest.MonkeyPatch.context() as patch:
                at_midday(patch)
                made = build()
            in_redis = {name: client.dump(name) for name in client.scan_iter()}
        yield made, in_redis
        with django_db_blocker.unblock():
            for alias in ALIASES:
                transaction.set_rollback(True, using=alias)
            outer.close()

    @pytest.fixture
    def own(db: None, redis_client: redis.Redis, _kept: tuple[Made, dict[bytes, bytes]]) -> Made:
        made, in_redis = _kept
        for name, value in in_redis.items():
            redis_client.restore(name, 0, value)
        return deepcopy(made)

    return _kept, own
