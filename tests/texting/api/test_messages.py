"""Sending by the API: the same gate, the same outbox, and an answer that a program can act on."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenancy.isolation import activate
from tests.kept import kept_upon
from tests.texting.conftest import make_scene
from texting import gate, sending
from texting.api.shapes import NewMessage
from texting.models import Contact, Conversation, Message, OutboxEntry
from texting.purposes import Purpose


@kept_upon("scene")
def known(scene):
    """A customer who wrote to us, and so may be answered."""
    with activate(scene.organization):
        return scene.hear("Hello")


def count(scene, model=Message, **fields):
    with activate(scene.organization):
        return model.objects.filter(**fields).count()


def test_a_text_to_a_number_is_queued_and_answered_with_its_state(scene, caller, known):
    answer = caller.post("messages", {"to": scene.number, "body": "See you at 10", "line_id": str(scene.line.pk)})
    assert answer.status_code == 202
    shown = answer.json()
    assert shown["status"] == "queued"
    assert shown["body"] == "Harbor Dental: See you at 10\nReply STOP to opt out."
    assert shown["author"] == {"id": str(caller.member.pk), "name": "Booking system"}
    assert answer["Location"] == f"/api/v1/messages/{shown['id']}"
    assert count(scene, OutboxEntry, message_id=shown["id"]) == 1
    assert caller.get(f"messages/{shown['id']}").json() == shown


@pytest.mark.parametrize("name", ["contact_id", "conversation_id"])
def test_a_text_finds_its_way_by_contact_and_by_conversation(scene, caller, known, name):
    whom = {"contact_id": known.contact_id, "conversation_id": known.conversation_id}[name]
    answer = caller.post("messages", {name: str(whom), "body": "See you"})
    assert answer.status_code == 202
    assert answer.json()["conversation_id"] == str(known.conversation_id)


def test_a_program_that_texts_does_not_take_the_conversation_from_the_people(scene, caller, known):
    caller.post("messages", {"to": scene.number, "body": "A reminder"})
    with activate(scene.organization):
        assert Conversation.objects.get(pk=known.conversation_id).assignee_id is None


def test_a_number_without_permission_is_refused_with_the_rule_and_leaves_nothing(scene, caller):
    answer = caller.post("messages", {"to": "+12125550199", "body": "Hello there"})
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"].endswith("/developers/errors/#text-refused")
    assert [reason["rule"] for reason in problem["reasons"]] == ["consent.none"]
    assert "START" in problem["reasons"][0]["what_to_do"]
    assert (count(scene), count(scene, Contact), count(scene, OutboxEntry)) == (0, 0, 0)


def test_what_a_program_may_not_ask_for_is_refused_with_what_to_write_and_a_person_is_only_warned(scene, caller, known):
    body = "Your visit is at 10. Reply CANCEL to cancel your appointment."
    before = count(scene)
    answer = caller.post("messages", {"to": scene.number, "body": body, "line_id": str(scene.line.pk)})
    assert answer.status_code == 422
    [reason] = answer.json()["reasons"]
    assert (reason["rule"], "CANCEL" in reason["text"]) == ("wording.reserved", True)
    assert "X to cancel" in reason["what_to_do"]
    assert count(scene) == before
    with activate(scene.organization):
        agent = scene.agent
        for purpose in (Purpose.APPOINTMENT, Purpose.ALERT, Purpose.BULK):
            found = gate.ask(gate.Draft(known.conversation, body, purpose, agent))
            assert "wording.reserved" in {each.rule for each in found.objections}, purpose
        assert sending.preview(conversation=known.conversation, body=body, author=agent).warnings
        sending.send_text(conversation=known.conversation, body=body, author=agent)
    fine = {"to": scene.number, "body": "Reply X to cancel your appointment.", "line_id": str(scene.line.pk)}
    assert caller.post("messages", fine).status_code == 202


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"", "/body"}),
        ({"body": "Hi"}, {""}),
        ({"to": "+12125550181"}, {"/body"}),
        ({"to": "+12125550181", "contact_id": "x", "body": "Hi"}, {"/contact_id"}),
        ({"to": "12", "body": "Hi"}, {"/to"}),
        ({"to": "+12125550181", "body": ""}, {"/body"}),
        ({"to": "+12125550181", "body": "x" * 1601}, {"/body"}),
        ({"to": "+12125550181", "body": "x" * 1595}, {"/body"}),
        ({"to": "+12125550181", "body": 7, "line_id": []}, {"/line_id"}),
        ({"to": "+12125550181", "body": "lone \ud800"}, {"/body"}),
        ({"to": "+12125550181", "body": "nul \x00"}, {"/body"}),
        ({"to": "+12125550181", "body": "Hi", "purpose": "opt_out_answer"}, {"/purpose"}),
        ({"to": "+12125550181", "text": "Hi"}, {"/text"}),
    ],
)
def test_what_is_wrong_is_pointed_at_and_nothing_is_sent(scene, caller, known, body, pointers):
    answer = caller.post("messages", body)
    assert answer.status_code == 422
    assert {flaw["pointer"] for flaw in answer.json()["errors"]} == pointers
    assert count(scene, direction="out") == 0


def test_an_unknown_field_is_refused_with_what_was_probably_meant(scene, caller):
    [flaw] = caller.post("messages", {"to": "+12125550181", "bodi": "Hi"}).json()["errors"]
    assert flaw == {"pointer": "/bodi", "detail": "There is no such field. Did you mean body?"}


def test_ids_of_another_organization_are_as_good_as_none(scene, caller, known):
    other = make_scene("Northside", "northside")
    with activate(other.organization):
        theirs = other.hear("Hello", number="+12125550150")
    for body in (
        {"contact_id": str(theirs.contact_id), "body": "Hi"},
        {"conversation_id": str(theirs.conversation_id), "body": "Hi"},
        {"to": scene.number, "line_id": str(other.line.pk), "body": "Hi"},
    ):
        assert caller.post("messages", body).status_code == 422
    assert caller.get(f"messages/{theirs.pk}").status_code == 404
    assert count(other, direction="out") == 0
    assert count(scene, direction="out") == 0


def test_a_key_that_may_only_send_reads_nothing_and_names_nobody_by_id(scene, sender, known):
    sent = sender.post("messages", {"to": scene.number, "body": "Call 212-555-0123 to confirm"})
    assert sent.status_code == 202
    assert "555-0123" not in sent.json()["body"]
    assert sender.get(f"messages/{sent.json()['id']}").status_code == 403
    assert sender.post("messages", {"contact_id": str(known.contact_id), "body": "Hi"}).status_code == 422
    assert sender.post("messages", {"conversation_id": str(known.conversation_id), "body": "Hi"}).status_code == 422


def test_many_texts_are_each_answered_by_themselves(scene, caller, known):
    texts = [
        {"to": scene.number, "body": "One"},
        {"to": "+12125550199", "body": "Two"},
        {"to": "nonsense", "body": "Three"},
        {"conversation_id": str(known.conversation_id), "body": "Four"},
    ]
    answer = caller.post("messages/batch", {"messages": texts})
    assert answer.status_code == 200
    shown = answer.json()
    assert [result["status"] for result in shown["results"]] == [202, 422, 422, 202]
    assert (shown["queued"], shown["refused"]) == (2, 2)
    assert shown["results"][3]["message"]["body"] == "Four"
    assert shown["results"][1]["problem"]["reasons"][0]["rule"] == "consent.none"
    assert shown["results"][2]["problem"]["errors"][0]["pointer"] == "/to"
    assert count(scene, direction="out") == 2


@pytest.mark.parametrize("many", [0, 101])
def test_a_batch_holds_one_to_a_hundred_texts(scene, caller, known, many):
    answer = caller.post("messages/batch", {"messages": [{"to": scene.number, "body": "Hi"}] * many})
    assert answer.status_code == 422
    assert count(scene, direction="out") == 0


def test_a_batch_whose_shape_is_wrong_sends_nothing_and_says_where(scene, caller, known):
    texts = [{"to": scene.number, "body": "Good"}, {"to": scene.number}]
    answer = caller.post("messages/batch", {"messages": texts})
    assert [flaw["pointer"] for flaw in answer.json()["errors"]] == ["/messages/1/body"]
    assert count(scene, direction="out") == 0


def test_a_hundred_texts_take_as_many_statements_as_one(scene, caller):
    numbers = [f"+1212555{1000 + which}" for which in range(30)]
    with activate(scene.organization):
        for number in numbers:
            scene.hear("Hello", number=number)

    def statements(texts):
        with CaptureQueriesContext(connection) as asked:
            assert caller.post("messages/batch", {"messages": texts}).json()["queued"] == len(texts)
        return len(asked)

    one = statements([{"to": numbers[0], "body": "Hi"}])
    many = statements([{"to": number, "body": "Hi"} for number in numbers])
    assert many <= one + 1
    assert one <= 27, one


def test_a_sent_text_takes_few_statements(scene, caller, known):
    caller.post("messages", {"to": scene.number, "body": "Warm up"})
    with CaptureQueriesContext(connection) as asked:
        caller.post("messages", {"to": scene.number, "body": "Hi"})
    assert len(asked) <= 26, [query["sql"][:90] for query in asked]


def test_the_texts_of_a_conversation_come_in_pages_that_hold_under_new_ones(scene, caller, known):
    with activate(scene.organization):
        for word in ("two", "three", "four", "five"):
            scene.hear(word)
    first = caller.get(f"messages?conversation_id={known.conversation_id}&limit=2")
    assert [text["body"] for text in first.json()["data"]] == ["five", "four"]
    with activate(scene.organization):
        scene.hear("six")
    assert first["Link"].endswith('>; rel="next"')
    second = caller.get(first["Link"].split("<")[1].split(">")[0].removeprefix("/api/v1/"))
    assert [text["body"] for text in second.json()["data"]] == ["three", "two"]
    third = caller.get(f"messages?conversation_id={known.conversation_id}&limit=2&cursor={second.json()['next']}")
    assert [text["body"] for text in third.json()["data"]] == ["Hello"]
    assert third.json()["next"] is None
    assert "Link" not in third


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("", "conversation_id"),
        ("conversation_id=7", "conversation_id"),
        ("limit=0", "limit"),
        ("limit=1000", "limit"),
        ("cursor=nonsense", "cursor"),
        ("offset=3", "offset"),
        ("limit=2&limit=3", "limit"),
    ],
)
def test_a_wrong_parameter_is_named(scene, caller, known, query, parameter):
    whole = query if "conversation_id" in query or not query else f"conversation_id={known.conversation_id}&{query}"
    answer = caller.get(f"messages?{whole}")
    assert answer.status_code == 422
    assert [flaw["parameter"] for flaw in answer.json()["errors"]] == [parameter]


def test_too_many_texts_are_counted_and_none_of_them_is_looked_at(scene, caller, known, monkeypatch):
    def never(*args, **kwargs):
        raise AssertionError

    monkeypatch.setattr(NewMessage, "run_validation", never)
    answer = caller.post("messages/batch", {"messages": [{}] * 101})
    assert answer.status_code == 422
    assert [flaw["pointer"] for flaw in answer.json()["errors"]] == ["/messages"]
    assert count(scene, direction="out") == 0
