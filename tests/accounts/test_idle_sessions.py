"""A session that nobody uses ends, even while its page keeps itself up to date."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Session
from tests.cast import cast, signed_in

__all__ = ["cast"]


def seen_minutes_ago(minutes):
    Session.objects.update(last_seen_at=timezone.now() - timedelta(minutes=minutes))


@pytest.fixture
def agent(cast):
    client = Client()
    signed_in(client, cast.agent)
    return client


def test_a_page_that_refreshes_itself_does_not_keep_its_session_alive(agent):
    seen_minutes_ago(30)
    before = Session.objects.get().last_seen_at
    assert agent.get("/inbox/", headers={"X-Background": "live"}).status_code == 200
    assert Session.objects.get().last_seen_at == before


def test_a_person_who_does_something_keeps_it_alive(agent):
    seen_minutes_ago(30)
    before = Session.objects.get().last_seen_at
    assert agent.get("/inbox/").status_code == 200
    assert Session.objects.get().last_seen_at > before


def test_an_idle_session_has_ended(agent):
    seen_minutes_ago(61)
    assert agent.get("/inbox/").status_code == 302
