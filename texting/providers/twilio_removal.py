"""Letting Twilio forget a text.

Twilio keeps texts for about 400 days unless they are deleted. Deleting one deletes its files as well; redacting one
empties its body and leaves its files, so they are deleted one by one. Both are refused (409, error 20009) until the
text has reached its end, which usually takes minutes and in rare cases days.

Sources: twilio.com/docs/messaging/api/message-resource and .../media-resource, twilio.com/docs/api/errors/20009,
help.twilio.com article 223133687 (files go with their text since 14 October 2020).
"""

from collections.abc import Mapping
from typing import Any, Protocol

from texting.providers.base import NotAccepted
from texting.providers.twilio_webhooks import MAX_MEDIA

GONE = frozenset({"20404", "http_404"})


class Ask(Protocol):
    """How the session calls the SDK."""

    async def __call__(self, call: Any, arguments: Mapping[str, object], *, changes: bool) -> Any: ...


async def delete(ask: Ask, text: Any) -> None:
    """`text` is the SDK's handle of one text. Raises NotAccepted only."""
    await _unless_gone(ask, text.delete_async, {})


async def redact(ask: Ask, text: Any) -> None:
    """The files first: while one is left, another try finds the body untouched and begins anew."""
    for file in await _unless_gone(ask, text.media.list_async, {"limit": MAX_MEDIA}) or []:
        await _unless_gone(ask, file.delete_async, {})
    await _unless_gone(ask, text.update_async, {"body": ""})


async def _unless_gone(ask: Ask, call: Any, arguments: Mapping[str, object]) -> Any:
    try:
        return await ask(call, arguments, changes=False)
    except NotAccepted as error:
        if error.provider_code not in GONE:
            raise
    return None
