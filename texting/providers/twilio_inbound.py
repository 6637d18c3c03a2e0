"""The texts that customers sent to one number, from Twilio's list: for those whose webhook never reached us."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from texting.providers.base import Inbound, Media, NotAccepted
from texting.providers.twilio_http import HOST
from texting.providers.twilio_webhooks import MAX_MEDIA
from texting.statuses import ErrorKind

PAGE = 200  # texts; such a page has about 200 kB
LIMIT = 10_000  # texts of one line in one look

Ask = Callable[..., Awaitable[Any]]  # `TwilioSession._ask`


class InboundList:
    """One look at the list. `texts` is the SDK's handle of the account's texts, `account` its SID."""

    def __init__(self, ask: Ask, texts: Any, account: str) -> None:
        self._ask, self._texts, self._account = ask, texts, account

    async def read(self, number: str, *, since: datetime, until: datetime) -> list[Inbound]:
        """Oldest first. Read newest first and page by page until a text is too old, since the list filters by whole
        days (in GMT) only; it is compared here, and its filters are not relied on.
        """
        first_day = (since.astimezone(UTC) - timedelta(days=1)).date().isoformat()
        ask, arguments = self._texts.page_async, {"to": number, "date_sent_after": first_day, "page_size": PAGE}
        texts: dict[str, Any] = {}  # by id: a text that comes while we read moves the others to the next page
        while len(texts) < LIMIT:
            page, found = await self._ask(_page, {"ask": ask, "arguments": arguments}, changes=False)
            texts |= {text.sid: text for text in found if _is_from_customer(text, number, since, until)}
            oldest = min((text.date_created for text in found if text.date_created), default=since)
            if oldest < since or not page.next_page_url:
                break
            ask, arguments = page.next_page_async, {}
        if len(texts) >= LIMIT:
            raise NotAccepted(ErrorKind.INVALID_REQUEST, retry=False, meaning="There are more texts than can be read.")
        in_order = sorted(texts.values(), key=lambda text: (text.date_created, text.sid))
        return [await self._inbound(text, number) for text in in_order]

    async def _inbound(self, text: Any, number: str) -> Inbound:
        files = await self._files(text) if _number(text.num_media) else ()
        return Inbound(
            provider_message_id=text.sid,
            from_=str(text.from_),
            to=number,
            body=str(text.body or ""),
            media=files,
            event_id=text.sid,
            sent_at=text.date_created,
        )

    async def _files(self, text: Any) -> tuple[Media, ...]:
        """A text's files. When they are gone from the list, they are still counted."""
        try:
            listed = await self._ask(self._texts(text.sid).media.list_async, {"limit": MAX_MEDIA}, changes=False)
        except NotAccepted as error:
            if error.retry:
                raise
            listed = []
        folder = f"https://{HOST}/2010-04-01/Accounts/{self._account}/Messages/{text.sid}/Media"
        found = [Media(str(file.content_type), f"{folder}/{file.sid}") for file in listed if _is_id(file.sid, "ME")]
        missing = min(_number(text.num_media), MAX_MEDIA) - len(found)
        return (*found, *(Media("application/octet-stream", "") for _ in range(missing)))


async def _page(*, ask: Any, arguments: Mapping[str, object]) -> tuple[Any, list[Any]]:
    """A page of a list and what is on it; reading it is a part of the call, since the SDK parses only then."""
    page = await ask(**arguments)
    return page, list(page)


def _is_from_customer(text: Any, number: str, since: datetime, until: datetime) -> bool:
    """Another line's text would be stored, and answered, by this one. Twilio's times are whole seconds."""
    return (
        str(text.direction) == "inbound"
        and text.to == number
        and text.date_created is not None
        and since.replace(microsecond=0) <= text.date_created <= until
        and (_is_id(text.sid, "SM") or _is_id(text.sid, "MM"))
    )


def _is_id(value: object, kind: str) -> bool:
    if not isinstance(value, str) or len(value) != 34 or not value.startswith(kind):
        return False
    return all(c in "0123456789abcdefABCDEF" for c in value[2:])


def _number(count: object) -> int:
    return int(count) if isinstance(count, str) and count.isascii() and count.isdigit() else 0
