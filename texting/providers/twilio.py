"""Twilio: sending and looking up through its SDK, webhooks read by field name.

Credentials: `account` is the SID (AC...) of the account or sub-account that has the number, `secret` its own auth token
(which signs the webhooks, whoever sends the requests), `previous_secret` the token before a change. Requests are made
with `api_key` and `api_key_secret` if there are any: an API key (SK...) of that account, or the parent account's SID
and token; otherwise with the auth token. `messaging_service` is the SID of a messaging service (MG...) if texts go
through one, and `sender_choice` is "provider" if that service chooses the number.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from aiohttp import ClientSession
from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from texting.phone_numbers import is_e164
from texting.providers import twilio_signature, twilio_webhooks
from texting.providers.base import (
    MOST_NUMBERS,
    Capabilities,
    Credentials,
    Hook,
    Inbound,
    Media,
    MediaFile,
    NotAccepted,
    Outbound,
    OwnNumber,
    ProviderError,
    ProviderSession,
    SendResult,
    StatusEvent,
)
from texting.providers.twilio_errors import lost_answer, table
from texting.providers.twilio_http import QuietHttpClient, basic_authorization, connections
from texting.providers.twilio_inbound import InboundList
from texting.providers.twilio_media import MediaFetcher
from texting.providers.twilio_removal import delete, redact
from texting.providers.twilio_requests import MAX_BODY, create_request
from texting.providers.twilio_signature import is_signed
from texting.providers.twilio_voice import TwilioVoice, call_form, call_result
from texting.providers.twilio_webhooks import FAILURES, MAX_MEDIA, STATUSES, chosen_number, status_event
from texting.providers.voice import CallResult, OutboundCall
from texting.statuses import ErrorKind

# Requests at the same time on one session: a whole batch of the outbox, which else would wait for several answers one
# after the other. Twilio limits an account's concurrency too, and says so with 429, which is tried again later.
IN_FLIGHT = 100
LIST_LIMIT = 200

# The SDK falls back to TWILIO_* variables of the environment unless it is given a mapping that is not empty.
NO_ENVIRONMENT = {"PARLEY": "1"}


class TwilioProvider(TwilioVoice):
    """One line at Twilio."""

    name: ClassVar[str] = "twilio"
    capabilities: ClassVar[Capabilities] = Capabilities(
        mms=True,
        max_body=MAX_BODY,
        max_media=MAX_MEDIA,
        idempotent_send=False,
        reports_segments=True,
        opt_out_managed=True,
        signs_webhooks=True,
        batch_webhooks=False,
        read_receipts=False,
        calls=True,
        signature_header=twilio_signature.HEADER,
    )
    connect_seconds: ClassVar[float] = 3.05
    read_seconds: ClassVar[float] = 10.0
    media_seconds: ClassVar[float] = 60.0  # for a whole file

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._account = credentials.account

    @asynccontextmanager
    async def open_session(self) -> AsyncIterator[ProviderSession]:
        """One keep-alive session; at most `IN_FLIGHT` requests at the same time."""
        connect, read = self.connect_seconds, self.read_seconds
        async with (
            connections(connect=connect, read=read) as http,
            connections(connect=connect, read=read, total=self.media_seconds, unpack=False) as files,
        ):
            yield TwilioSession(self._credentials, http, files)

    def verify_signature(self, hook: Hook) -> bool:
        """By the account's auth token, or the one before it."""
        return is_signed(hook, (self._credentials.secret, self._credentials.previous_secret))

    def parse_inbound(self, hook: Hook) -> list[Inbound]:
        """One text; the account must be this line's."""
        pool = self._credentials.messaging_service if uses_pool(self._credentials) else ""
        return [twilio_webhooks.inbound(hook, account=self._credentials.account, pool=pool)]

    def parse_status(self, hook: Hook) -> list[StatusEvent]:
        """One status change; the account must be this line's."""
        pool = uses_pool(self._credentials)
        return [twilio_webhooks.status_change(hook, account=self._credentials.account, pool=pool)]


class TwilioSession:
    """Requests of one line over one open session."""

    def __init__(self, credentials: Credentials, http: ClientSession, files: ClientSession) -> None:
        name, secret = credentials.account, credentials.secret
        if credentials.api_key:
            name, secret = credentials.api_key, credentials.api_key_secret
        self._http = QuietHttpClient(http, credentials.base_url)
        self._authorization = basic_authorization(name, secret)
        client = Client(name, secret, credentials.account, http_client=self._http, environment=NO_ENVIRONMENT)
        self._media = MediaFetcher(
            files,
            base_url=credentials.base_url,
            account=credentials.account,
            authorization=self._authorization,
        )
        self._texts = client.messages
        self._numbers = client.incoming_phone_numbers
        self._service = credentials.messaging_service
        self._account = credentials.account
        self._pool = uses_pool(credentials)
        self._free = asyncio.Semaphore(IN_FLIGHT)

    async def send(self, outbound: Outbound) -> SendResult:
        """https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource."""
        form = create_request(outbound, service=self._service, pool=self._pool)
        async with self._free:
            answer = await self._http.create(self._account, self._authorization, form)
        sid, status = answer.get("sid"), STATUSES.get(str(answer.get("status")))
        if not isinstance(sid, str) or not _is_sid(sid) or status is None:
            raise lost_answer(changes=True)
        if status in FAILURES:
            raise _failed(_error_code(answer.get("error_code")))
        sent_from = chosen_number(answer.get("from")) if self._pool else ""
        return SendResult(sid, status, _count(answer.get("num_segments")), sent_from)

    async def call(self, call: OutboundCall) -> CallResult:
        """https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource."""
        form = call_form(call)
        async with self._free:
            return call_result(await self._http.create(self._account, self._authorization, form, what="Calls"))

    async def fetch(self, provider_message_id: str) -> StatusEvent:
        """https://www.twilio.com/docs/messaging/api/message-resource#fetch-a-message-resource."""
        text = await self._ask(self._known(provider_message_id).fetch_async, {}, changes=False)
        if str(text.status) not in STATUSES:
            raise lost_answer(changes=False)
        return self._event(provider_message_id, text)

    async def numbers(self, *, only: str = "") -> list[OwnNumber]:
        """https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource#read-multiple."""
        query: dict[str, object] = {"limit": MOST_NUMBERS, "page_size": MOST_NUMBERS}
        rows = await self._ask(
            self._numbers.list_async, query | ({"phone_number": only} if only else {}), changes=False
        )
        found = [own_number(row.phone_number, row.friendly_name, row.capabilities) for row in rows]
        return [number for number in found if number and only in {"", number.number}]

    async def find(self, outbound: Outbound, *, since: datetime, until: datetime) -> list[StatusEvent]:
        """The list filters by whole days in GMT, so it starts a day early; the rest is compared here."""
        first_day = (since.astimezone(UTC) - timedelta(days=1)).date().isoformat()
        query = {"to": outbound.to, "date_sent_after": first_day, "limit": LIST_LIMIT, "page_size": LIST_LIMIT}
        texts = await self._ask(self._texts.list_async, query, changes=False)
        matches = {
            text.sid: text
            for text in texts
            if text.body == outbound.body
            and (self._pool or text.from_ in (outbound.from_, None))  # None: the service has not chosen yet
            and text.date_created is not None
            and since.replace(microsecond=0) <= text.date_created <= until  # Twilio's times are whole seconds
            and str(text.direction).startswith("outbound")
            and _is_sid(text.sid)
            and str(text.status) in STATUSES
        }
        found = sorted(matches.values(), key=lambda text: (text.date_created, text.sid))
        return [self._event(text.sid, text) for text in found]

    async def fetch_media(self, media: Media, *, limit: int) -> MediaFile:
        """https://www.twilio.com/docs/messaging/api/media-resource: through the API, from where it sends us."""
        return await self._media.fetch(media, limit=limit)

    async def delete(self, provider_message_id: str) -> None:
        """https://www.twilio.com/docs/messaging/api/message-resource#delete-a-message-resource."""
        await delete(self._ask, self._known(provider_message_id))

    async def redact(self, provider_message_id: str) -> None:
        """https://www.twilio.com/docs/messaging/api/message-resource#update-a-message-resource."""
        await redact(self._ask, self._known(provider_message_id))

    def _known(self, provider_message_id: str) -> Any:
        """The SDK's handle of one text. Raises NotAccepted: an id goes into an address, so nothing else may."""
        if not _is_sid(provider_message_id):
            raise NotAccepted(ErrorKind.INVALID_REQUEST, retry=False, meaning="This is not the id of a text at Twilio.")
        return self._texts(provider_message_id)

    async def list_inbound(self, number: str, *, since: datetime, until: datetime) -> list[Inbound]:
        """https://www.twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources."""
        return await InboundList(self._ask, self._texts, self._account).read(number, since=since, until=until)

    def _event(self, sid: str, text: Any) -> StatusEvent:
        sent_from = chosen_number(text.from_) if self._pool else ""
        return status_event(sid, str(text.status), _error_code(text.error_code), sent_from)

    async def _ask(self, call: Any, arguments: Mapping[str, object], *, changes: bool) -> Any:
        """Call the SDK. What its reading of an answer may throw (it trusts the shape) becomes a lost answer."""
        broken: ProviderError
        async with self._free:
            try:
                return await call(**arguments)
            except (TwilioException, ValueError, TypeError, AttributeError, KeyError, ArithmeticError):
                broken = lost_answer(changes=changes)
        raise broken  # outside the handler: the SDK's exception can hold addresses and numbers


def own_number(number: object, name: object, capabilities: object) -> OwnNumber | None:
    """None for what is no phone number at all."""
    if not isinstance(number, str) or not is_e164(number):
        return None
    can_text = not isinstance(capabilities, dict) or bool(capabilities.get("sms", capabilities.get("SMS", True)))
    return OwnNumber(number, str(name or number), can_text)


def uses_pool(credentials: Credentials) -> bool:
    """Whether the messaging service chooses among its numbers."""
    return bool(credentials.messaging_service) and credentials.sender_choice == "provider"


def _failed(code: str) -> NotAccepted:
    """A text that Twilio took and gave up in the same answer."""
    known = table().get(code)
    return NotAccepted(
        known.kind if known else ErrorKind.UNKNOWN,
        retry=bool(known and known.retry),
        provider_code=code,
        retry_after=known.retry_after if known else None,
        meaning=known.meaning if known else "The provider gave the text up at once.",
    )


def _is_sid(value: object) -> bool:
    """SM or MM and 32 hexadecimal digits."""
    if not isinstance(value, str) or len(value) != 34 or value[:2] not in {"SM", "MM"}:
        return False
    return all(c in "0123456789abcdefABCDEF" for c in value[2:])


def _count(segments: object) -> int | None:
    """Twilio says 0 as long as a messaging service has not chosen the sender."""
    return int(segments) or None if isinstance(segments, str) and segments.isascii() and segments.isdigit() else None


def _error_code(code: object) -> str:
    return str(code) if isinstance(code, int | str) and code else ""
