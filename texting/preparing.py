"""Before a claimed text is handed over: the gate is asked again, and the attempt is written down."""

import hashlib
import logging
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from tenancy.encryption import KeyDestroyed, Undecryptable, prefetch
from tenancy.isolation import activate
from texting import gate, outbox, progress
from texting.models import Decision, Line, LineKey, Message, SendAttempt
from texting.outbox import Claim
from texting.providers.base import Outbound
from texting.purposes import Purpose
from texting.statuses import ErrorKind, MessageStatus

log = logging.getLogger("parley.delivery")

FRESH_SECONDS = 20.0  # less than a lease: a process that was stopped for longer sends nothing when it wakes up


@dataclass(frozen=True)
class Prepared:
    """A text that has passed the gate for the second time and whose attempt is written down.

    It may be handed over until `until` (`time.monotonic()`): after that the gate's answer is too old to act on.
    """

    claim: Claim
    attempt_id: UUID
    outbound: Outbound
    until: float


def prepare(line: Line, claims: Sequence[Claim]) -> list[Prepared]:
    """The texts that may leave, in one transaction. A text that cannot be read, or that breaks a rule's code, is set
    aside and does not hold up the others of its line.
    """
    try:
        with activate(claims[0].organization_id):
            return _prepare_all(line, claims)
    except DatabaseError:
        raise
    except Exception as error:
        if len(claims) > 1:
            return [item for claim in claims for item in prepare(line, [claim])]
        _set_aside(claims[0], error)
        return []


def _set_aside(claim: Claim, error: Exception) -> None:
    """What can never be read has failed; anything else is tried again until it expires."""
    log.error("text_set_aside", extra={"text": str(claim.message_id), "error": type(error).__name__})
    with activate(claim.organization_id):
        message = Message.objects.select_for_update(of=("self",), no_key=True).filter(pk=claim.message_id).first()
        if message is None:
            outbox.finish(claim)
        elif isinstance(error, KeyDestroyed | Undecryptable):
            progress.end(claim, message, MessageStatus.FAILED, ErrorKind.UNKNOWN, code="unreadable")
        else:
            outbox.try_again(claim, wait=outbox.back_off(claim.attempt))


def _prepare_all(line: Line, claims: Sequence[Claim]) -> list[Prepared]:
    """Ask the gate again for each text; write down the attempts of those that may leave."""
    until = time.monotonic() + FRESH_SECONDS
    key = LineKey.objects.get(line_id=line.pk).key
    rows = Message.objects.select_related("conversation__contact", "conversation__line", "contact", "author")
    messages = {message.pk: message for message in rows.filter(pk__in=[claim.message_id for claim in claims])}
    prefetch([*messages.values(), *(message.contact for message in messages.values())])
    prepared = []
    for claim in outbox.hold(claims):
        message = messages[claim.message_id]
        if claim.expired:
            progress.end(claim, message, MessageStatus.FAILED, ErrorKind.TRANSIENT, code="expired")
        elif (attempt := _pass_gate(message, claim)) is not None:
            token, row = attempt
            outbound = Outbound(
                to=message.contact.number,
                from_=line.number,
                body=message.body,
                client_ref=str(message.pk),
                status_url=f"{settings.PUBLIC_BASE_URL}/webhooks/{line.provider}/{key}/status/{token}",
            )
            prepared.append(Prepared(claim, row.pk, outbound, until))
    return prepared


def _pass_gate(message: Message, claim: Claim) -> tuple[str, SendAttempt] | None:
    """The second check. None when the text may no longer leave: it has ended then, with the decision that says why."""
    draft = gate.Draft(
        conversation=message.conversation,
        body=message.body,
        purpose=Purpose(message.purpose),
        author=message.author,
        stage=Decision.Stage.HAND_OVER,
        message_id=message.pk,
    )
    outcome, decision = gate.check(draft)
    if outcome.verdict is not gate.Verdict.ALLOW:
        progress.end(claim, message, MessageStatus.CANCELED, None, code=outcome.objections[0].rule)
        return None
    token = secrets.token_urlsafe(16)
    attempt = SendAttempt.objects.create(
        message=message,
        number=claim.attempt,
        decision=decision,
        token_hash=hash_token(token),
        started_at=timezone.now(),
    )
    progress.show(message, MessageStatus.SENDING)
    return token, attempt


def hash_token(token: str) -> bytes:
    """What is stored of a status callback's token: SHA-256, 32 bytes."""
    return hashlib.sha256(token.encode()).digest()
