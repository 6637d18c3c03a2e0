"""A brand's day at T-Mobile: counted when a text is handed over, under a lock, so that the cap is never passed.

Which network a number is on is not known here, and numbers move between networks: so every text of a brand's campaigns
counts. The day begins at midnight in Los Angeles. What leaves within `EDGE` of it counts in both days, because the
carrier's clock decides and a provider may keep a text for a moment.

Bulk texts leave the last tenth to people who answer people. What is owed by law always goes and is counted. Other
providers that send for the same brand are not seen here: an admin sets the cap lower for them.

The rows are `SendingCount` rows of the kind BRAND. They are locked before the organization's own day, whoever counts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from tenancy.isolation import current_organization_id
from texting.limits.carriers import warnings
from texting.models import Brand, Line, Message, SendingCount
from texting.purposes import TERMS, Purpose

ZONE = ZoneInfo("America/Los_Angeles")
EDGE = timedelta(minutes=2)
FOR_BULK = 0.9  # of the cap


@dataclass
class Day:
    """One day of a brand, its row locked. `cap` and `used` are segments; `resumes_at`: when what is over may go.

    `is_full`: a reply did not fit.
    """

    row: SendingCount
    cap: int
    used: int
    is_full: bool = False

    @property
    def resumes_at(self) -> datetime:
        """When the next day has begun for certain."""
        return next_day(self.row.begins_at) + EDGE


@dataclass(frozen=True)
class Place:
    """A text's place in its brand's day: what it takes, or None of it and when it may go."""

    segments: int
    resumes_at: datetime | None


def day_of(moment: datetime) -> datetime:
    """The begin of the carriers' day that `moment` (aware) lies in."""
    return moment.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def next_day(begins_at: datetime) -> datetime:
    """The begin of the day after."""
    return day_of(begins_at.astimezone(ZONE) + timedelta(hours=36))  # also where a day has 23 or 25 hours


def days_at(moment: datetime) -> list[datetime]:
    """The days that a text of `moment` counts in: two around midnight, else one."""
    return sorted({day_of(moment - EDGE), day_of(moment + EDGE)})


def segments_of(message: Message) -> int:
    """What the carriers count of a text: its segments, or one for a text with pictures."""
    return 1 if message.media_count else max(message.segments, 1)


def brand_of(line: Line) -> Brand | None:
    """The line's brand, if its day has a cap."""
    if line.campaign_id is None:
        return None
    return Brand.objects.filter(campaigns=line.campaign_id, daily_segments__isnull=False).first()


def lock(brand: Brand, moment: datetime) -> list[Day]:
    """The days of `moment`, locked until the transaction ends. Call it before the organization's own day is touched."""
    begins = days_at(moment)
    key = brand.pk.bytes
    SendingCount.objects.bulk_create(
        [SendingCount(kind=SendingCount.Kind.BRAND, key=key, begins_at=day) for day in begins], ignore_conflicts=True
    )
    rows = SendingCount.objects.select_for_update().filter(kind=SendingCount.Kind.BRAND, key=key, begins_at__in=begins)
    return [Day(row, brand.daily_segments or 0, row.segments) for row in rows.order_by("begins_at")]


def places(days: Sequence[Day], messages: Sequence[Message]) -> list[Place]:
    """Give each text its place, in their order, and count it; a text that is too much for a day gets none."""
    found = [_place(days, message) for message in messages]
    taken = [place.segments for place in found if place.resumes_at is None]
    for day in days:
        if taken or day.is_full:
            _count(day, texts=len(taken), segments=sum(taken))
    return found


def _place(days: Sequence[Day], message: Message) -> Place:
    segments, purpose = segments_of(message), Purpose(message.purpose)
    full = [day for day in days if not TERMS[purpose].owed and day.used + segments > _most(day, message)]
    if full:
        for day in full:
            day.is_full |= not _is_bulk(message)
        return Place(segments, max(day.resumes_at for day in full))
    for day in days:
        day.used += segments
    return Place(segments, None)


def _most(day: Day, message: Message) -> int:
    return int(day.cap * FOR_BULK) if _is_bulk(message) else day.cap


def _is_bulk(message: Message) -> bool:
    return message.purpose == Purpose.BULK or message.announcement_id is not None


def _count(day: Day, *, texts: int, segments: int) -> None:
    day.row.texts += texts
    day.row.segments += segments
    warnings.tell(day.row, day.cap, is_full=day.is_full)
    day.row.save(update_fields=["texts", "segments", "told_percent"])


_UNCOUNT = """
UPDATE texting_sendattempt a SET brand_id = NULL
FROM unnest(%(ids)s::uuid[], %(attempts)s::int[]) AS n (message_id, number), texting_sendattempt old
WHERE a.organization_id = %(organization)s AND a.message_id = n.message_id AND a.number = n.number
    AND old.organization_id = a.organization_id AND old.id = a.id AND a.brand_id IS NOT NULL
RETURNING old.brand_id, old.started_at, old.brand_segments
"""
_GIVE_BACK = """
UPDATE texting_sendingcount
SET texts = greatest(0, texts - %(texts)s), segments = greatest(0, segments - %(segments)s)
WHERE organization_id = %(organization)s AND kind = 'brand' AND key = %(key)s AND begins_at = %(day)s
"""


def give_back(attempts: Iterable[tuple[UUID, int]]) -> None:
    """These attempts (message, number) took nothing from the carrier: the provider refused them. Harmless twice."""
    pairs = list(attempts)
    if not pairs:
        return
    organization = current_organization_id()
    ids, numbers = zip(*pairs, strict=True)
    back: dict[tuple[bytes, datetime], list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_UNCOUNT, {"organization": organization, "ids": list(ids), "attempts": list(numbers)})
        for brand_id, started_at, segments in cursor.fetchall():
            for day in days_at(started_at):
                back.setdefault((brand_id.bytes, day), []).append(segments)
        for (key, day), parts in sorted(back.items()):
            values: dict[str, Any] = {"organization": organization, "key": key, "day": day}
            cursor.execute(_GIVE_BACK, {**values, "texts": len(parts), "segments": sum(parts)})
