"""Keeps providers' requests that were refused, so that a wrong setting loses nothing, and takes them in later.

What is kept is bounded three ways: the size of a request, a number of them for each line and hour, and a number that
wait for each line. Requests that the provider provably signed have room of their own, so that a flood of made-up ones
(by somebody who got hold of a webhook's address) cannot push them out. Past the bounds only a counter grows.

Taking a kept request in (`replay`) goes through `taking`, like a request that just came: verified with the credentials
and the base address of that moment, stored once only. There is no other way from here into the inbox.
"""

import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from urllib.parse import unquote_plus
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import KeyDestroyed, Undecryptable, prefetch
from tenancy.isolation import activate
from texting.causes import PROVEN, Cause
from texting.keeping_guards import kept_days
from texting.models import Line, QuarantinedRequest, QuarantineHour
from texting.phone_numbers import BadNumber
from texting.providers.base import UnreadableHook
from texting.providers.registry import UnknownProvider
from texting.webhooks import kept_requests
from texting.webhooks.diagnosing import FEW_TRIED, MOST_TRIED, Diagnosis, diagnose
from texting.webhooks.taking import NotTaken, Request, adapter_of, take

log = logging.getLogger("parley.webhooks")

State = QuarantinedRequest.State

PER_HOUR = {True: 1_000, False: 300}  # of one line; the key is "provably signed by the provider"
WAITING = {True: 10_000, False: 3_000}  # of one line
_PROVIDERS_IDS = re.compile(r"\b[A-Z]{2}[0-9a-f]{32}\b")  # of accounts and texts: long, and no customer's secret
AT_ONCE = 200  # how many one press of "take in all" looks at


class Outcome(StrEnum):
    """What became of trying to take one in."""

    TAKEN = "taken"
    STILL_WRONG = "still_wrong"
    ENDED = "ended"  # somebody else was faster
    NOT_STORED = "not_stored"  # the database refused; try again


@dataclass(frozen=True)
class Round:
    """What trying many did. `left` still wait and were not tried this time."""

    taken: int
    still_wrong: int
    not_stored: int
    left: int


@dataclass(frozen=True)
class Discarded:
    """How many were destroyed, and how many stay because their day is on hold."""

    ended: int
    held: int


class MustStay(Exception):
    """It is on hold; the message says so, without naming the matter."""

    def __init__(self) -> None:
        super().__init__(
            _("Refused requests of that day are on legal hold, so none can be discarded. Ask who manages holds.")
        )


# --- Keeping ---


def keep(line: Line, request: Request, *, path: str, refused: NotTaken) -> None:
    """Keep a request that was just refused, or count it, in the running transaction.

    Its likely cause is looked for only while there is room, and less thoroughly when one room is full, so that a flood
    costs little more than the refusal itself.
    """
    now = timezone.now()
    rooms = {room.proven: room for room in QuarantineHour.objects.filter(line=line, hour=_hour(now))}
    full = [kind for kind in (True, False) if kind in rooms and rooms[kind].kept >= PER_HOUR[kind]]
    if len(full) == 2:
        _count_left_out(line, now, proven=False)
        return
    found = diagnose(line, request, refused, most=FEW_TRIED if full else MOST_TRIED)
    proven = found.cause in PROVEN
    try:
        text = "" if _must_not_be_kept(line, request) else kept_requests.to_text(request, path)
    except kept_requests.TooLarge:
        _count_left_out(line, now, proven=proven)
        return
    if _take_room(line, now, proven=proven):
        _store(line, request, found, text, now)
    else:
        _count_left_out(line, now, proven=proven)


def _must_not_be_kept(line: Line, request: Request) -> bool:
    """Whether it brings a customer's words with something in them that is stored nowhere, not even sealed."""
    if request.token is not None:
        return False
    try:
        bodies = [text.body for text in adapter_of(line).parse_inbound(request.hook)]
    except (UnreadableHook, BadNumber, UnknownProvider):
        bodies = [_PROVIDERS_IDS.sub("", unquote_plus(request.hook.body.decode(errors="replace")))]
    asked: Callable[[str], bool] = import_string(settings.TEXTING_MUST_NOT_BE_KEPT)
    return any(asked(body) for body in bodies)


def _store(line: Line, request: Request, found: Diagnosis, text: str, now: datetime) -> None:
    """Without a text it has ended at once: the provider's list still has it, and is read when the line works again."""
    row = QuarantinedRequest.objects.create(
        line=line,
        provider=line.provider,
        kind=QuarantinedRequest.Kind.INBOUND if request.token is None else QuarantinedRequest.Kind.STATUS,
        proven=found.cause in PROVEN,
        cause=found.cause,
        signed_address=found.signed_address,
        sender_masked=found.sender_masked,
        request=text or None,
        state=State.WAITING if text else State.DISCARDED,
        held_secret=not text,
        received_at=now,
        ended_at=None if text else now,
    )
    audit.record(event=AuditKind.WEBHOOK_REJECTED, object=row, line=line.pk, cause=found.cause, held_secret=not text)


def _take_room(line: Line, now: datetime, *, proven: bool) -> bool:
    """Count one that will be kept; False when there are enough. The counter's row puts requests at once in a queue."""
    waiting = QuarantinedRequest.objects.filter(line=line, proven=proven, state=State.WAITING)
    if waiting.order_by()[: WAITING[proven]].count() >= WAITING[proven]:
        return False
    room = _room(line, now, proven=proven)
    return bool(room.filter(kept__lt=PER_HOUR[proven]).update(kept=F("kept") + 1))


def _count_left_out(line: Line, now: datetime, *, proven: bool) -> None:
    """The first one of an hour goes into the audit log, the others are only counted."""
    room = _room(line, now, proven=proven)
    if room.filter(left_out=0).update(left_out=1):
        audit.record(event=AuditKind.WEBHOOK_REJECTED, object=line, cause="not kept: too many")
    else:
        room.update(left_out=F("left_out") + 1)


def _room(line: Line, now: datetime, *, proven: bool) -> QuerySet[QuarantineHour]:
    key = {"line": line, "hour": _hour(now), "proven": proven}
    rows = QuarantineHour.objects.filter(**key)
    if not rows.exists():
        QuarantineHour.objects.bulk_create([QuarantineHour(**key)], ignore_conflicts=True)
    return rows.all()


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


# --- Taking in ---


def replay(*, actor: Membership, request_id: UUID) -> Outcome:
    """Try one again. Raises QuarantinedRequest.DoesNotExist, MissingPermission."""
    require(actor, Permission.QUARANTINE_REPLAY)
    seen = QuarantinedRequest.objects.only("state", "received_at").get(pk=request_id)
    is_held = bool(kept_days([_day(seen)]))
    row = QuarantinedRequest.objects.select_for_update(of=("self",)).filter(pk=request_id).first()
    if row is None:  # a purge came first
        return Outcome.ENDED
    outcome = _try(row, actor, is_held=is_held)
    if outcome is not Outcome.ENDED:
        audit.record(event=AuditKind.WEBHOOK_REPLAYED, actor=actor, object=row, outcome=outcome)
    return outcome


def replay_all(*, actor: Membership) -> Round:
    """Try up to AT_ONCE, those that were never tried first, in the order in which they came.

    Called with no transaction open, so that each has one of its own: what deletes or is put on hold then waits for one
    request, not for all. What another admin is trying at the same moment is left to them. Raises MissingPermission.
    """
    with activate(actor.organization_id):
        require(actor, Permission.QUARANTINE_REPLAY)
        order = (F("tried_at").asc(nulls_first=True), "received_at", "pk")
        seen = list(_waiting().order_by(*order).only("received_at")[:AT_ONCE])
    counts = dict.fromkeys(Outcome, 0)
    for one in seen:
        with activate(actor.organization_id):
            counts[_try_next(one, actor)] += 1
    with activate(actor.organization_id):
        left = max(0, _waiting().count() - counts[Outcome.STILL_WRONG] - counts[Outcome.NOT_STORED])
    return Round(counts[Outcome.TAKEN], counts[Outcome.STILL_WRONG], counts[Outcome.NOT_STORED], left)


def _try_next(seen: QuarantinedRequest, actor: Membership) -> Outcome:
    is_held = bool(kept_days([_day(seen)]))  # before the row's lock
    row = _waiting().select_for_update(of=("self",), skip_locked=True).filter(pk=seen.pk).first()
    if row is None:
        return Outcome.ENDED
    outcome = _try(row, actor, is_held=is_held)
    if outcome is Outcome.TAKEN:
        audit.record(event=AuditKind.WEBHOOK_REPLAYED, actor=actor, object=row, outcome=outcome)
    return outcome


def _try(row: QuarantinedRequest, actor: Membership, *, is_held: bool) -> Outcome:
    """The caller holds the row's lock. An error of the database undoes this one request and nothing else.

    `is_held`: the request stays beside the text that it becomes, which is of today and not of the day that is on hold.
    """
    if row.state != State.WAITING:
        return Outcome.ENDED
    try:
        with transaction.atomic():
            cause = _take_in(row)
            _end([row], State.REPLAYED, actor, stays=is_held) if cause is None else _note(row, cause)
    except DatabaseError as error:
        log.error("kept_request_not_stored", extra={"request": str(row.pk), "error": type(error).__name__})
        return Outcome.NOT_STORED
    return Outcome.TAKEN if cause is None else Outcome.STILL_WRONG


def _take_in(row: QuarantinedRequest) -> Diagnosis | None:
    """None when it was taken; otherwise why not, as of now."""
    line = Line.objects.filter(pk=row.line_id).first() if row.line_id else None
    if line is None:
        return Diagnosis(Cause.LINE_GONE)
    if line.provider != row.provider:
        return Diagnosis(Cause.PROVIDER_CHANGED)
    prefetch([row])  # a key that another process has destroyed opens nothing here either
    try:
        request = kept_requests.from_text(
            row.request or "", base_url=settings.PUBLIC_BASE_URL, received_at=row.received_at
        )
    except (KeyDestroyed, Undecryptable, ValueError):
        return Diagnosis(Cause.UNREADABLE)
    try:
        with transaction.atomic():  # a request of several texts is taken whole or not at all
            return None if take(line, request) else Diagnosis(Cause.NO_ATTEMPT)
    except NotTaken as refused:
        return diagnose(line, request, refused)
    except UnknownProvider:
        return Diagnosis(Cause.PROVIDER_CHANGED)


def _note(row: QuarantinedRequest, found: Diagnosis) -> None:
    row.cause, row.signed_address, row.tried_at = found.cause, found.signed_address, timezone.now()
    row.save(update_fields=["cause", "signed_address", "tried_at"])


# --- Ending ---


def discard(*, actor: Membership, request_id: UUID) -> bool:
    """Destroy one that waits. False when it had ended already.

    Raises QuarantinedRequest.DoesNotExist, MustStay for one that is on hold.
    """
    require(actor, Permission.QUARANTINE_REPLAY)
    seen = QuarantinedRequest.objects.only("state", "received_at").get(pk=request_id)
    if seen.state == State.WAITING and kept_days([_day(seen)]):  # before the row's lock, as whatever ends days asks
        raise MustStay
    row = QuarantinedRequest.objects.select_for_update(of=("self",)).get(pk=request_id)
    if row.state != State.WAITING:
        return False
    _end([row], State.DISCARDED, actor)
    audit.record(event=AuditKind.WEBHOOK_DISCARDED, actor=actor, object=row)
    return True


def discard_all(*, actor: Membership) -> Discarded:
    """Destroy everything that waits and is not on hold."""
    require(actor, Permission.QUARANTINE_REPLAY)
    days = {moment.date() for moment in _waiting().order_by().datetimes("received_at", "day", tzinfo=UTC)}
    kept = kept_days(days)
    found = list(_waiting().select_for_update(of=("self",)).only("pk", "received_at"))
    rows = [row for row in found if _day(row) in days - kept]
    if rows:
        _end(rows, State.DISCARDED, actor)
        audit.record(event=AuditKind.WEBHOOK_DISCARDED, actor=actor, count=len(rows))
    return Discarded(len(rows), sum(_day(row) in kept for row in found))  # what came meanwhile is neither


def _waiting() -> QuerySet[QuarantinedRequest]:
    return QuarantinedRequest.objects.filter(state=State.WAITING)


def _day(row: QuarantinedRequest) -> date:
    return row.received_at.astimezone(UTC).date()


def _end(rows: Iterable[QuarantinedRequest], state: str, actor: Membership, *, stays: bool = False) -> None:
    """The request itself is gone with it: what was taken in stands in the inbox, with an end of its own.

    Unless it `stays`, until its day ends.
    """
    mine = QuarantinedRequest.objects.filter(pk__in=[row.pk for row in rows])
    if stays:
        mine.update(state=state, ended_at=timezone.now(), ended_by=actor)
    else:
        mine.update(state=state, request=None, ended_at=timezone.now(), ended_by=actor)
