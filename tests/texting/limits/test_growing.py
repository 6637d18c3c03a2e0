"""Ceilings grow with honest use, and only with it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from texting.limits import alarms, growing, standing
from texting.models import LimitChange, SendingCount, SendingLimits


def yesterday(street, segments: int) -> None:
    here = standing.standing()
    local = here.day.astimezone(here.zone)
    begins_at = (local - timedelta(hours=12)).replace(hour=0)
    SendingCount.objects.create(kind="day", begins_at=begins_at, segments=segments, texts=segments)


def ceiling() -> int:
    return SendingLimits.objects.get().daily_segments


@pytest.mark.parametrize(("used", "grown"), [(0, 50), (24, 50), (25, 100), (50, 100), (300, 100)])
def test_a_day_that_used_half_of_its_ceiling_doubles_the_next(street, used, grown):
    yesterday(street, used)
    growing.grow()
    assert ceiling() == grown
    assert growing.grow() == 0  # a day is judged once
    assert ceiling() == grown


def test_money_grows_with_it_and_the_history_says_so(street):
    yesterday(street, 50)
    assert growing.grow() == 1
    assert SendingLimits.objects.get().daily_micros == 10_000_000
    (change,) = LimitChange.objects.all()
    assert (change.what, change.before, change.after, change.actor) == ("grew", 50, 100, None)


def test_an_alarm_keeps_the_ceiling_as_it_is(street):
    yesterday(street, 50)
    alarms.stop(street.stranger("+12125551000"), alarms.Rule.HOURLY, {"texts": 100})
    assert growing.grow() == 0
    assert ceiling() == 50


def test_nothing_grows_beyond_what_the_operator_allows(street):
    street.limit(daily_segments=80, most_segments=90)
    yesterday(street, 80)
    growing.grow()
    assert ceiling() == 90


def test_old_counts_are_forgotten_and_days_are_kept_for_plots(street):
    long_ago = timezone.now() - timedelta(days=30)
    for kind, begins_at in (("day", long_ago), ("member", long_ago), ("member", timezone.now())):
        SendingCount.objects.create(kind=kind, key=b"x", begins_at=begins_at)
    assert growing.forget_counts() == 1
    assert sorted(SendingCount.objects.values_list("kind", flat=True)) == ["day", "member"]
