"""What every adapter speaks: plain values, one protocol, one family of errors.

An adapter belongs to one line: it is made with that line's credentials and holds nothing else. Sending and looking up
need the network and run inside `open_session()`, one keep-alive session for a whole batch; webhooks are verified and
read without any network.

No provider offers an idempotency key for texts. So the errors keep two things apart that must never be confused:
`NotAccepted` (the provider does not have the text, for certain: trying again can send it once only) and
`OutcomeUnknown` (it may have it: look it up, never send again blindly).

Numbers, bodies and secrets are left out of every `repr`, and no error carries anything that a provider wrote.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import ClassVar, Protocol, Self
from urllib.parse import parse_qsl

from texting.statuses import ErrorKind, MessageStatus

MOST_NUMBERS = 200  # listed of one account; somebody with more types theirs
MAX_HOOK_BYTES = 65_536  # a webhook that is larger is refused before it is parsed
MAX_FIELDS = 500  # of a webhook's form
MEDIA_WAIT_SECONDS = 5.0  # a file is often not there yet when the text that announces it comes


@dataclass(frozen=True)
class Credentials:
    """What one line needs at its provider; each adapter says which fields it uses.

    `base_url` sends the adapter elsewhere than to the provider's public address (an egress proxy, a stand-in in tests).
    It belongs to whoever runs the installation: it is not read from a line's stored credentials, because a member who
    could set it could collect the secrets, or reach into our network.
    """

    account: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    previous_secret: str = field(default="", repr=False)  # still signs webhooks while a secret is being changed
    api_key: str = field(default="", repr=False)
    api_key_secret: str = field(default="", repr=False)
    messaging_service: str = field(default="", repr=False)
    sender_choice: str = field(default="", repr=False)  # "provider": it chooses a number of the messaging service
    base_url: str = field(default="", repr=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what is stored with a line: one JSON object of strings. Raises ValueError, which quotes no value."""
        try:
            stored = json.loads(text)
        except ValueError:
            raise ValueError("The stored credentials are not JSON.") from None
        known = {f.name for f in fields(cls)} - {"base_url"}
        if not isinstance(stored, dict) or not all(isinstance(value, str) for value in stored.values()):
            raise ValueError("The stored credentials are not an object of strings.")
        if not known.issuperset(stored):
            raise ValueError("The stored credentials have a field that no adapter knows.")
        return cls(**stored)

    def to_json(self) -> str:
        """The text to store with a line: the fields that are set, without `base_url`."""
        values = {f.name: str(getattr(self, f.name)) for f in fields(self) if f.name != "base_url"}
        return json.dumps({name: value for name, value in values.items() if value})


@dataclass(frozen=True)
class Outbound:
    """One text to hand over. Numbers are E.164. `status_url` is ours and ends in this attempt's opaque token.

    `valid_for` is how long the provider may keep it before it leaves; None: as long as it likes.
    """

    to: str = field(repr=False)
    from_: str = field(repr=False)
    body: str = field(repr=False)
    client_ref: str
    media_urls: tuple[str, ...] = field(default=(), repr=False)
    status_url: str = field(default="", repr=False)
    valid_for: timedelta | None = None


@dataclass(frozen=True)
class SendResult:
    """The provider has the text. `segments` is None when it does not say.

    `sent_from` is our number that the provider chose; empty when it has not chosen yet, or had no choice.
    """

    provider_message_id: str
    status: MessageStatus
    segments: int | None = None
    sent_from: str = field(default="", repr=False)


@dataclass(frozen=True)
class Hook:
    """One request to one of our webhooks. `url` is built from our own public base, `body` is raw.

    `received_at` is None for a request that is just coming in. A signature that counts for a short time is judged by
    when its request came, not by when a kept one is looked at again.
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    received_at: datetime | None = None

    def header(self, name: str) -> str:
        """The header's value whatever the case of its name; empty when it is missing."""
        wanted = name.lower()
        if (value := self.headers.get(wanted)) is not None:  # as a server hands them over
            return value
        return next((value for key, value in self.headers.items() if key.lower() == wanted), "")

    @cached_property
    def form(self) -> Mapping[str, Sequence[str]]:
        """All fields of a form body with their repeats; blanks kept, nothing stripped. Raises ValueError.

        Read once, since the signature and the content are both made of it.
        """
        pairs = parse_qsl(self.body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
        fields: dict[str, list[str]] = {}
        for name, value in pairs:
            fields.setdefault(name, []).append(value)
        return fields


@dataclass(frozen=True)
class Media:
    """A picture or another file of an inbound text, still at the provider."""

    content_type: str
    url: str = field(repr=False)


@dataclass(frozen=True)
class MediaFile:
    """A file as it was fetched. `content_type` is "type/subtype" in small letters, as the provider says: what the
    bytes really are is for the caller to find out."""

    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Inbound:
    """A text from a customer. `event_id` is the same each time the provider repeats it.

    `opt_out_type` is what the provider itself made of the text (STOP, START, HELP), as it wrote it; empty when it says
    nothing. It is for comparing with our own reading, never instead of it. `through_pool`: it came to one of the
    numbers among which the provider chooses for this line, so `to` need not be the line's own. `sent_at`: when the
    customer wrote it, where that is known and may be a while ago; None for a text that has just come.
    """

    provider_message_id: str
    from_: str = field(repr=False)
    to: str = field(repr=False)
    body: str = field(repr=False)
    event_id: str
    media: tuple[Media, ...] = ()
    opt_out_type: str = ""
    through_pool: bool = False
    sent_at: datetime | None = None


@dataclass(frozen=True)
class StatusEvent:
    """What became of a text. `error` and `provider_code` say why it did not arrive.

    `client_ref` is ours when the provider repeats it in the body; providers that call the status URL of the text itself
    prove it by the token in that URL, and the field is empty. `sent_from` as in SendResult.
    """

    provider_message_id: str
    status: MessageStatus
    event_id: str
    error: ErrorKind | None = None
    provider_code: str = ""
    client_ref: str = ""
    sent_from: str = field(default="", repr=False)


@dataclass(frozen=True)
class Capabilities:
    """What a provider can do. `max_body` is in characters."""

    mms: bool
    max_body: int
    max_media: int
    idempotent_send: bool
    reports_segments: bool
    opt_out_managed: bool  # the provider answers STOP, START and HELP itself unless it is told not to
    signs_webhooks: bool
    batch_webhooks: bool
    read_receipts: bool
    lists_opt_outs: bool = False  # its own list of opt-outs can be asked for (`texting.providers.opt_outs`)
    calls: bool = False  # it can place calls (`texting.providers.voice`)
    copy_is_handset: bool = False  # what it forgets is gone from the customer's phone, too
    signature_header: str = ""  # the header without which a request is not signed at all


@dataclass(frozen=True)
class OwnNumber:
    """A number that an account has at its provider. `name` is what the provider calls it, often the number again."""

    number: str
    name: str
    can_text: bool


class ProviderError(Exception):
    """The only family of errors that sending and looking up raise. `str()` is safe to log and to show.

    `provider_code` is the provider's own number for it, `retry_after` the wait in seconds that it (or our table) asks
    for, `meaning` one sentence of ours.
    """

    def __init__(
        self,
        kind: ErrorKind,
        *,
        retry: bool,
        provider_code: str = "",
        retry_after: float | None = None,
        meaning: str = "",
    ) -> None:
        self.kind = kind
        self.retry = retry
        self.provider_code = provider_code
        self.retry_after = retry_after
        self.meaning = meaning
        super().__init__(f"{kind.value} {provider_code}".strip() + (f": {meaning}" if meaning else ""))


class NotAccepted(ProviderError):
    """The provider did nothing, for certain. Try again if `retry` says so, not before `retry_after` seconds."""


class OutcomeUnknown(ProviderError):
    """The provider may have the text. Look it up; never send it again blindly."""

    def __init__(self, *, provider_code: str = "", meaning: str = "The answer of the provider was lost.") -> None:
        super().__init__(ErrorKind.UNKNOWN_OUTCOME, retry=False, provider_code=provider_code, meaning=meaning)


class MediaProblem(StrEnum):
    """What is wrong with the file itself, or with where it is said to lie."""

    FOREIGN_ADDRESS = "foreign_address"  # not one of the provider's own; nothing was asked there
    NOT_THERE = "not_there"  # not yet, or not any more: the provider does not tell which
    TOO_LARGE = "too_large"
    WRONG_TYPE = "wrong_type"  # nothing that a text can carry


class MediaRefused(NotAccepted):
    """The file was not fetched. Only `NOT_THERE` is worth another try, and after some minutes it is no longer."""

    def __init__(self, problem: MediaProblem, meaning: str) -> None:
        self.problem = problem
        passing = problem is MediaProblem.NOT_THERE
        super().__init__(
            ErrorKind.TRANSIENT if passing else ErrorKind.INVALID_REQUEST,
            retry=passing,
            provider_code=problem.value,
            retry_after=MEDIA_WAIT_SECONDS if passing else None,
            meaning=meaning,
        )


class UnreadableHook(ValueError):
    """A webhook request without something that we need; the message names the field, never its value."""


class OtherAccount(UnreadableHook):
    """A webhook request of another account than the line's."""


class OtherChannel(UnreadableHook):
    """A message of another channel than texts (WhatsApp, RCS), which nobody here permitted or could answer."""


class ProviderSession(Protocol):
    """An open keep-alive session. Many calls may run at the same time."""

    async def send(self, outbound: Outbound) -> SendResult:
        """Hand over one text. Raises ProviderError only."""

    async def fetch(self, provider_message_id: str) -> StatusEvent:
        """What became of one text. Raises NotAccepted only: asking changes nothing."""

    async def numbers(self, *, only: str = "") -> list[OwnNumber]:
        """The account's own numbers, in E.164; at most `MOST_NUMBERS`, or just `only` if the account has it.

        Asking proves the credentials. Raises NotAccepted only.
        """

    async def find(self, outbound: Outbound, *, since: datetime, until: datetime) -> list[StatusEvent]:
        """Texts at the provider with this number and exactly this body, made between the two (aware) times.

        For an attempt whose outcome is unknown. Oldest first; the caller leaves out those that belong to other
        attempts. Empty means "not there yet", not "never accepted". Raises NotAccepted only.
        """

    async def list_inbound(self, number: str, *, since: datetime, until: datetime) -> list[Inbound]:
        """The texts that customers sent to this number of ours between the two (aware) times, oldest first.

        For texts whose webhook never reached us; most are known already. Files are counted also when their addresses
        are not to be had. Raises NotAccepted only.
        """

    async def fetch_media(self, media: Media, *, limit: int) -> MediaFile:
        """The file of an inbound text, at most `limit` bytes of it. Raises NotAccepted only.

        `MediaRefused` says what is wrong with the file; any other NotAccepted is about the provider or the line's
        credentials, as in `fetch`. `retry` says whether another try can help.
        """

    async def delete(self, provider_message_id: str) -> None:
        """Let the provider forget one text with its files. A text that is already gone is a success.

        Raises NotAccepted only. Asking again does no harm, so a lost answer is one with `retry`; so is a text that is
        still on its way, which no provider lets go of.
        """

    async def redact(self, provider_message_id: str) -> None:
        """Let the provider forget what one text said and its files, and keep that it was. Otherwise like `delete`."""


class Provider(Protocol):
    """One provider, as one line uses it."""

    name: ClassVar[str]
    capabilities: ClassVar[Capabilities]

    def __init__(self, credentials: Credentials) -> None: ...

    def open_session(self) -> AbstractAsyncContextManager[ProviderSession]:
        """Connections for a batch; closed at the end of the `async with`."""

    def verify_signature(self, hook: Hook) -> bool:
        """Whether the provider, and nobody else, sent this. Never raises: anything odd is False."""

    def parse_inbound(self, hook: Hook) -> list[Inbound]:
        """The texts in a verified request (one, several or none). Raises UnreadableHook."""

    def parse_status(self, hook: Hook) -> list[StatusEvent]:
        """The status changes in a verified request. Raises UnreadableHook."""
