"""The provider behind the phone in the browser: the same protocol as a real one, over `texting/simulator/network.py`.

Credentials: `secret` signs the network's requests to our webhooks, `previous_secret` the one before a change.
Only where `settings.SIMULATOR_ENABLED`.
"""

import asyncio
import hmac
import json
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import ClassVar, TypeVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from redis import RedisError

from texting.providers.base import (
    MAX_HOOK_BYTES,
    Capabilities,
    Credentials,
    Hook,
    Inbound,
    Media,
    MediaFile,
    MediaProblem,
    MediaRefused,
    NotAccepted,
    Outbound,
    OutcomeUnknown,
    OwnNumber,
    ProviderError,
    ProviderSession,
    SendResult,
    StatusEvent,
    UnreadableHook,
)
from texting.providers.opt_outs import OptOutPage
from texting.providers.voice import CallResult, CallStatus, OutboundCall
from texting.simulator import calls, files, network, opt_outs
from texting.simulator.signed_requests import SIGNATURE_HEADER, TIMESTAMP_HEADER, RefusedAddress, signature
from texting.simulator.voice import SimulatorVoice
from texting.statuses import ErrorKind, MessageStatus

T = TypeVar("T")

AREAS = (206, 212, 303, 312, 404, 415, 505, 617, 702, 808, 907, 919)
MAX_AGE = 300  # seconds that a signature counts, before and after its time

MAX_MEDIA = 10

ERRORS = {
    "media": ErrorKind.INVALID_REQUEST,
    "landline": ErrorKind.INVALID_RECIPIENT,
    "unreachable": ErrorKind.UNREACHABLE,
}
REPORTED = {status.value: status for status in (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.UNDELIVERED)}


class SimulatorProvider(SimulatorVoice):
    """One simulated line."""

    name: ClassVar[str] = "simulator"
    capabilities: ClassVar[Capabilities] = Capabilities(
        mms=True,
        max_body=1600,
        max_media=MAX_MEDIA,
        idempotent_send=False,
        reports_segments=False,
        opt_out_managed=False,
        signs_webhooks=True,
        batch_webhooks=False,
        read_receipts=False,
        lists_opt_outs=True,
        copy_is_handset=True,
        calls=True,
        signature_header=SIGNATURE_HEADER,
    )

    def __init__(self, credentials: Credentials) -> None:
        if not settings.SIMULATOR_ENABLED:
            raise ImproperlyConfigured("The simulator is switched off (SIMULATOR_ENABLED).")
        self._credentials = credentials

    @asynccontextmanager
    async def open_session(self) -> AsyncIterator[ProviderSession]:
        """Nothing to open: the connections to Redis belong to the process."""
        yield SimulatorSession(self._credentials)

    def verify_signature(self, hook: Hook) -> bool:
        """By the line's secret or the one before it, and not older or newer than `MAX_AGE`."""
        timestamp, given = hook.header(TIMESTAMP_HEADER), hook.header(SIGNATURE_HEADER)
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12) or len(hook.body) > MAX_HOOK_BYTES:
            return False
        came = hook.received_at.timestamp() if hook.received_at else time.time()
        fresh = abs(came - int(timestamp)) <= MAX_AGE
        held = [secret for secret in (self._credentials.secret, self._credentials.previous_secret) if secret]
        try:
            expected = [signature(secret, timestamp, hook.url, hook.body).encode() for secret in held]
            offered = given.encode()
        except ValueError:  # half a surrogate pair cannot be written in UTF-8
            return False
        return sum(hmac.compare_digest(offered, candidate) for candidate in expected) > 0 and fresh

    def parse_inbound(self, hook: Hook) -> list[Inbound]:
        """One text."""
        fields = _fields(hook, "inbound", needed=("id", "from", "to"))
        if "text" not in fields:
            raise UnreadableHook("text is missing.")
        return [
            Inbound(
                provider_message_id=fields["id"],
                from_=fields["from"],
                to=fields["to"],
                body=fields["text"],
                event_id=fields["id"],
                media=_media(hook),
            )
        ]

    def parse_status(self, hook: Hook) -> list[StatusEvent]:
        """One status change."""
        fields = _fields(hook, "status", needed=("id", "status"))
        if fields["status"] not in REPORTED:
            raise UnreadableHook("status is not one that the simulator reports.")
        return [_event(fields["id"], REPORTED[fields["status"]], fields.get("code", ""))]


class SimulatorSession:
    """The calls to the network; each in a thread, because its connection to Redis waits."""

    def __init__(self, credentials: Credentials) -> None:
        self._secret = credentials.secret
        self._account = credentials.account

    async def send(self, outbound: Outbound) -> SendResult:
        """Reads first: when Redis is away, nothing has been written, for certain."""
        if len(outbound.media_urls) > MAX_MEDIA:
            raise NotAccepted(ErrorKind.INVALID_REQUEST, retry=False, meaning="Too many files are attached.")
        await self._look_up(lambda: network.behaviour(outbound.to))
        failed: ProviderError
        try:
            message_id = await asyncio.to_thread(
                network.deliver_to_handset,
                line=outbound.from_,
                customer=outbound.to,
                text=outbound.body,
                status_url=outbound.status_url,
                secret=self._secret,
                media_urls=outbound.media_urls,
            )
        except network.CarrierRefused:
            meaning = "The customer has opted out at the carrier."
            failed = NotAccepted(ErrorKind.OPTED_OUT, retry=False, provider_code="opted_out", meaning=meaning)
        except RefusedAddress:
            failed = NotAccepted(ErrorKind.INVALID_REQUEST, retry=False, meaning="An address is not our own.")
        except RedisError:
            failed = OutcomeUnknown()
        else:
            return SendResult(message_id, MessageStatus.QUEUED)
        raise failed

    async def call(self, call: OutboundCall) -> CallResult:
        """The agent's phone rings, and answers."""
        failed: ProviderError
        try:
            call_id = await asyncio.to_thread(
                calls.place,
                line=call.from_,
                connect_url=call.connect_url,
                status_url=call.status_url,
                secret=self._secret,
            )
        except RefusedAddress:
            failed = NotAccepted(ErrorKind.INVALID_REQUEST, retry=False, meaning="An address is not our own.")
        except RedisError:
            failed = OutcomeUnknown()
        else:
            return CallResult(call_id, CallStatus.QUEUED)
        raise failed

    async def fetch(self, provider_message_id: str) -> StatusEvent:
        """What the carrier knows, also when its callbacks got lost."""
        text = await self._look_up(lambda: network.find_text(provider_message_id))
        if text is None or text.from_customer:
            raise NotAccepted(ErrorKind.INVALID_REQUEST, retry=False, meaning="The simulator does not know this text.")
        return _event(text.id, text.status, text.code)

    async def numbers(self, *, only: str = "") -> list[OwnNumber]:
        """Made-up numbers, always the same ones for an account; handsets have others (555-0100 to 555-0199)."""
        lottery = random.Random(self._account)  # noqa: S311 - nothing depends on it
        made = dict.fromkeys(f"+1{lottery.choice(AREAS)}555{lottery.randrange(1000, 10_000)}" for _ in range(12))
        found = [OwnNumber(number, number, can_text=True) for number in made if not number[5:].startswith("55501")]
        return [number for number in found if only in {"", number.number}]

    async def find(self, outbound: Outbound, *, since: datetime, until: datetime) -> list[StatusEvent]:
        """Among the last texts of this line to this customer."""
        texts = await self._look_up(lambda: network.texts_for(customer=outbound.to, line=outbound.from_))
        return [
            _event(text.id, text.status, text.code)
            for text in texts
            if text.text == outbound.body and since <= text.at <= until
        ]

    async def list_inbound(self, number: str, *, since: datetime, until: datetime) -> list[Inbound]:
        """What customers wrote to this number, as the network keeps it for a week; only with this line's secret."""
        texts = await self._look_up(
            lambda: network.texts_to(line=number, secret=self._secret, since=since, until=until)
        )
        return [
            Inbound(text.id, text.customer, number, text.text, text.id, tuple(Media(*file) for file in text.files))
            for text in texts
        ]

    async def opt_outs(self, number: str, *, after: str = "") -> OptOutPage:
        """Who is set to "opted out at the carrier" on the simulator's page of this line; only with its secret."""
        return await self._look_up(lambda: opt_outs.page(line=number, secret=self._secret, after=after))

    async def fetch_media(self, media: Media, *, limit: int) -> MediaFile:
        """A picture on a customer's handset."""
        if not media.url.startswith(files.ADDRESS):
            raise MediaRefused(MediaProblem.FOREIGN_ADDRESS, "The address of the file is not of the simulator.")
        file = await self._look_up(lambda: files.read_file(media.url))
        if file is None:
            raise MediaRefused(MediaProblem.NOT_THERE, "The simulator does not have the file.")
        if len(file.content) > limit:
            raise MediaRefused(MediaProblem.TOO_LARGE, f"The file is larger than {limit} bytes.")
        return MediaFile(file.content_type, file.content)

    async def delete(self, provider_message_id: str) -> None:
        """The text is gone from the simulated handset as well."""
        await self._forget(provider_message_id, words_only=False)

    async def redact(self, provider_message_id: str) -> None:
        """The text is empty on the simulated handset as well."""
        await self._forget(provider_message_id, words_only=True)

    async def _forget(self, provider_message_id: str, *, words_only: bool) -> None:
        if not await self._look_up(lambda: network.forget(provider_message_id, words_only=words_only)):
            raise NotAccepted(ErrorKind.TRANSIENT, retry=True, retry_after=5, meaning="The text is still on its way.")

    async def _look_up(self, read: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(read)
        except RedisError:
            failed = NotAccepted(ErrorKind.TRANSIENT, retry=True, meaning="The simulator could not be reached.")
        raise failed


def _event(message_id: str, status: MessageStatus, code: str) -> StatusEvent:
    failed = status is MessageStatus.UNDELIVERED
    return StatusEvent(
        provider_message_id=message_id,
        status=status,
        event_id=f"{message_id}:{status.value}:{code}",
        error=ERRORS.get(code, ErrorKind.UNKNOWN) if failed else None,
        provider_code=code,
    )


def _media(hook: Hook) -> tuple[Media, ...]:
    """The files that a text names; the request has been read as JSON before. Raises UnreadableHook."""
    entries = json.loads(hook.body).get("media", [])
    try:
        media = tuple(Media(entry["content_type"], entry["url"]) for entry in entries)
    except (TypeError, KeyError):
        media = (Media("", ""),)
    if not all(isinstance(m.content_type, str) and isinstance(m.url, str) and m.content_type and m.url for m in media):
        raise UnreadableHook("media is not a list of types and addresses.")
    return media


def _fields(hook: Hook, kind: str, *, needed: tuple[str, ...]) -> dict[str, str]:
    """The texts in the request's JSON object. Raises UnreadableHook."""
    try:
        payload = json.loads(hook.body)
    except ValueError:
        raise UnreadableHook("The request is not JSON.") from None
    if not isinstance(payload, dict) or payload.get("type") != kind:
        raise UnreadableHook(f"The request is not of type {kind}.")
    fields = {name: value for name, value in payload.items() if isinstance(value, str)}
    if missing := [name for name in needed if not fields.get(name)]:
        raise UnreadableHook(f"{missing[0]} is missing or empty.")
    return fields
