"""A program's text that a second person decides about."""

import pytest

from compliance.models import HeldText
from tenancy.isolation import activate
from tests.permitting import agree_to_everything
from texting.models import Message

OFFER = "30% off all creams this week only. Shop now!"


@pytest.fixture
def customer(scene):
    """Somebody who wrote, and agreed to nothing more."""
    with activate(scene.organization):
        return scene.hear("Hello").contact


def test_an_offer_is_kept_and_the_answer_says_so(scene, caller, customer):
    answer = caller.post("messages", {"to": scene.number, "body": OFFER})

    assert answer.status_code == 422
    assert answer.json()["waits_for_approval"] is True
    assert [reason["rule"] for reason in answer.json()["reasons"]] == ["type.promotion"]
    with activate(scene.organization):
        assert HeldText.objects.get().body == OFFER
        assert not Message.objects.filter(direction="out", purpose="reply").exists()


def test_of_many_only_the_offer_waits_and_forbidden_content_is_kept_nowhere(scene, caller, customer):
    bodies = ("See you at 10", OFFER, "Payday loans, no credit check!")
    texts = [{"to": scene.number, "body": body} for body in bodies]
    results = caller.post("messages/batch", {"messages": texts}).json()["results"]
    assert [one["status"] for one in results] == [202, 422, 422]
    assert "waits_for_approval" not in results[2]["problem"]
    with activate(scene.organization):
        assert HeldText.objects.count() == 1


def test_who_agreed_to_marketing_gets_the_offer(scene, caller, customer):
    with activate(scene.organization):
        agree_to_everything(customer)
    assert caller.post("messages", {"to": scene.number, "body": OFFER, "purpose": "bulk"}).status_code == 202
