"""Texts that cannot leave yet.

Those for which nothing is left of their brand's day at the carriers wait for the next one, or end at once when that
would be too late, so that somebody can call instead. Those for which it is not the time where their reader is wait for
it. None is lost without a word: the text itself says why.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Value
from django.db.models.functions import Greatest, Now

from texting import outbox, progress
from texting.limits import refunds
from texting.limits.carriers import days
from texting.limits.carriers.days import Day
from texting.models import Brand, Decision, Line, Message, OutboxEntry
from texting.outbox import Claim
from texting.purposes import Purpose, terms_of
from texting.statuses import ErrorKind, MessageStatus

CODE = "carrier.day"
Leaving = tuple[Claim, Message, Decision]


@dataclass(frozen=True)
class BrandDay:
    """The capped brand of a line, its day or days locked."""

    brand: Brand
    days: Sequence[Day]


def lock_day(line: Line, moment: datetime) -> BrandDay | None:
    """The line's brand with its day at `moment`, locked until the transaction ends; None where no cap is set."""
    brand = days.brand_of(line)
    return BrandDay(brand, days.lock(brand, moment)) if brand else None


def within_day(here: BrandDay | None, leaving: list[Leaving]) -> list[Leaving]:
    """Count those that may leave today; the others wait or end."""
    if here is None or not leaving:
        return leaving
    places = days.places(here.days, [message for _, message, _ in leaving])
    late = [
        (claim, message, place.resumes_at)
        for (claim, message, _), place in zip(leaving, places, strict=True)
        if place.resumes_at is not None
    ]
    if late:
        _put_off(late)
    return [item for item, place in zip(leaving, places, strict=True) if place.resumes_at is None]


def _put_off(late: Sequence[tuple[Claim, Message, datetime]]) -> None:
    rows = OutboxEntry.objects.filter(message_id__in=[message.pk for _, message, _ in late])
    ends = dict(rows.values_list("message_id", "expires_at"))
    waiting = []
    for claim, message, resumes_at in late:
        if ends[message.pk] <= resumes_at:
            progress.end(claim, message, MessageStatus.FAILED, ErrorKind.RATE_LIMITED, code=CODE)
        elif outbox.try_again(claim, wait=resumes_at - claim.at + _spread()):
            kind = ErrorKind(message.error_kind) if message.error_kind else None
            progress.move(message, MessageStatus(message.status), kind, CODE)
            waiting.append(message)
    progress.write(waiting)
    # A bulk text counts in our own day when it is handed over, so it counts anew then; a reply counted when written.
    refunds.refund(message.pk for message in waiting if is_bulk(message))


def until_allowed(claim: Claim, message: Message, moment: datetime, *, rule: str) -> None:
    """A rule that time alone ends keeps the text until then, and the text says so. Bulk texts do not all leave in the
    same second of the morning.
    """
    purpose = Purpose(message.purpose)
    due_at = moment + (_spread() if is_bulk(message) else timedelta())
    life = terms_of(purpose, many=message.announcement_id is not None).life
    if outbox.hold_until(claim, due_at, life=life):
        message.held_until = moment
        Message.objects.filter(pk=message.pk).update(held_until=moment)
        kind = ErrorKind(message.error_kind) if message.error_kind else None
        progress.move(message, MessageStatus(message.status), kind, rule)
        progress.write([message])


def put_off(waiting: Sequence[UUID], *, until: datetime | None, life: timedelta) -> None:
    """These texts are due at `until` (None: now), and worth sending for at least a whole `life` from then on."""
    due_at = Now() if until is None else Value(until)
    rows = OutboxEntry.objects.filter(pk__in=waiting, state=OutboxEntry.State.READY)
    rows.update(due_at=due_at, expires_at=Greatest(F("expires_at"), due_at + life))


def is_bulk(message: Message) -> bool:
    """Whether nobody waits for it (`gate.Draft.is_bulk`)."""
    return message.purpose == Purpose.BULK or message.announcement_id is not None


def _spread() -> timedelta:
    return timedelta(seconds=random.uniform(0, 30))  # noqa: S311 - jitter


def expiry_of(message: Message) -> tuple[ErrorKind, str]:
    """Why a text whose life has ended has failed: what kept it last, and the code that says so."""
    if message.provider_code == CODE:
        return ErrorKind.RATE_LIMITED, CODE
    return ErrorKind(message.error_kind) if message.error_kind else ErrorKind.TRANSIENT, "expired"
