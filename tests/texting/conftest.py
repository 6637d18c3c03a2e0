"""An organization with a line, a customer who wrote to it, and a provider that does what a test tells it to."""

from collections.abc import Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Membership, Team, User
from tenancy.isolation import activate
from tenancy.models import Organization
from tests.kept import kept
from texting import receiving
from texting.limits.bounds import Limited
from texting.limits.standing import forget
from texting.models import Contact, Conversation, Line, LineKey, Message, SendingLimits
from texting.providers import base, opt_outs, registry, voice
from texting.simulator.voice import SimulatorVoice
from texting.statuses import ErrorKind, MessageStatus

CAPABILITIES = base.Capabilities(
    mms=True,
    max_body=1600,
    max_media=10,
    idempotent_send=False,
    reports_segments=False,
    opt_out_managed=False,
    signs_webhooks=True,
    batch_webhooks=False,
    read_receipts=False,
    lists_opt_outs=True,
    calls=True,
)


@dataclass
class FarEnd:
    """What the scripted provider answers, in order (then "sent"), and its own ledger of what it accepted."""

    script: list[base.SendResult | Exception] = field(default_factory=list)
    ledger: list[base.Outbound] = field(default_factory=list)
    asked: list[base.Outbound] = field(default_factory=list)
    silent: bool = False  # its list cannot be asked
    fates: dict[str, base.StatusEvent | Exception] = field(default_factory=dict)  # what it says of a text by its id
    received: list[base.Inbound] = field(default_factory=list)  # customers' texts in its list
    files: dict[str, bytes | Exception] = field(default_factory=dict)  # customers' files by their address
    fetched: list[str] = field(default_factory=list)
    redacted: list[str] = field(default_factory=list)  # texts whose words it was asked to forget
    deleted: list[str] = field(default_factory=list)  # texts whose whole record it was asked to forget
    keeps: list[Exception] = field(default_factory=list)  # its answers to that, in order; then it forgets
    pages: dict[str, opt_outs.OptOutPage | Exception] = field(default_factory=dict)  # of its opt-outs, by place
    rung: list[voice.OutboundCall] = field(default_factory=list)  # calls it was asked for
    rung_inside: list[bool] = field(default_factory=list)  # whether a transaction was open
    call_script: list[Exception] = field(default_factory=list)
    pages_asked: list[str] = field(default_factory=list)


FAR_END = FarEnd()


class ScriptedProvider(SimulatorVoice):
    """An adapter whose far end is in this process."""

    name = "scripted"
    capabilities = CAPABILITIES

    def __init__(self, credentials: base.Credentials) -> None:
        self.credentials = credentials

    @asynccontextmanager
    async def open_session(self):
        yield self

    async def send(self, outbound: base.Outbound) -> base.SendResult:
        FAR_END.asked.append(outbound)
        answer = FAR_END.script.pop(0) if FAR_END.script else None
        if isinstance(answer, Exception):
            raise answer
        FAR_END.ledger.append(outbound)
        return answer or base.SendResult(f"far-{outbound.client_ref}", MessageStatus.SENT)

    async def call(self, call: voice.OutboundCall) -> voice.CallResult:
        FAR_END.rung.append(call)
        FAR_END.rung_inside.append(connection.in_atomic_block)
        answer = FAR_END.call_script.pop(0) if FAR_END.call_script else None
        if isinstance(answer, Exception):
            raise answer
        return answer or voice.CallResult(f"call-{len(FAR_END.rung)}", voice.CallStatus.QUEUED)

    async def fetch(self, provider_message_id: str) -> base.StatusEvent:
        if FAR_END.silent:
            raise base.NotAccepted(ErrorKind.TRANSIENT, retry=True)
        fate = FAR_END.fates.get(provider_message_id)
        if isinstance(fate, Exception):
            raise fate
        return fate or base.StatusEvent(provider_message_id, MessageStatus.SENT, "fetched")

    async def list_inbound(self, number: str, *, since, until) -> list[base.Inbound]:
        if FAR_END.silent:
            raise base.NotAccepted(ErrorKind.TRANSIENT, retry=True)
        return [text for text in FAR_END.received if text.to == number]

    async def fetch_media(self, media: base.Media, *, limit: int) -> base.MediaFile:
        assert not connection.in_atomic_block, "no transaction is open while the provider is asked"
        FAR_END.fetched.append(media.url)
        file = FAR_END.files[media.url]
        if isinstance(file, Exception):
            raise file
        if len(file) > limit:
            raise base.MediaRefused(base.MediaProblem.TOO_LARGE, "too large")
        return base.MediaFile(media.content_type, file)

    async def redact(self, provider_message_id: str) -> None:
        assert not connection.in_atomic_block, "no transaction is open while the provider is asked"
        FAR_END.redacted.append(provider_message_id)
        if FAR_END.keeps:
            raise FAR_END.keeps.pop(0)

    async def delete(self, provider_message_id: str) -> None:
        assert not connection.in_atomic_block, "no transaction is open while the provider is asked"
        FAR_END.deleted.append(provider_message_id)
        if FAR_END.keeps:
            raise FAR_END.keeps.pop(0)

    async def opt_outs(self, number: str, *, after: str = "") -> opt_outs.OptOutPage:
        assert not connection.in_atomic_block, "no transaction is open while the provider is asked"
        FAR_END.pages_asked.append(after)
        page = FAR_END.pages.get(after, opt_outs.OptOutPage(()))
        if isinstance(page, Exception):
            raise page
        return page

    async def find(self, outbound: base.Outbound, *, since, until) -> list[base.StatusEvent]:
        if FAR_END.silent:
            raise base.NotAccepted(ErrorKind.TRANSIENT, retry=True)
        same = [sent for sent in FAR_END.ledger if (sent.to, sent.body) == (outbound.to, outbound.body)]
        return [base.StatusEvent(f"far-{sent.client_ref}", MessageStatus.SENT, "listed") for sent in same]

    def verify_signature(self, hook: base.Hook) -> bool:
        return hook.header("X-Scripted") == self.credentials.secret

    def parse_inbound(self, hook: base.Hook) -> list[base.Inbound]:
        return []

    def parse_status(self, hook: base.Hook) -> list[base.StatusEvent]:
        return []


@pytest.fixture
def far_end(settings) -> Iterator[FarEnd]:
    """The scripted provider, plugged in as `scripted`."""
    settings.TEXTING_PROVIDERS = {**settings.TEXTING_PROVIDERS, "scripted": f"{__name__}.ScriptedProvider"}
    FAR_END.script.clear()
    FAR_END.ledger.clear()
    FAR_END.asked.clear()
    FAR_END.silent = False
    FAR_END.fates.clear()
    FAR_END.received.clear()
    FAR_END.files.clear()
    FAR_END.fetched.clear()
    FAR_END.redacted.clear()
    FAR_END.deleted.clear()
    FAR_END.keeps.clear()
    FAR_END.pages.clear()
    FAR_END.rung.clear()
    FAR_END.rung_inside.clear()
    FAR_END.call_script.clear()
    FAR_END.pages_asked.clear()
    registry._load.cache_clear()
    yield FAR_END
    registry._load.cache_clear()


@dataclass
class Scene:
    """One organization and what a text needs."""

    organization: Organization
    line: Line
    agent: Membership
    number: str = "+12125550181"
    _texts: int = 0

    def hear(self, body: str, *, number: str | None = None, provider_id: str | None = None) -> Message | None:
        """A customer's text arrives. Needs the organization to be active."""
        self._texts += 1
        text = base.Inbound(
            provider_message_id=provider_id or f"in-{self._texts}",
            from_=number or self.number,
            to=self.line.number,
            body=body,
            event_id=f"in-{self._texts}",
        )
        return receiving.receive(self.line, text)

    def conversation(self) -> Conversation:
        """The latest conversation of the customer."""
        return Conversation.objects.select_related("contact", "line").latest("opened_at")


def make_scene(name: str, slug: str) -> Scene:
    organization = Organization.objects.create(name=name, slug=slug)
    user = User.objects.create(email=f"agent@{slug}.example", name="Amelia Okafor", password="!")
    agent = Membership.objects.create(user=user, organization=organization)
    with activate(organization):
        line = Line.objects.create(
            name="Main line",
            number="+12125550110",
            team=Team.objects.create(name="Front desk"),
            provider="scripted",
            credentials=base.Credentials(account="a", secret="s3cret").to_json(),
            texts_per_second=100,
        )
        LineKey.objects.create(line_id=line.pk, organization=organization, texts_per_second=100)
    return Scene(organization, line, agent)


scene = kept(lambda: make_scene("Harbor Dental", "harbor"), needs="far_end")


def lift_limits(organization: Organization) -> None:
    """Let an organization text as much as it wants: for tests that are about something else."""
    many = {limited.value: 1_000_000 for limited in Limited}
    with activate(organization):
        SendingLimits.objects.create(daily_segments=1_000_000, daily_micros=10**12, most_segments=1_000_000, **many)
        forget()


@pytest.fixture
def contact(scene) -> Contact:
    """A customer who wrote to us first."""
    with activate(scene.organization):
        scene.hear("Hello")
        return scene.conversation().contact


@pytest.fixture
def now():
    return timezone.now()
