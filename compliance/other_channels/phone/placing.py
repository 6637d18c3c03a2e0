"""Asking the provider to ring the agent: once, whatever is answered. No transaction may be open."""

import asyncio
import logging
from typing import cast
from uuid import UUID

from django.conf import settings

from compliance.escalations.noting import show
from compliance.models import Call
from compliance.other_channels.phone.asking import Asked
from texting.models import Line, LineKey
from texting.providers.base import Credentials, NotAccepted, ProviderError
from texting.providers.registry import provider_for
from texting.providers.voice import CallResult, OutboundCall, VoiceSession, moves
from texting.statuses import ErrorKind

log = logging.getLogger("parley.calls")
Answer = CallResult | ProviderError


def handed_over(asked: Asked) -> tuple[Line, OutboundCall]:
    """What the provider will be asked, read inside a transaction."""
    line = Line.objects.get(pk=asked.call.line_id)
    key = LineKey.objects.get(line_id=line.pk).key
    return line, OutboundCall(
        to=asked.number,
        from_=line.number,
        connect_url=settings.PUBLIC_BASE_URL + path(line.provider, key, asked.token) + "/connect",
        status_url=settings.PUBLIC_BASE_URL + path(line.provider, key, asked.token),
        words="Press any key to call the customer.",  # read out by an English voice
    )


def path(provider: str, key: str, token: str) -> str:
    """Where the provider reports on a call; `compliance.urls.call_urls` has the same."""
    return f"/webhooks/{provider}/{key}/calls/{token}"


def place(line: Line, call: OutboundCall) -> Answer:
    """Ask once. Every failure is an answer: a bug of ours, or of a library, may have rung them."""

    async def ring() -> CallResult:
        async with provider.open_session() as session:
            return await cast(VoiceSession, session).call(call)

    try:
        provider = provider_for(line.provider, Credentials.from_json(line.credentials))
    except (LookupError, ValueError):
        return NotAccepted(ErrorKind.AUTH, retry=False, provider_code="credentials")
    try:
        return asyncio.run(ring())
    except ProviderError as error:
        return error
    except Exception as error:
        log.error("call_broke", extra={"line": str(line.pk), "error": type(error).__name__})
        return ProviderError(ErrorKind.UNKNOWN_OUTCOME, retry=False)


def keep(call_id: UUID, answer: Answer) -> Call:
    """Write down what was answered, unless a report was faster."""
    call = Call.objects.select_for_update(of=("self",), no_key=True).select_related("escalation").get(pk=call_id)
    if isinstance(answer, CallResult):
        call.provider_call_id = call.provider_call_id or answer.provider_call_id
        if moves(call.agent_status, answer.status):
            call.agent_status = answer.status.value
        if call.state in (Call.State.PLACING, Call.State.UNKNOWN):
            call.state = Call.State.LIVE
    elif call.state == Call.State.PLACING:
        certain = isinstance(answer, NotAccepted)
        call.state = Call.State.REFUSED if certain else Call.State.UNKNOWN
        call.refused_for = answer.kind.value if certain else ""
    call.save(update_fields=["state", "provider_call_id", "agent_status", "refused_for"])
    log.info("call_placed", extra={"call": str(call.pk), "state": call.state})
    show(call.escalation)
    return call
