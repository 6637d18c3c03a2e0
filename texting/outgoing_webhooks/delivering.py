"""The sender: claims deliveries, calls endpoints, records what came of it.

Calls run side by side in an event loop on a thread of its own, so a slow endpoint holds up nobody; everything that
touches the database stays on the task's thread, before and after the calls, and no transaction is open during one.
"""

import asyncio
import contextlib
import logging
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Self

from django.utils import timezone

from tenancy import egress
from texting.models import WebhookDue
from texting.outgoing_webhooks import queue, slots
from texting.outgoing_webhooks.preparing import Prepared, prepare
from texting.outgoing_webhooks.recording import Result, record

log = logging.getLogger("parley.webhooks")

MOST_AT_ONCE = 50  # calls of one sender
TURN_SECONDS = 40.0  # then a new task goes on, so that a worker that is to stop is not held up
LOOK_EVERY = 0.5  # seconds between looks for new work while calls are under way

Running = Future[Result]


def sweep() -> int:
    """Ring when something is due. Returns 1 then."""
    if WebhookDue.objects.filter(due_at__lte=timezone.now()).exists():
        queue.ring()
        return 1
    return 0


def send_due() -> int:
    """Make deliveries until none is due or the turn is over. Returns how many calls were made."""
    slot = slots.take()
    if slot is None:  # both look for new work all the time
        return 0
    queue.answer_bell()
    calls, end = 0, time.monotonic() + TURN_SECONDS
    try:
        with _Caller() as caller:
            under_way: dict[Running, Prepared] = {}
            while True:
                slots.keep(slot)
                if time.monotonic() < end:
                    for item in prepare(queue.claim(MOST_AT_ONCE - len(under_way))):
                        under_way[caller.start(item)] = item
                if not under_way:
                    break
                done, _ = wait(under_way, timeout=LOOK_EVERY, return_when=FIRST_COMPLETED)
                record([(under_way.pop(future), future.result()) for future in done])
                calls += len(done)
    finally:
        slots.free(slot)
    if time.monotonic() >= end:
        queue.ring()
    return calls


class _Caller:
    """An event loop on a thread of its own."""

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="webhooks", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        with contextlib.suppress(RuntimeError):
            self._loop.run_until_complete(_cancel_all())
        self._loop.close()

    def start(self, item: Prepared) -> Running:
        return asyncio.run_coroutine_threadsafe(_call(item), self._loop)


async def _cancel_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _call(item: Prepared) -> Result:
    """Never raises: a bug of ours must not lose the other results."""
    started, clock = timezone.now(), time.monotonic()
    answer: egress.Answer | None = None
    failure = ""
    try:
        answer = await egress.call(egress.address(item.url), headers=item.headers, body=item.body)
    except egress.EgressFailed as failed:
        failure = failed.failure.value
    except egress.EgressRefused as refused:
        failure = refused.reason.value
    except Exception as error:
        log.error("call_broke", extra={"delivery": str(item.claim.delivery_id), "error": type(error).__name__})
        failure = "broke"
    return Result(started, round((time.monotonic() - clock) * 1000), answer, failure)
