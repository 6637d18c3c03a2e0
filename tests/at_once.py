"""Several things in the same moment, each in a thread with connections of its own."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections


def at_once(*works: Callable[[], Any], seconds: float = 60) -> list[Any]:
    """What each returned, or the error that it raised, in their order. They wait for each other before they begin.

    Fails when one has not ended after `seconds`.
    """
    together = threading.Barrier(len(works))
    found: list[Any] = [None] * len(works)

    def run(at: int) -> None:
        try:
            together.wait(20)
            found[at] = works[at]()
        except BaseException as error:
            found[at] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(at,), daemon=True) for at in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
        assert not thread.is_alive(), "one did not end"
    return found


def errors_of(found: list[Any]) -> list[BaseException]:
    """The errors among them."""
    return [one for one in found if isinstance(one, BaseException)]
