"""A text by the API for which it is night where the customer is."""

from datetime import UTC, datetime

import pytest

from compliance.send_policies import here
from tenancy.isolation import activate
from tests.permitting import agree_to_everything
from texting.models import Conversation, Message

NIGHT = datetime(2026, 11, 26, 3, 30, tzinfo=UTC)  # 10:30 pm in New York
MORNING = "2026-11-26T13:00:00Z"


@pytest.fixture
def night(scene, monkeypatch):
    """The customer wrote in the afternoon, and it is night there now."""
    with activate(scene.organization):
        agree_to_everything(scene.hear("Hello").contact)
        Conversation.objects.update(last_inbound_at=datetime(2026, 11, 25, 20, 0, tzinfo=UTC))
    monkeypatch.setattr(here, "now", lambda: NIGHT)


@pytest.mark.parametrize("purpose", ["reply", "appointment", "bulk"])
def test_a_text_at_night_waits_and_the_answer_says_until_when(scene, caller, night, purpose):
    answer = caller.post("messages", {"to": scene.number, "body": "See you at 10", "purpose": purpose})
    assert answer.status_code == 202
    assert (answer.json()["status"], answer.json()["held_until"]) == ("queued", MORNING)
    assert caller.get(f"messages/{answer.json()['id']}").json()["held_until"] == MORNING


def test_a_program_may_ask_and_is_told_when(scene, caller, night):
    answer = caller.post("messages", {"to": scene.number, "body": "See you", "outside_hours": "ask"})
    assert answer.status_code == 422
    assert answer.json()["again_at"] == "2026-11-26T13:00:00+00:00"
    assert [reason["rule"] for reason in answer.json()["reasons"]] == ["hours.closed"]
    with activate(scene.organization):
        assert not Message.objects.filter(purpose="reply").exists()


def test_a_program_may_insist_on_an_answer_and_never_on_a_campaign(scene, caller, night):
    text = {"to": scene.number, "body": "See you", "outside_hours": "send"}
    answer = caller.post("messages", text)
    assert (answer.status_code, answer.json()["held_until"]) == (202, None)
    assert caller.post("messages", text | {"purpose": "bulk"}).json()["held_until"] == MORNING


@pytest.mark.parametrize("wrong", ["now", "", None, 1, ["send"]])
def test_anything_else_is_an_error(scene, caller, night, wrong):
    answer = caller.post("messages", {"to": scene.number, "body": "See you", "outside_hours": wrong})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/outside_hours"
