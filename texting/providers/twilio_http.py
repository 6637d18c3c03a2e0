"""The way to Twilio: the SDK's transport, over one keep-alive session of ours.

The SDK's own asynchronous client (9.13) keeps the last answer on the object, so that requests at the same time can get
each other's answers (seen without pooled connections), ignores the time-out it is made with, logs addresses with
account ids and phone numbers, and drops the Retry-After header. This one logs nothing, keeps nothing, retries nothing,
follows no redirect, reaches one host only, reads a bounded answer within bounded time, and turns every failure into the
errors of `base.py` itself, so that no exception with an address in it ever exists.
"""

import base64
import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from ipaddress import ip_address
from urllib.parse import urlencode, urlsplit, urlunsplit

import aiohttp
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from yarl import URL

from texting.providers.base import ProviderError
from texting.providers.twilio_errors import failure, lost_answer, unreachable

HOST = "api.twilio.com"
MAX_ANSWER_BYTES = 1_048_576  # a list of 200 texts is about 200 kB
_HEADERS = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
TOTAL_MARGIN = 2.0  # seconds beyond connecting and reading after which a dripping answer is given up


@asynccontextmanager
async def connections(
    *, connect: float, read: float, total: float | None = None, unpack: bool = True
) -> AsyncIterator[aiohttp.ClientSession]:
    """Keep-alive connections without cookies, proxies of the environment, or a limit that could pass for a time-out.

    `connect` covers looking the name up, connecting and TLS; `read` each wait for more of the answer; `total` the whole
    answer (usually one wait and a bit); all in seconds. `unpack` undoes an answer's Content-Encoding.
    """
    limits = aiohttp.ClientTimeout(
        total=total or connect + read + TOTAL_MARGIN, connect=connect, sock_connect=connect, sock_read=read
    )
    async with aiohttp.ClientSession(
        timeout=limits,
        connector=aiohttp.TCPConnector(limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=unpack,
    ) as session:
        yield session


def checked_base(base_url: str) -> str:
    """The address that replaces Twilio's. Plain http is for this machine only: the requests carry the line's secret."""
    if not base_url:
        return f"https://{HOST}"
    parts = urlsplit(base_url)
    local = is_on_this_machine(parts.hostname or "")
    if parts.scheme not in {"https", "http"} or not parts.hostname or (parts.scheme == "http" and not local):
        raise ValueError("A base URL must be https, or http on this machine.")
    return base_url.rstrip("/")


def is_on_this_machine(host: str) -> bool:
    """Whether the name or address of a host is the loopback one."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def basic_authorization(name: str, secret: str) -> str:
    """The value of the header for HTTP's basic authentication."""
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


class QuietHttpClient(AsyncHttpClient):  # type: ignore[misc]  # the SDK has no types
    """One request at a time for the SDK, many at a time over the shared session."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str) -> None:
        super().__init__(logging.getLogger(__name__), True, None)  # the SDK wants a logger; nothing here writes to it
        self._session = session
        self._base = urlsplit(checked_base(base_url))

    async def request(  # noqa: PLR0917 - the SDK's signature
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - not used: the session's limits hold for every request
        allow_redirects: bool = False,
    ) -> Response:
        """Send one request. Returns a success (an object in JSON, or nothing) or raises ProviderError.

        Creating a text is the one request that may not be repeated; deleting and emptying one come to the same twice.
        """
        changes = method == "POST" and urlsplit(uri).path.endswith("/Messages.json")
        sent = dict(headers or {})
        if auth:
            sent["Authorization"] = basic_authorization(*auth)
        status, body, _ = await self._answered(method, self._rebased(uri, params or {}), data, sent, changes=changes)
        return Response(status, body)

    async def create(
        self, account: str, authorization: str, form: Mapping[str, object], *, what: str = "Messages"
    ) -> dict[str, object]:
        """Create one text or call: what the SDK's `create` asks, without its objects, and the answer as it came.

        They took a third of a delivery's time on the way. Raises ProviderError as `request` does.
        """
        address = f"https://{HOST}/2010-04-01/Accounts/{account}/{what}.json"
        headers = {**_HEADERS, "Authorization": authorization}
        _, _, answer = await self._answered("POST", self._rebased(address, {}), form, headers, changes=True)
        if not isinstance(answer, dict):
            raise lost_answer(changes=True)
        return answer

    async def _answered(
        self, method: str, url: str, data: Mapping[str, object] | None, headers: Mapping[str, str], *, changes: bool
    ) -> tuple[int, str, object]:
        """(HTTP status, body, the body read as JSON) of a success. Raises ProviderError for everything else."""
        failed: ProviderError
        try:
            status, body, retry_after = await self._exchange(method, url, data, headers)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            failed = unreachable()
        except (aiohttp.ClientError, TimeoutError, OSError):
            failed = lost_answer(changes=changes)
        else:
            answer = _json(body)
            if (200 <= status < 300 and isinstance(answer, dict)) or (status == 204 and method == "DELETE"):
                return status, body, answer
            failed = failure(status=status, answer=answer, retry_after=retry_after, changes=changes)
        raise failed  # outside the handlers: the library's exception, which names the address, is not its context

    async def _exchange(
        self,
        method: str,
        url: str,
        data: Mapping[str, object] | None,
        headers: Mapping[str, str],
    ) -> tuple[int, str, str]:
        """(HTTP status, body, Retry-After). An answer that is too large is cut off, and then is no JSON."""
        form = urlencode(data, doseq=True).encode() if data else None
        async with self._session.request(
            method, URL(url, encoded=True), data=form, headers=headers, allow_redirects=False
        ) as answer:
            body = bytearray()
            async for chunk in answer.content.iter_chunked(65_536):
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    answer.close()
                    break
            return answer.status, body.decode("utf-8", "replace"), answer.headers.get("Retry-After", "")

    def _rebased(self, uri: str, params: dict[str, object]) -> str:
        """The address on our base; whatever the SDK or an answer of Twilio names, no other host is ever asked."""
        parts = urlsplit(uri)
        if parts.scheme != "https" or parts.hostname != HOST:
            raise ValueError("The request was not for the provider's API.")
        query = "&".join(part for part in (parts.query, urlencode(params, doseq=True)) if part)
        return urlunsplit((self._base.scheme, self._base.netloc, self._base.path + parts.path, query, ""))


def _json(text: str) -> object:
    try:
        answer: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return answer
