"""Fetching a customer's picture from Twilio.

The address stands in a webhook, and whoever can sign one could name any address; so it is taken apart, never asked:

* first hop: only a file of this line's own account at Twilio's API (an exact pattern), with the line's credentials
* further hops: only Twilio's stores, over https on the usual port, never with credentials
* redirects are followed here, one at a time, at most `MAX_REDIRECTS`
* the answer is read in pieces and given up at the limit, whatever it announced; packed answers are refused, because a
  small one can unpack to anything

Sources: twilio.com/docs/messaging/api/media-resource; help.twilio.com article 223183748: a file that is protected by
HTTP authentication lies at mms.twiliocdn.com for some hours, one from before that was switched on in Twilio's bucket
at s3-external-1.amazonaws.com. The types: twilio.com/docs/messaging/guides/accepted-mime-types.
"""

import asyncio
import re
from urllib.parse import SplitResult, urljoin, urlsplit

import aiohttp
from yarl import URL

from texting.providers.base import Media, MediaFile, MediaProblem, MediaRefused, ProviderError
from texting.providers.twilio_errors import failure, lost_answer, unreachable
from texting.providers.twilio_http import HOST, checked_base, is_on_this_machine

MAX_REDIRECTS = 3
IN_FLIGHT = 4  # files in memory at the same time
REDIRECTS = frozenset({301, 302, 303, 307, 308})
OPEN_STORE, OPEN_STORE_BUCKET = "s3-external-1.amazonaws.com", "/media.twiliocdn.com/"

_STORE = re.compile(r"(?:[a-z0-9-]+\.)+twiliocdn\.com")
_PLAIN = re.compile(r"[!-~]{1,4096}")  # visible ASCII: no space, no control character, nothing to fold
_HEX = "[0-9a-fA-F]{32}"
_FILE = re.compile(rf"/2010-04-01/Accounts/(AC{_HEX})/Messages/[SM]M{_HEX}/Media/ME{_HEX}")
_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+_-]{0,100}")
_FAMILIES = ("image/", "audio/", "video/")
_NO_PICTURE = frozenset({"image/svg+xml", "image/svg"})  # a document with scripts
_DOCUMENTS = frozenset(
    f"text/{kind}" for kind in ("plain", "vcard", "x-vcard", "x-vcalendar", "calendar", "directory", "csv", "rtf")
) | {"application/pdf", "application/vcard", "application/rtf"}
_SAYS_NOTHING = frozenset({"", "application/octet-stream", "binary/octet-stream"})


class MediaFetcher:
    """Files of one line over one open session, which must neither unpack answers nor keep cookies."""

    def __init__(self, session: aiohttp.ClientSession, *, base_url: str, account: str, authorization: str) -> None:
        self._session = session
        self._base = urlsplit(checked_base(base_url))
        self._account = account
        self._authorization = authorization
        self._free = asyncio.Semaphore(IN_FLIGHT)

    async def fetch(self, media: Media, *, limit: int) -> MediaFile:
        """Raises NotAccepted only."""
        url = self._at_the_api(media.url)
        headers = {"Authorization": self._authorization}
        async with self._free:
            for _ in range(MAX_REDIRECTS + 1):
                answer = await self._ask(url, headers, media, limit)
                if isinstance(answer, MediaFile):
                    return answer
                url, headers = self._in_a_store(urljoin(url, answer)), {}
        raise lost_answer(changes=False)

    async def _ask(self, url: str, headers: dict[str, str], media: Media, limit: int) -> MediaFile | str:
        """One request: the file, or where it is said to be instead."""
        failed: ProviderError
        try:
            async with self._session.get(
                URL(url, encoded=True),
                headers={**headers, "Accept-Encoding": "identity"},
                allow_redirects=False,
            ) as answer:
                location = answer.headers.get("Location", "")
                if answer.status in REDIRECTS and location:
                    return location
                if answer.status == 200:
                    return await _read(answer, media, limit)
                failed = _refusal(answer, at_the_api=bool(headers))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            failed = unreachable()
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            failed = lost_answer(changes=False)
        raise failed  # outside the handlers: the library's exception, which names the address, is not its context

    def _at_the_api(self, url: str) -> str:
        """The address on our base, if it is a file of this account. The host that it names is not asked."""
        parts = _parts(url)
        named = _FILE.fullmatch(parts.path)
        if _origin(parts) not in {("https", HOST, 443), _origin(self._base)} or named is None or parts.query:
            raise _foreign()
        if named[1] != self._account:
            raise _foreign()
        return f"{self._base.scheme}://{self._base.netloc}{self._base.path}{parts.path}"

    def _in_a_store(self, url: str) -> str:
        parts = _parts(url)
        scheme, host, port = _origin(parts)
        local = self._base.scheme == "http" and is_on_this_machine(self._base.hostname or "")
        if local and scheme == "http" and is_on_this_machine(host):
            return url  # a stand-in that the operator has put in Twilio's place
        bucket = parts.path.startswith(OPEN_STORE_BUCKET) and not re.search(r"/\.|%2e|%2f", parts.path, re.IGNORECASE)
        is_store = _STORE.fullmatch(host) or (host == OPEN_STORE and bucket)
        if (scheme, port) != ("https", 443) or not is_store:
            raise _foreign()
        return url


async def _read(answer: aiohttp.ClientResponse, media: Media, limit: int) -> MediaFile:
    content_type = _content_type(answer.headers.get("Content-Type", ""), media.content_type)
    if answer.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise MediaRefused(MediaProblem.WRONG_TYPE, "The provider sent the file packed, which was not asked for.")
    if (answer.content_length or 0) > limit:
        answer.close()
        raise _too_large(limit)
    content = bytearray()
    async for chunk in answer.content.iter_chunked(65_536):
        content += chunk
        if len(content) > limit:
            answer.close()
            raise _too_large(limit)
    if not content:
        raise _not_there()
    return MediaFile(content_type, bytes(content))


def _content_type(said: str, announced: str) -> str:
    """What the answer says, or the webhook where the answer says nothing. Raises MediaRefused."""
    kinds = [text.partition(";")[0].strip().lower() for text in (said, announced)]
    kind = kinds[1] if kinds[0] in _SAYS_NOTHING else kinds[0]
    carried = kind in _DOCUMENTS or (kind.startswith(_FAMILIES) and kind not in _NO_PICTURE)
    if not carried or not _TYPE.fullmatch(kind):
        raise MediaRefused(MediaProblem.WRONG_TYPE, "The file is of a type that no text carries.")
    return kind


def _refusal(answer: aiohttp.ClientResponse, *, at_the_api: bool) -> ProviderError:
    """A store refuses when a short-lived address has run out: asking the API again gives a new one."""
    if answer.status in {404, 410} or (not at_the_api and 400 <= answer.status < 500):
        return _not_there()
    return failure(status=answer.status, answer=None, retry_after=answer.headers.get("Retry-After", ""), changes=False)


def _parts(url: str) -> SplitResult:
    """The address taken apart. Raises MediaRefused for one that two readers could understand differently."""
    if not _PLAIN.fullmatch(url) or "\\" in url:
        raise _foreign()
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises when it is no number
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    if parts.scheme not in {"https", "http"} or not parts.hostname or "@" in parts.netloc or parts.fragment:
        raise _foreign()
    return parts


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _foreign() -> MediaRefused:
    return MediaRefused(MediaProblem.FOREIGN_ADDRESS, "The address of the file is not one of the provider's.")


def _not_there() -> MediaRefused:
    return MediaRefused(MediaProblem.NOT_THERE, "The provider does not have the file, or not yet.")


def _too_large(limit: int) -> MediaRefused:
    return MediaRefused(MediaProblem.TOO_LARGE, f"The file is larger than {limit} bytes.")
