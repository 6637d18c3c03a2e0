"""The preview's night is the purge's night wherever the organization is: only whole days (of UTC) end."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from retention.choices import Choices
from retention.due import due_at, lanes
from retention.foreseeing import foresee
from retention.kinds import Kind
from retention.models import RetentionPolicy
from retention.purging import running
from retention.reading import ends_of
from tenancy.isolation import activate
from texting.models import Message

from .conftest import LONG_AGO, set_days

DAYS, SECOND = 30, timedelta(seconds=1)
ZONES = (
    "Pacific/Honolulu",
    "America/Los_Angeles",
    "America/New_York",
    "Europe/London",
    "Europe/Athens",
    "Asia/Kolkata",
    "Pacific/Kiritimati",
)
WHEN = (datetime(2026, 3, 6, 12, tzinfo=UTC), datetime(2026, 3, 27, 22, tzinfo=UTC))
"""Just before clocks change in America, and in Europe."""


def edges(nights):
    """Times at which one thinks that something is due in one of these nights, and a second before and after."""
    for night in nights:
        exact = night.astimezone(UTC) - timedelta(days=DAYS)
        on_the_wall = (night - timedelta(days=DAYS)).astimezone(UTC)
        midnight = exact.replace(hour=0, minute=0, second=0, microsecond=0)
        evening = datetime.combine(night.date() - timedelta(days=DAYS + 1), datetime.max.time(), night.tzinfo)
        for moment in {exact, on_the_wall, midnight, evening.astimezone(UTC)}:
            yield from (moment - SECOND, moment, moment + SECOND)


@pytest.mark.parametrize("now", WHEN, ids=["America", "Europe"])
def test_texts_at_the_edges_of_days_end_in_the_night_that_the_preview_says(desk, told, now):
    one = told("Hello")
    theirs = {"conversation_id": one.conversation_id, "contact_id": one.contact_id, "line_id": one.line_id}
    with activate(desk.organization):
        chosen()
        for zone in ZONES:
            nights = foresee(Choices.load(), zone=zone, at=now, kinds=[Kind.BODIES]).nights[:4]
            Message.objects.all().delete()
            Message.objects.bulk_create(
                Message(**theirs, direction="in", body="Hello", status="received", created_at=moment)
                for moment in edges(nights)
            )
            shown = of_texts(foresee(Choices.load(), zone=zone, at=now, kinds=[Kind.BODIES])).counts
            purged = [running.plan(night.astimezone(UTC)).texts for night in nights]
            assert [sum(shown[: at + 1]) for at in range(4)] == purged, zone
            assert 0 < purged[0] < purged[-1], "something moves"
            [lane] = [each for each in lanes(Kind.BODIES) if each.subject.model == "texting.Message"]
            for moment in set(edges(nights[:1])):
                due = due_at(lane.subject, moment, DAYS)
                assert moment >= lane.cutoff(due - SECOND), zone
                assert moment < lane.cutoff(due), zone


def chosen():
    """As long as anybody can remember."""
    set_days(Kind.BODIES, DAYS)
    RetentionPolicy.objects.update(set_at=LONG_AGO - timedelta(days=99), starts_at=LONG_AGO - timedelta(days=99))


def of_texts(seen):
    [forecast] = [each for each in seen.forecasts if each.lane.subject.model == "texting.Message"]
    return forecast


def test_an_evening_in_america_is_the_next_day_of_utc(desk, told):
    """What was written on the first at eight in the evening of New York ends a night later than the afternoon's."""
    zone = ZoneInfo("America/New_York")
    texts = [told("Hello", datetime(2026, 2, 1, hour, tzinfo=zone), number=f"+121255501{hour}") for hour in (15, 20)]
    with activate(desk.organization):
        chosen()
        seen = foresee(Choices.load(), zone=zone.key, at=datetime(2026, 3, 1, tzinfo=zone), kinds=[Kind.BODIES])
        counts = of_texts(seen).counts
        nights = [f"{night:%d}" for night, count in zip(seen.nights, counts, strict=True) if count]
        assert nights == ["04", "05"]
        assert len(texts) == 2


def test_beside_a_thread_stands_the_night_of_the_purge(desk, told):
    text = told("Hello", datetime.now(UTC).replace(hour=1, minute=0) - timedelta(days=5))
    with activate(desk.organization):
        desk.organization.time_zone = "America/New_York"
        desk.organization.save(update_fields=["time_zone"])
        set_days(Kind.BODIES, DAYS)
        desk.cast.admin.refresh_from_db()
        seen = foresee(Choices.load(), zone="America/New_York", at=datetime.now(UTC), kinds=[Kind.BODIES])
        [night] = [night for night, count in zip(seen.nights, of_texts(seen).counts, strict=True) if count]
        [end] = [one for one in ends_of(desk.cast.admin, text.conversation) if one.kind is Kind.BODIES]
        assert end.on == night
