"""What the check promises of segments, cost and time is what then happens, also where something else than the line is
the slowest.
"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tenancy.isolation import activate
from tests.texting.announcements.many import act, checked, customers, hand_over, started, work
from tests.texting.desk import desk
from texting.announcements import lasting, planning, reading, running
from texting.announcements.lasting import Load
from texting.limits.carriers.days import day_of
from texting.limits.prices import MICROS
from texting.limits.standing import DAY, HOUR, forget, standing
from texting.models import Announcement, Brand, Campaign, Line, Message, SendingCount, SendingLimits

__all__ = ["desk"]

CURLY = "We’re closed on Friday for staff training. Back on Monday at 8, and on Tuesday until 7."
LOAD = Load(people=600, segments=600, micros=4_200_000, block=250)


def test_segments_and_cost_are_those_of_the_texts_that_leave(desk):
    customers(desk, 1, 2, 3)
    row = checked(desk, body=CURLY)
    with activate(desk.organization):
        told = reading.forecast(row)
    page = desk.as_(desk.cast.owner).get(reverse("announcement", args=[row.pk])).content.decode()
    assert "for letters outside the short alphabet" in page
    act(desk, running.start, row)
    work(desk, row)
    assert hand_over(desk) == 3
    with activate(desk.organization):
        texts = list(Message.objects.filter(announcement=row))
    assert told.segments == sum(text.segments for text in texts) > told.people == 3
    assert told.extra == sum(text.unicode_extra for text in texts) > 0
    assert told.cost == sum(text.price_micros for text in texts) / MICROS > 0
    assert told.longest == max(text.segments for text in texts)


def counted(place, begins_at, **used) -> None:
    kind, key = place
    SendingCount.objects.create(kind=kind, key=key, begins_at=begins_at, **used)


def used_up_today(line) -> None:
    counted(DAY, standing().day, texts=9_900, segments=9_900)


def busy_hour(line) -> None:
    counted(HOUR, standing().hour, texts=900)


def campaign(line, **brand) -> None:
    made = Brand.objects.create(name="Harbor", tier="low", **brand)
    line.campaign = Campaign.objects.create(
        brand=made, name="Mixed", message_class="F", segments_a_minute=60, pictures_a_minute=30
    )
    line.save()


def capped(line) -> None:
    campaign(line, daily_segments=500)
    brand = Brand.objects.get()
    counted((SendingCount.Kind.BRAND, brand.pk.bytes), day_of(timezone.now()), segments=100)


@pytest.mark.parametrize(
    ("limits", "before", "seconds", "pace"),
    [
        ({}, None, 6, "line: 100 segments a second"),
        ({}, campaign, 600, "60 segments a minute"),
        ({"organization_hour": 200}, None, 7_200, "200 texts an hour"),
        ({}, busy_hour, 3_600, "1,000 texts an hour"),
        ({"prefix_hour": 100}, None, 7_200, "100 texts an hour to one block"),
        ({"daily_segments": 250}, None, 2 * 86_400, "250 segments a day"),
        ({}, used_up_today, 86_400, "10,000 segments a day"),
        ({"daily_micros": 1_000_000}, None, 4 * 86_400, "1.00 USD a day"),
        ({}, capped, 86_400, "450 segments a day, as answers come first"),
    ],
)
def test_the_slowest_of_its_bounds_says_how_long_it_takes(desk, limits, before, seconds, pace):
    wide = {"daily_segments": 10_000, "daily_micros": 10**9, "organization_hour": 1_000, "prefix_hour": 1_000}
    with activate(desk.organization):
        SendingLimits.objects.create(**{**wide, **limits})
        line = Line.objects.get(pk=desk.line.pk)
        if before:
            before(line)
            forget()
        found = lasting.lasting(Announcement(line=line), LOAD)
    assert (found.seconds, found.days) == (pytest.approx(seconds), int(seconds // 86_400) + 1)
    assert pace in found.pace
    assert bool(found.left) == (seconds >= 86_400)
    assert before is not used_up_today or found.left == "Left of it today: 100"


def test_who_waits_for_an_hour_is_not_said_to_be_done_in_a_minute(desk, time_machine):
    customers(desk, 1, 2)
    row = started(desk)
    with activate(desk.organization):
        assert lasting.time_left(row) == "less than a minute left"
        Message.objects.filter(announcement=row).update(held_until=timezone.now() + timedelta(hours=8, minutes=50))
        assert lasting.time_left(row) == "about 9 hours left"


def test_whose_place_is_unknown_reads_our_clock(desk):
    """Their moment was written by the clock of UTC and called theirs."""
    customers(desk, 1)
    row = checked(desk)
    at = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    with activate(desk.organization):
        row.report["when"] = {f"{at.isoformat(timespec='minutes')} ": 1}
        [(moment, where, people)] = reading.forecast(row).when
        ours = planning.begins_words(Announcement(begins_at=at), desk.organization.time_zone)
        assert (moment in ours, where.startswith("Unknown; by the clock in"), people) == (True, True, 1)
        row.report["when"] = {f"{(at - timedelta(days=2)).isoformat(timespec='minutes')} America/Denver": 1}
        assert reading.forecast(row).when == (("", "Denver", 1),), "that hour has come since"
