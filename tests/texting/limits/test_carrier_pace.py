"""A campaign's lines together: no minute holds more than the carrier takes, replies go before bulk, nothing starves.

The texts are entries of the outbox without a text behind them, since only claims look at them. Time goes on by moving
the database's marks back.
"""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.texting.conftest import Scene, make_scene
from tests.texting.test_turns import more_lines
from texting import outbox
from texting.limits.carriers.pacing import pace_of
from texting.models import CampaignPace, Line, LineKey, OutboxEntry

REPLY, BULK = 1, 9


def campaign_of(scene: Scene, *lines: Line, segments: int, pictures: int = 50) -> None:
    pace = pace_of(segments_a_minute=segments, pictures_a_minute=pictures)
    made = CampaignPace.objects.create(
        organization=scene.organization,
        segment_seconds=pace.segment,
        picture_seconds=pace.picture,
        burst_seconds=pace.burst,
    )
    LineKey.objects.filter(line_id__in=[line.pk for line in lines]).update(campaign_id=made.pk)


def wait(line: Line, priority: int, *texts: int | str) -> None:
    """Texts that wait: a number of segments each, or "picture"."""
    now = timezone.now()
    OutboxEntry.objects.bulk_create(
        OutboxEntry(
            message_id=new_id(),
            organization_id=line.organization_id,
            line_id=line.pk,
            contact_id=new_id(),
            priority=priority,
            segments=1 if text == "picture" else text,
            has_pictures=text == "picture",
            due_at=now,
            expires_at=now + timedelta(hours=4),
        )
        for text in texts
    )


def later(seconds: float) -> None:
    with connection.cursor() as cursor:
        for table in ("linekey", "campaignpace"):
            cursor.execute(
                f"UPDATE texting_{table} SET free_at = free_at - make_interval(secs => %s)",
                [seconds],
            )


def taken(line: Line) -> list[tuple[int, bool]]:
    ids = [claim.message_id for claim in outbox.claim(line.pk)]
    rows = {row.pk: row for row in OutboxEntry.objects.filter(pk__in=ids)}
    return [(rows[pk].segments, rows[pk].has_pictures) for pk in ids]


def lines_of(scene: Scene) -> tuple[Line, Line]:
    LineKey.objects.update(texts_per_second=500)
    [second] = more_lines(scene, 1)
    return scene.line, second


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rate=st.sampled_from([15, 75, 240, 600]),
    pictures=st.sampled_from([5, 50, 150]),
    texts=st.lists(st.one_of(st.integers(1, 11), st.just("picture")), min_size=10, max_size=40),
    steps=st.lists(st.floats(0.3, 25), min_size=6, max_size=14),
)
def test_no_minute_holds_more_than_the_carrier_takes_whichever_lines_send(scene, rate, pictures, texts, steps):
    OutboxEntry.objects.all().delete()
    CampaignPace.objects.all().delete()
    with activate(scene.organization):
        Line.objects.exclude(pk=scene.line.pk).delete()
    LineKey.objects.exclude(line_id=scene.line.pk).delete()
    lines = lines_of(scene)
    campaign_of(scene, *lines, segments=rate, pictures=pictures)
    wait(lines[0], BULK, *texts[::2])
    wait(lines[1], BULK, *texts[1::2])
    now, sent = 0.0, []
    for step in steps:
        for line in lines:
            sent += [(now, one) for one in taken(line)]
        later(step)
        now += step
    for end, _ in sent:
        window = [one for at, one in sent if end - 60 < at <= end]
        if len(window) > 1:  # a text that is longer than a minute's worth goes alone
            share = sum(1 / pictures if picture else segments / rate for segments, picture in window)
            assert share <= 1.001


def test_two_lines_share_the_pace_of_their_campaign_and_a_third_does_not(scene):
    first, second = lines_of(scene)
    campaign_of(scene, first, second, segments=15)
    other = make_scene("Northside Plumbing", "northside").line
    LineKey.objects.filter(line_id=other.pk).update(texts_per_second=500)
    for line in (first, second, other):
        wait(line, BULK, *[1] * 20)
    assert len(taken(first)) == 3  # a burst of 15 seconds, five a segment
    assert taken(second) == []
    assert len(taken(other)) == 20
    ask_again = outbox.wait_for(second.pk)
    assert ask_again is not None
    assert ask_again <= 75 / 15
    later(10)
    assert len(taken(second)) in {2, 3}
    assert taken(first) == []


def test_a_reply_on_one_line_goes_before_bulk_on_its_sister(scene):
    first, second = lines_of(scene)
    campaign_of(scene, first, second, segments=240)
    wait(first, BULK, 1, 1)
    wait(second, REPLY, 1)
    assert taken(first) == []
    assert len(taken(second)) == 1
    assert len(taken(first)) == 2


@pytest.mark.parametrize("why", ["stopped", "out of breath", "not due", "of another campaign"])
def test_a_reply_that_could_not_leave_anyway_holds_nobody_up(scene, why):
    first, second = lines_of(scene)
    campaign_of(scene, first, second, segments=240)
    wait(first, BULK, 1)
    wait(second, REPLY, 1)
    key = LineKey.objects.filter(line_id=second.pk)
    if why == "stopped":
        key.update(stopped_at=timezone.now())
    elif why == "out of breath":
        key.update(free_at=timezone.now() + timedelta(seconds=30))
    elif why == "not due":
        OutboxEntry.objects.filter(line_id=second.pk).update(due_at=timezone.now() + timedelta(hours=1))
    else:
        campaign_of(scene, second, segments=240)
    assert len(taken(first)) == 1


def test_a_text_longer_than_a_burst_waits_for_a_silence_and_short_ones_do_not_pass_it_for_ever(scene):
    line, _ = lines_of(scene)
    campaign_of(scene, line, segments=15)
    wait(line, BULK, 1, 11, 1, 1)
    assert taken(line) == [(1, False)]
    later(20)
    assert taken(line) == []
    later(40)
    assert taken(line) == [(11, False)]
    later(30)
    assert taken(line) == []  # 11 of 15 were taken within this minute
    later(30)
    assert taken(line) == [(1, False), (1, False)]


def test_a_long_text_takes_as_much_of_a_lines_own_pace_as_several(scene):
    LineKey.objects.update(texts_per_second=3)
    wait(scene.line, BULK, 2, 2, 1)
    assert taken(scene.line) == [(2, False), (2, False)]
    later(0.5)
    assert taken(scene.line) == []
    later(1)
    assert taken(scene.line) == [(1, False)]
