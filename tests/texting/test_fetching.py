"""Texts whose webhook never came are read from the provider's list, once only, for the right line only."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.db.models.functions import Now

from compliance.models import Suppression
from tenancy.isolation import activate
from tests.texting.conftest import make_scene
from texting import circuit, fetching, inbound_steps, receiving
from texting.models import Conversation, LineKey, Message
from texting.providers.base import Inbound, Media

pytestmark = pytest.mark.django_db(transaction=True)


def written(scene, body, *, which=1, sender="+12125550181", files=0):
    media = tuple(Media("image/png", f"https://x.example/{n}") for n in range(files))
    return Inbound(f"missed-{which}", sender, scene.line.number, body, f"missed-{which}", media)


def due():
    LineKey.objects.update(poll_due_at=Now())


def test_a_text_whose_webhook_got_lost_comes_in_with_all_that_follows_from_it(scene, far_end):
    far_end.received += [written(scene, "Hello", files=2), written(scene, "STOP", which=2)]
    assert fetching.fetch_missed() == {"lines": 1, "failed": 0, "missed": 2}
    with activate(scene.organization):
        assert list(Message.objects.filter(direction="in").values_list("media_count", flat=True)) == [2, 0]
        assert Suppression.objects.count() == 1, "a STOP among them is heard"
        assert Conversation.objects.get().unread == 2


def test_each_text_is_taken_once_however_often_it_is_listed(scene, far_end):
    far_end.received.append(written(scene, "Hello"))
    with activate(scene.organization):
        receiving.receive(scene.line, written(scene, "Hello"))
    for _ in range(3):
        due()
        assert fetching.fetch_missed()["missed"] == 0
    with activate(scene.organization):
        assert Message.objects.count() == 1


def test_a_webhook_at_the_same_moment_does_no_harm(scene, far_end):
    texts = [written(scene, f"Hello {n}", which=n) for n in range(10)]
    far_end.received += texts
    barrier = threading.Barrier(2)

    def webhook():
        barrier.wait()
        for text in texts:
            with activate(scene.organization):
                receiving.receive(scene.line, text)

    def poll():
        barrier.wait()
        fetching.fetch_missed()

    def run(work):
        try:
            work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, (webhook, poll)))
    due()
    fetching.fetch_missed()
    with activate(scene.organization):
        assert Message.objects.filter(direction="in").count() == 10
        assert Conversation.objects.count() == 1


def test_a_line_is_read_every_five_minutes_and_no_more_often(scene, far_end):
    assert fetching.fetch_missed()["lines"] == 1
    assert fetching.fetch_missed()["lines"] == 0
    key = LineKey.objects.get()
    assert timedelta(minutes=4) < key.poll_due_at - key.polled_at <= timedelta(minutes=5, seconds=30)


def test_the_mark_moves_on_only_when_the_list_was_read(scene, far_end):
    LineKey.objects.update(polled_at=Now() - timedelta(hours=3))
    before = LineKey.objects.get().polled_at
    far_end.silent = True
    assert fetching.fetch_missed() == {"lines": 0, "failed": 1, "missed": 0}
    assert LineKey.objects.get().polled_at == before
    far_end.silent = False
    due()
    fetching.fetch_missed()
    assert LineKey.objects.get().polled_at > before + timedelta(hours=2)


def test_it_reads_from_a_quarter_of_an_hour_before_the_mark(scene, far_end, monkeypatch):
    asked = []

    async def listen(provider, number, *, since, until):
        asked.append((since, until))
        return []

    monkeypatch.setattr(fetching, "_list", listen)
    LineKey.objects.update(polled_at=Now() - timedelta(hours=3))
    mark = LineKey.objects.get().polled_at
    fetching.fetch_missed()
    assert asked[0][0] == mark - timedelta(minutes=15)


def test_senders_that_nobody_can_answer_are_left_out_and_hide_nobody(scene, far_end):
    far_end.received += [written(scene, "Win!", sender="12345"), written(scene, "Hello", which=2)]
    assert fetching.fetch_missed()["missed"] == 1


def test_one_line_that_cannot_be_read_does_not_keep_the_others_from_it(scene, far_end):
    other = make_scene("Northside Plumbing", "northside")
    with activate(other.organization):
        other.line.credentials = "no json"
        other.line.save()
    far_end.received.append(written(scene, "Hello"))
    assert fetching.fetch_missed() == {"lines": 1, "failed": 1, "missed": 1}
    with activate(other.organization):
        assert not Message.objects.exists(), "and nothing crosses over"


def test_a_list_that_can_be_read_again_lets_a_stopped_line_go_on(scene, far_end):
    LineKey.objects.update(refusals=3, stopped_at=Now(), stopped_for="auth", probe_at=Now() + timedelta(hours=1))
    fetching.fetch_missed()
    assert circuit.stops([scene.line.pk]) == []


def test_a_list_says_nothing_about_an_account_that_is_stopped(scene, far_end):
    LineKey.objects.update(refusals=3, stopped_at=Now(), stopped_for="account", probe_at=Now() + timedelta(hours=1))
    fetching.fetch_missed()
    assert len(circuit.stops([scene.line.pk])) == 1


def test_a_text_that_cannot_be_taken_keeps_out_no_other_one(scene, far_end, monkeypatch):
    real = inbound_steps.run

    def breaks(arrivals):
        if any(arrival.body == "poison" for arrival in arrivals):
            raise ValueError
        real(arrivals)

    monkeypatch.setattr(inbound_steps, "run", breaks)
    far_end.received += [written(scene, body, which=n) for n, body in enumerate(("Hello", "poison", "STOP"))]
    assert fetching.fetch_missed() == {"lines": 1, "failed": 0, "missed": 2}
    with activate(scene.organization):
        assert Suppression.objects.count() == 1
