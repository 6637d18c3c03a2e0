"""Counts that are kept: of each settled day by the clock, and of what a purge deletes in its own transaction.

A day's rows and its counts of what has gone are the whole of it, however much a purge has taken (decision 387).
"""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from compliance.models import StepCount, TextCount
from compliance.reports.periods import edges
from compliance.work.counting import Days, add, all_steps, answers, day_of, text_rows, turns
from tenancy.arrays import among
from tenancy.isolation import current_organization_id
from tenancy.models import Organization
from texting import counted_days
from texting.models import Conversation, CountedDay, Message, Turn

AT_ONCE = 10
"""Days in one transaction of the clock."""


def keep_of_texts(texts: Collection[UUID]) -> None:
    """Before these texts are deleted, the newest of a conversation first."""
    moments = list(Message.objects.filter(pk__in=among(texts)).order_by().values_list("created_at", flat=True))
    days = Days(_days(moments), _zone(), texts=texts)
    add(text_rows(days), answers(days), is_gone=True)
    counted_days.touch(moments)


def keep_of_turns(conversations: Collection[UUID]) -> None:
    """Before the turns of these conversations are deleted, and before their texts are: these say who was answered."""
    rows = dict(
        Turn.objects.filter(conversation_id__in=among(conversations)).order_by().values_list("pk", "created_at")
    )
    add((), turns(Days(_days(rows.values()), _zone(), turns=rows)), is_gone=True)
    counted_days.touch(rows.values())


def count_days() -> int:
    """Count settled days of the active organization that are not counted; how many, at most `AT_ONCE`."""
    zone = _zone()
    wanted = _wanted(zone)[:AT_ONCE]
    if not wanted:
        return 0
    counted_days.lock_alone()
    for model in (TextCount, StepCount):
        model._default_manager.filter(day__in=wanted, is_gone=False).delete()
    CountedDay.objects.filter(day__in=wanted).delete()
    days = Days(wanted, zone)
    add(text_rows(days), all_steps(days), is_gone=False)
    found = edges(wanted, zone)
    CountedDay.objects.bulk_create(
        CountedDay(day=day, begin=begin, end=end)
        for day, begin, end in zip(found["days"], found["starts"], found["stops"], strict=True)
    )
    return len(wanted)


def counted(first: date, last: date, zone: str) -> list[date]:
    """Which of these days are kept as counts, by this calendar."""
    rows = CountedDay.objects.filter(day__gte=first, day__lte=last).values_list("day", "begin", "end")
    known = {day: (begin, end) for day, begin, end in rows}
    found = edges(sorted(known), zone)
    return [
        day
        for day, begin, end in zip(found["days"], found["starts"], found["stops"], strict=True)
        if known[day] == (begin, end)
    ]


def with_rows(zone: str) -> tuple[date, date]:
    """The first day that has any row, and today: only days between them are worth a look."""
    now = timezone.now()
    begun = filter(None, (_earliest(Message, "created_at"), _earliest(Conversation, "opened_at")))
    return day_of(min(begun, default=now), zone), day_of(now, zone)


def _wanted(zone: str) -> list[date]:
    """Settled days without counts, the newest first."""
    last = day_of(timezone.now() - counted_days.SETTLED, zone) - timedelta(days=1)
    first, _today = with_rows(zone)
    kept = set(counted(first, last, zone))
    days = (last - timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if day not in kept]


def _earliest(model: type[Message] | type[Conversation], column: str) -> datetime | None:
    found: datetime | None = model._default_manager.order_by(column).values_list(column, flat=True).first()
    return found


def _days(moments: Iterable[datetime]) -> list[date]:
    zone = _zone()
    return sorted(Counter(day_of(at, zone) for at in moments))


def _zone() -> str:
    return str(Organization.objects.values_list("time_zone", flat=True).get(pk=current_organization_id()))
