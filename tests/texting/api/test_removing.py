"""Removing and deleting texts by the API."""

import pytest

from tenancy.isolation import activate
from tests.texting.conftest import make_scene
from texting.models import Message, OutboxEntry

WHY = {"reason": "wrong_customer", "words": "Meant for Bob"}


@pytest.fixture
def heard(scene):
    with activate(scene.organization):
        return scene.hear("The gate code is 7291")


def test_a_redacted_text_says_so_wherever_it_is_read(scene, caller, heard):
    answer = caller.post(f"messages/{heard.pk}/redact", WHY)
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["body"], shown["ended_as"]) == ("Words removed by a colleague", "redacted")
    assert shown["ended_at"]
    assert shown["direction"] == "in"
    assert caller.get(f"messages/{heard.pk}").json() == shown
    assert caller.get(f"conversations/{heard.conversation_id}").json()["preview"] == "Words removed"


def test_of_a_deleted_text_nothing_is_told_but_that_it_was(scene, caller, heard):
    shown = caller.post(f"messages/{heard.pk}/delete", WHY).json()
    assert shown["body"] == "Text deleted by a colleague"
    assert {shown[name] for name in ("direction", "status", "author", "sent_at", "delivered_at", "error")} == {None}


def test_the_kept_answer_of_an_earlier_request_does_not_bring_the_words_back(scene, caller, heard):
    wanted = {"to": scene.number, "body": "Gate 7291", "line_id": str(scene.line.pk)}
    sent = caller.post("messages", wanted, **{"Idempotency-Key": "once"}).json()
    with activate(scene.organization):
        Message.objects.filter(pk=sent["id"]).update(status="delivered")
        OutboxEntry.objects.all().delete()
    assert caller.post(f"messages/{sent['id']}/redact", WHY).status_code == 200
    again = caller.post("messages", wanted, **{"Idempotency-Key": "once"})
    assert "7291" not in again.content.decode()
    assert again.json()["type"].endswith("#answer-gone")


@pytest.mark.parametrize("act", ["redact", "delete"])
def test_what_is_refused_says_why_and_changes_nothing(scene, caller, heard, act):
    for body in ({}, {"reason": "because"}, {"reason": "other", "words": " "}, {**WHY, "words": "x" * 201}):
        assert caller.post(f"messages/{heard.pk}/{act}", body).status_code == 422
    waiting = caller.post("messages", {"to": scene.number, "body": "Nine", "line_id": str(scene.line.pk)}).json()
    refused = caller.post(f"messages/{waiting['id']}/{act}", WHY)
    assert (refused.status_code, "Take it back first" in refused.json()["detail"]) == (409, True)
    assert caller.post(f"messages/{heard.pk}/{act}", WHY).status_code == 200
    assert caller.post(f"messages/{heard.pk}/{act}", WHY).status_code == 409


def test_another_organizations_text_is_not_there(scene, caller):
    other = make_scene("Other", "other")
    with activate(other.organization):
        theirs = other.hear("Hello")
    assert caller.post(f"messages/{theirs.pk}/redact", WHY).status_code == 404
