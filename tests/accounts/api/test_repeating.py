"""`Idempotency-Key`: one text, whatever happens to the request."""

from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from accounts.api import repeating
from accounts.models import KeptAnswer
from accounts.permissions import Permission
from accounts.tasks import forget_what_ended
from tenancy.isolation import activate
from tests.at_once import at_once
from tests.callers import EVERYTHING, make_caller
from tests.texting.conftest import far_end, make_scene, scene
from texting.models import Message

__all__ = ["far_end", "scene"]
KEY = {"Idempotency-Key": "order-4711"}


@pytest.fixture
def caller(scene):
    scene.agent.is_owner = True
    scene.agent.save(update_fields=["is_owner"])
    with activate(scene.organization):
        scene.hear("Hello")
    return make_caller(scene.agent)


def sent(scene) -> int:
    with activate(scene.organization):
        return Message.objects.filter(direction="out").count()


def text(scene, body="See you"):
    return {"to": scene.number, "body": body}


def test_the_same_request_again_is_answered_alike_and_sends_nothing(scene, caller):
    first, second = (caller.post("messages", text(scene), **KEY) for _ in range(2))
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert second.status_code == 202
    assert second["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert sent(scene) == 1


def test_the_order_of_fields_does_not_make_another_request(scene, caller):
    caller.post("messages", {"to": scene.number, "body": "See you"}, **KEY)
    assert caller.post("messages", {"body": "See you", "to": scene.number}, **KEY).status_code == 202
    assert sent(scene) == 1


def test_another_request_under_the_same_key_is_refused(scene, caller):
    caller.post("messages", text(scene), **KEY)
    answer = caller.post("messages", text(scene, "Something else"), **KEY)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("#key-reused")
    assert caller.post("messages/batch", {"messages": [text(scene)]}, **KEY).status_code == 422
    assert sent(scene) == 1


def test_a_refusal_of_the_gate_is_kept_too(scene, caller):
    stranger = {"to": "+12125550199", "body": "Hello"}
    first, second = (caller.post("messages", stranger, **KEY) for _ in range(2))
    assert first.status_code == second.status_code == 422
    assert first.json() == second.json()
    assert second["Content-Type"] == "application/problem+json"


def test_a_request_that_was_wrong_may_be_put_right_under_the_same_key(scene, caller):
    assert caller.post("messages", {"to": scene.number}, **KEY).status_code == 422
    assert caller.post("messages", text(scene), **KEY).status_code == 202
    assert sent(scene) == 1


def test_keys_of_two_integrations_have_nothing_to_do_with_each_other(scene, caller):
    other = make_caller(scene.agent)
    assert (
        caller.post("messages", text(scene), **KEY).json()["id"]
        != other.post("messages", text(scene), **KEY).json()["id"]
    )
    assert sent(scene) == 2


@pytest.mark.parametrize("key", ["", '""', "x" * 256, "späte", "a\tb"])
def test_a_key_that_is_none_is_refused(scene, caller, key):
    answer = caller.post("messages", text(scene), **{"Idempotency-Key": key})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "Idempotency-Key"
    assert sent(scene) == 0


def test_the_answer_is_sealed_and_the_key_is_nowhere(scene, caller):
    caller.post("messages", text(scene, "Your crown is ready"), **KEY)
    with activate(scene.organization), connections["default"].cursor() as cursor:
        cursor.execute("SELECT row_to_json(k)::text FROM accounts_keptanswer k")
        [(row,)] = cursor.fetchall()
    assert "crown" not in row
    assert b"crown".hex() not in row
    assert "order-4711" not in row


def test_whoever_may_no_longer_see_names_does_not_see_them_in_an_old_answer(scene, caller):
    caller.post("messages", text(scene), **KEY)
    integration = caller.key.integration
    integration.permissions = sorted(one.value for one in EVERYTHING - {Permission.CONTACTS_REVEAL})
    integration.save(update_fields=["permissions"])
    answer = caller.post("messages", text(scene), **KEY)
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("#answer-gone")
    assert sent(scene) == 1


def test_answers_are_forgotten_after_three_days(scene, caller):
    caller.post("messages", text(scene), **KEY)
    with activate(scene.organization):
        KeptAnswer.objects.update(created_at=timezone.now() - repeating.KEPT - timedelta(minutes=1))
    assert caller.post("messages", text(scene), **KEY).status_code == 202
    assert sent(scene) == 2
    with activate(scene.organization):
        KeptAnswer.objects.update(created_at=timezone.now() - repeating.KEPT - timedelta(minutes=1))
    assert forget_what_ended()["answers"] == 1
    with activate(scene.organization):
        assert not KeptAnswer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_at_once_under_one_key_send_one_text(far_end):
    """Others are told to come back, or get the first one's answer; none sends a second text."""
    scene = make_scene("Harbor Dental", "harbor")
    scene.agent.is_owner = True
    scene.agent.save(update_fields=["is_owner"])
    with activate(scene.organization):
        scene.hear("Hello")
    caller = make_caller(scene.agent)
    answers = at_once(*[lambda: caller.post("messages", text(scene), **KEY)] * 8)
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert all(int(answer["Retry-After"]) >= 1 for answer in answers if answer.status_code == 409)
    assert sent(scene) == 1
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 202}) == 1
