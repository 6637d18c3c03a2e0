"""The calls to one line's provider: one keep-alive session for all batches of a turn, two of which may be under way.

It lives in a thread of its own, which never touches the database. An error is a result like others.
"""

import asyncio
import logging
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import AsyncExitStack
from typing import Self
from uuid import UUID

from texting.models import Line
from texting.preparing import Prepared, clock
from texting.providers.base import (
    Credentials,
    NotAccepted,
    OutcomeUnknown,
    Provider,
    ProviderError,
    ProviderSession,
    SendResult,
)
from texting.providers.registry import provider_for
from texting.statuses import ErrorKind

log = logging.getLogger("parley.delivery")

AT_ONCE = 100  # requests to a provider; no adapter lets more through, and whoever waits there is not looked at again

Result = SendResult | ProviderError


class ProviderConnection:
    """Opened when the first text is ready, closed with the turn."""

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread: threading.Thread | None = None
        self._open, self._opening = AsyncExitStack(), asyncio.Lock()
        self._session: ProviderSession | None = None
        self._free = asyncio.Semaphore(AT_ONCE)
        return self

    def __exit__(self, *error: object) -> None:
        if self._thread is not None:
            asyncio.run_coroutine_threadsafe(self._open.aclose(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()

    def send(self, line: Line, prepared: Sequence[Prepared]) -> "Future[list[Result]]":
        """Hand over a batch, all at the same time."""
        if not prepared:
            return _done([])
        try:
            provider = provider_for(line.provider, Credentials.from_json(line.credentials))
        except Exception as error:
            return _done([_not_opened(line.pk, error) for _ in prepared])
        if self._thread is None:
            self._thread = threading.Thread(target=self._loop.run_forever, name="provider", daemon=True)
            self._thread.start()
        return asyncio.run_coroutine_threadsafe(self._send_all(line.pk, provider, prepared), self._loop)

    async def _send_all(self, line_id: UUID, provider: Provider, prepared: Sequence[Prepared]) -> list[Result]:
        try:
            async with self._opening:
                if self._session is None:
                    self._session = await self._open.enter_async_context(provider.open_session())
        except Exception as error:
            return [_not_opened(line_id, error) for _ in prepared]
        return await send_all(self._session, prepared, self._free)


async def send_all(session: ProviderSession, prepared: Sequence[Prepared], free: asyncio.Semaphore) -> list[Result]:
    """All of them, as many at a time as `free` lets through."""
    return list(await asyncio.gather(*(_send(session, item, free) for item in prepared)))


async def _send(session: ProviderSession, item: Prepared, free: asyncio.Semaphore) -> Result:
    """One text. A slow provider may make it wait for the others so long that the gate has to be asked again."""
    try:
        async with free:
            if clock() > item.until:
                return NotAccepted(ErrorKind.TRANSIENT, retry=True, meaning="The worker was held up.")
            return await session.send(item.outbound)
    except ProviderError as error:
        return error
    except Exception as error:  # a bug of ours or of the SDK must not lose the rest of the batch
        log.error("send_broke", extra={"text": str(item.claim.message_id), "error": type(error).__name__})
        return OutcomeUnknown(meaning="The adapter broke off.")


def _not_opened(line_id: UUID, error: Exception) -> ProviderError:
    """Nothing has left: without its credentials a line cannot even begin."""
    log.error("line_not_opened", extra={"line": str(line_id), "error": type(error).__name__})
    return NotAccepted(ErrorKind.AUTH, retry=False, provider_code="credentials")


def _done(results: list[Result]) -> "Future[list[Result]]":
    future: Future[list[Result]] = Future()
    future.set_result(results)
    return future
