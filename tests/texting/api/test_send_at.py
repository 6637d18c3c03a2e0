"""A program schedules a text, reads it by the id that the message will have, and takes it back."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tenancy.isolation import activate
from texting.models import Contact, Conversation, Message, ScheduledText
from texting.scheduled import leaving_now


def at(hours: float = 2) -> str:
    return (timezone.now() + timedelta(hours=hours)).isoformat()


def rows(scene, model=ScheduledText) -> int:
    with activate(scene.organization):
        return model.objects.count()


@pytest.fixture
def thread(scene):
    with activate(scene.organization):
        scene.hear("Hello")
        return scene.conversation()


def ask(caller, thread, **fields):
    wanted = {"conversation_id": str(thread.pk), "body": "See you at ten", "send_at": at(), "outside_hours": "send"}
    return caller.post("messages", wanted | fields)


def test_it_is_kept_read_sent_at_its_time_and_then_is_that_message(scene, caller, thread):
    answer = ask(caller, thread)
    assert answer.status_code == 202, answer.json()
    shown = answer.json()
    assert (shown["status"], shown["body"]) == ("scheduled", "See you at ten")
    assert shown["held_until"] is not None
    assert caller.get(f"messages/{shown['id']}").json() == shown
    with activate(scene.organization):
        ScheduledText.objects.update(look_at=timezone.now())
        leaving_now.send_due()
        assert Message.objects.get(pk=shown["id"]).author_id == caller.member.pk
    assert caller.get(f"messages/{shown['id']}").json()["status"] == "queued"
    assert caller.post(f"messages/{shown['id']}/cancel").json()["status"] == "canceled"  # no worker had it yet
    assert caller.post(f"messages/{shown['id']}/cancel").status_code == 409


def test_it_is_taken_back_once_and_again(scene, caller, thread):
    where = f"messages/{ask(caller, thread).json()['id']}"
    assert caller.post(f"{where}/cancel").json()["status"] == "canceled"
    assert caller.post(f"{where}/cancel").json()["status"] == "canceled"
    with activate(scene.organization):
        ScheduledText.objects.update(look_at=timezone.now())
        assert leaving_now.send_due() == 0


def test_to_a_new_number_the_conversation_is_made_when_it_is_kept_and_for_no_refusal(scene, caller, thread):
    with activate(scene.organization):
        scene.hear("STOP")
    gone = caller.post("messages", {"to": scene.number, "body": "Hi", "send_at": at(), "outside_hours": "send"})
    assert gone.status_code == 422
    before = rows(scene, Conversation), rows(scene, Contact)
    new = {"to": "+12125550199", "body": "Hi", "send_at": at(), "outside_hours": "send"}
    refused = caller.post("messages", new)  # nobody there has agreed to anything
    assert refused.status_code == 422
    assert (rows(scene, Conversation), rows(scene, Contact)) == before
    assert rows(scene) == 0


@pytest.mark.parametrize("moment", ["2026-12-01T09:00:00", "soon", "2020-01-01T09:00:00Z", "9999-12-31T23:59:59Z", 5])
def test_a_moment_that_is_none_is_refused_by_its_field(scene, caller, thread, moment):
    answer = ask(caller, thread, send_at=moment)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/send_at"
    assert rows(scene) == 0


def test_asked_to_it_says_when_the_hours_begin(scene, caller, thread):
    day = timezone.now() + timedelta(days=2)
    night = datetime(day.year, day.month, day.day, 7, 30, tzinfo=UTC)  # before four in the morning, New York
    answer = ask(caller, thread, send_at=night.isoformat(), outside_hours="ask")
    assert answer.status_code == 422
    assert "begin" in answer.json()["errors"][0]["detail"]
    batch = caller.post(
        "messages/batch",
        {
            "messages": [
                {"conversation_id": str(thread.pk), "body": "A", "send_at": at(), "outside_hours": "send"},
                {"conversation_id": str(thread.pk), "body": "B", "send_at": "2020-01-01T00:00:00Z"},
            ]
        },
    ).json()
    assert (batch["queued"], batch["refused"]) == (1, 1)
