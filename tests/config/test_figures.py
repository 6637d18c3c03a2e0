"""The numbers from which an operator's alarm is made."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from config.figures import figures
from tenancy.isolation import activate
from tenancy.models import ClockTick, Organization
from tests.permitting import agree_to_everything
from texting import sending
from texting.models import LineKey, OutboxEntry
from texting.purposes import Purpose

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ringing(db):
    ClockTick.objects.create(task="sweep", ticked_at=Now())


def queue(scene, purpose=Purpose.REPLY):
    with activate(scene.organization):
        scene.hear("Hello")
        agree_to_everything(scene.conversation().contact)
        OutboxEntry.objects.all().delete()
        sending.send_text(conversation=scene.conversation(), body="Hi", author=scene.agent, purpose=purpose)
    OutboxEntry.objects.update(due_at=Now() - timedelta(minutes=2))


def test_when_nothing_waits_there_is_no_alarm(django_assert_num_queries):
    with django_assert_num_queries(1):
        found = figures()
    assert (found.oldest_ready, found.oldest_unknown, found.stopped_lines, found.alarms) == (0, 0, 0, ())
    assert found.clock_silence < 30


def test_a_text_that_waits_too_long_is_an_alarm(scene):
    queue(scene)
    assert 100 < figures().oldest_ready < 200
    assert "a text waits" in figures().alarms[0]


def test_campaigns_lines_that_have_stopped_and_texts_that_wait_for_another_are_none(scene):
    queue(scene, Purpose.BULK)
    assert figures().alarms == ()
    OutboxEntry.objects.all().delete()
    queue(scene)
    entry = OutboxEntry.objects.get()
    LineKey.objects.update(stopped_at=Now(), stopped_for="auth", probe_at=Now())
    assert (figures().alarms, figures().stopped_lines) == ((), 1)
    LineKey.objects.update(stopped_at=None)
    with activate(scene.organization):
        sending.send_text(conversation=scene.conversation(), body="Another", author=scene.agent)
    OutboxEntry.objects.exclude(pk=entry.pk).update(due_at=Now() - timedelta(minutes=2))
    OutboxEntry.objects.filter(pk=entry.pk).update(state="unconfirmed", unconfirmed_since=Now())
    assert figures().alarms == ()


def test_a_text_that_is_unconfirmed_too_long_is_an_alarm(scene):
    queue(scene)
    OutboxEntry.objects.update(state="unconfirmed", unconfirmed_since=Now() - timedelta(minutes=16))
    assert ["unconfirmed" in alarm for alarm in figures().alarms] == [True]


def test_a_purge_that_runs_for_more_than_a_day_is_an_alarm(scene):
    Organization.objects.update(purging_since=Now() - timedelta(hours=23))
    assert figures().alarms == ()
    Organization.objects.update(purging_since=Now() - timedelta(hours=25))
    assert ["a purge runs" in alarm for alarm in figures().alarms] == [True]


def test_a_clock_that_fell_silent_or_never_ran_is_an_alarm():
    ClockTick.objects.update(ticked_at=Now() - timedelta(minutes=4))
    assert figures().alarms == ("the clock does not ring",)
    ClockTick.objects.all().delete()
    assert figures().clock_silence is None
    assert figures().alarms == ("the clock does not ring",)
