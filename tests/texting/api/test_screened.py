"""What programs write is looked through like what people write: texts, many texts, links, notes."""

import pytest

from tenancy.isolation import activate
from texting.models import Message, Note

CARD = "4111 1111 1111 1111"
LINK = "https://harbor.example/pay?card=4111111111111111"


@pytest.mark.parametrize("body", [f"We charged {CARD}", f"See {LINK}", "Your biopsy came back positive for melanoma"])
def test_a_program_sends_nothing_that_a_person_could_not(scene, caller, body):
    with activate(scene.organization):
        scene.hear("Hello")
    answer = caller.post("messages", {"to": scene.number, "body": body})
    assert answer.status_code == 422
    assert answer.json()["reasons"][0]["rule"].startswith("content.")
    assert "1111" not in answer.content.decode()
    many = caller.post("messages/batch", {"messages": [{"to": scene.number, "body": body}]}).json()
    assert (many["queued"], many["refused"]) == (0, 1)
    with activate(scene.organization):
        assert not Message.objects.filter(direction="out").exists()


def test_a_note_leaves_by_the_api_without_the_card_that_was_put_into_it(scene, caller):
    with activate(scene.organization):
        place = f"conversations/{scene.hear('Hello').conversation_id}/notes"
    answer = caller.post(place, {"body": f"Card {CARD}, prefers mornings"})
    assert answer.json()["body"] == "Card [card ••••1111], prefers mornings"
    assert "4111" not in caller.get(place).content.decode()
    with activate(scene.organization):
        assert "4111" not in Note.objects.get().body
