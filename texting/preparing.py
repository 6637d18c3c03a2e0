"""Before a claimed text is handed over: the gate is asked again, and the attempt is written down."""

import hashlib
import logging
import random
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, transaction

from accounts.models import Membership
from tenancy.bulk_writes import insert_rows
from tenancy.crash_points import crash_here
from tenancy.encryption import KeyDestroyed, Undecryptable, prefetch
from tenancy.isolation import activate
from texting import deferring, gate, outbox, progress
from texting.attachments import links
from texting.deferring import BrandDay, Leaving
from texting.gate import OutsideHours
from texting.limits import spending
from texting.limits.carriers.days import segments_of
from texting.limits.judging import OWED
from texting.limits.spending import OverLimit
from texting.models import Attachment, Decision, Line, LineKey, Message, SendAttempt
from texting.models.ending import words_left
from texting.outbox import Claim
from texting.providers.base import Outbound
from texting.purposes import Purpose
from texting.statuses import ErrorKind, MessageStatus

log = logging.getLogger("parley.delivery")

# Columns that nobody looks at on the way out; whoever does all the same pays a statement.
_UNUSED = (
    *("delivered_at", "receipt_due_at", "settled_at", "settled_by", "settlement", "again_of", "our_number"),
    *(f"conversation__{name}" for name in ("assignee", "opened_at", "resolved_at", "unread")),
    *(f"conversation__{name}" for name in ("last_activity_at", "preview", "preview_is_ours", "preview_media")),
    *("contact__name", "contact__created_at"),
)
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # elsewhere than on Linux the latter goes on as well
FRESH_SECONDS = 20.0  # less than a lease: a process that was stopped for longer sends nothing when it wakes up


def clock() -> float:
    """Seconds of a clock that nobody sets and that goes on while the machine sleeps, as a suspended virtual one does:
    by then the lease has run out and somebody else may have sent the text.
    """
    return time.clock_gettime(_CLOCK)


@dataclass(frozen=True)
class Prepared:
    """A text that has passed the gate for the second time and whose attempt is written down.

    It may be handed over until `until` (of `clock`): after that the gate's answer is too old to act on.
    """

    claim: Claim
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
    """Ask the gate again for each text; write down the attempts of those that may leave.

    The claims are locked first: whatever was known of a text before that (a STOP, a proof that an earlier attempt was
    taken) is seen here, and whatever comes later finds the attempt.
    """
    until = clock() + FRESH_SECONDS
    key = LineKey.objects.get(line_id=line.pk).key
    held = outbox.hold(claims)
    day = deferring.lock_day(line, claims[0].at)
    messages = _messages(line, [claim.message_id for claim in held])
    prefetch([*messages.values(), *(message.contact for message in messages.values())])
    asked = [claim for claim in held if _is_still_wanted(claim, messages.get(claim.message_id))]
    files = links.attachments_of([messages[claim.message_id] for claim in asked])
    checked = gate.check_all([_draft(messages[claim.message_id], files) for claim in asked])
    leaving, ends = [], dict[UUID, timedelta | None]()
    for claim, (outcome, decision) in zip(asked, checked, strict=True):
        message = messages[claim.message_id]
        if outcome.verdict is gate.Verdict.ALLOW:
            leaving.append((claim, message, decision))
            ends[message.pk] = outcome.valid_for
        else:
            _keep_back(claim, message, outcome)
    leaving = deferring.within_day(day, _within_limits(leaving))
    address = f"{settings.PUBLIC_BASE_URL}/webhooks/{line.provider}/{key}/status"
    media = links.open_links(files, {message.pk: claim.attempt for claim, message, _ in leaving})
    begun = _begin(line, leaving, _Around(address, media, ends), day)
    crash_here("before_prepared")
    return [Prepared(claim, outbound, until) for claim, outbound in begun]


def _messages(line: Line, ids: Sequence[UUID]) -> dict[UUID, Message]:
    """The texts with what the gate looks at: conversation, contact, author."""
    rows = Message.objects.select_related("conversation", "contact").defer(*_UNUSED).filter(pk__in=ids)
    messages = {message.pk: message for message in rows}
    authors = {message.author_id for message in messages.values() if message.author_id}
    members = Membership.objects.select_related("user").in_bulk(authors) if authors else {}
    for message in messages.values():
        message.line = message.conversation.line = line
        message.conversation.contact = message.contact
        message.author = members[message.author_id] if message.author_id else None
    return messages


def _is_still_wanted(claim: Claim, message: Message | None) -> bool:
    """False for a text that is gone, has been taken by an earlier attempt after all, or came too late; it has ended."""
    if message is None or message.provider_message_id is not None:
        outbox.finish(claim)
        return False
    if claim.expired:
        kind, code = deferring.expiry_of(message)
        progress.end(claim, message, MessageStatus.FAILED, kind, code=code)
    return not claim.expired


def _draft(message: Message, files: dict[UUID, list[Attachment]]) -> gate.Draft:
    return gate.Draft(
        conversation=message.conversation,
        body=words_left(message.body),
        purpose=Purpose(message.purpose),
        author=message.author,
        stage=Decision.Stage.HAND_OVER,
        message_id=message.pk,
        counted=message.counted_from is not None,
        files=tuple(file.pk for file in files.get(message.pk, ())),
        outside_hours=OutsideHours(message.outside_hours or OutsideHours.WAIT),
        announcement_id=message.announcement_id,
    )


def _keep_back(claim: Claim, message: Message, outcome: gate.Outcome) -> None:
    """A text that only time speaks against waits for that time, if it is a bulk text or the rule says so for all; any
    other has ended.
    """
    if outcome.waits and outcome.again_at is not None:
        deferring.until_allowed(claim, message, outcome.again_at, rule=outcome.objections[0].rule)
        return
    if deferring.is_bulk(message) and outcome.again_at is not None:
        outbox.try_again(claim, wait=outcome.again_at - claim.at + _spread())
        return
    rule = outcome.objections[0].rule
    kind = ErrorKind.OPTED_OUT if rule == "consent.opted_out" else None
    progress.end(claim, message, MessageStatus.CANCELED, kind, code=rule)


def _within_limits(leaving: list[Leaving]) -> list[Leaving]:
    """Count those that are not counted yet (bulk texts, and texts that are sent again after they had failed), together
    if they all fit; those for which nothing is left wait a while.
    """
    uncounted = [item for item in leaving if item[1].counted_from is None and item[1].purpose not in OWED]
    if not uncounted or _count(uncounted):
        return leaving
    over = [item[0] for item in uncounted if not _count([item])]
    for claim in over:
        outbox.try_again(claim, wait=_spread())
    return [item for item in leaving if item[0] not in over]


def _count(leaving: Sequence[Leaving]) -> bool:
    """Whether there was room for all of them."""
    try:
        with transaction.atomic():
            spending.count([message for _, message, _ in leaving])
    except OverLimit:
        return False
    return True


def _spread() -> timedelta:
    """Not all of a campaign at the same second."""
    return timedelta(seconds=random.uniform(5, 60))  # noqa: S311 - jitter


@dataclass(frozen=True)
class _Around:
    """What the provider is told beside the texts: where their status goes, their files, how long they may leave."""

    address: str
    media: dict[UUID, tuple[str, ...]]
    ends: dict[UUID, timedelta | None]


def _begin(
    line: Line, leaving: Sequence[Leaving], around: _Around, day: BrandDay | None
) -> list[tuple[Claim, Outbound]]:
    """Write down an attempt for each text, with the token of its status callback's address."""
    attempts, begun = [], []
    for claim, message, decision in leaving:
        token = secrets.token_urlsafe(16)
        attempts.append(
            SendAttempt(
                message_id=message.pk,
                number=claim.attempt,
                decision_id=decision.pk,
                token_hash=hash_token(token),
                started_at=claim.at,
                brand_id=day.brand.pk if day else None,
                brand_segments=segments_of(message) if day else 0,
            )
        )
        if claim.resends:  # its first attempt may still turn out to have been taken, so it stays "not confirmed"
            message.sent_again_at = claim.at
            progress.move(message, MessageStatus.UNCONFIRMED, ErrorKind.UNKNOWN_OUTCOME)
        elif message.status != MessageStatus.UNCONFIRMED:  # it never goes back, also when nothing was taken for certain
            progress.move(message, MessageStatus.SENDING)
        outbound = Outbound(
            to=message.contact.number,
            from_=line.number,
            body=words_left(message.body),
            client_ref=str(message.pk),
            media_urls=around.media.get(message.pk, ()),
            status_url=f"{around.address}/{token}",
            valid_for=around.ends[message.pk],
        )
        begun.append((claim, outbound))
    insert_rows(attempts)
    progress.write([message for _, message, _ in leaving])
    return begun


def hash_token(token: str) -> bytes:
    """What is stored of a status callback's token: SHA-256, 32 bytes."""
    return hashlib.sha256(token.encode()).digest()
