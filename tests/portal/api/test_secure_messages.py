"""Private messages by the REST API: sealed and texted like a member's, told of without their content."""

import pytest

from accounts.permissions import Permission
from portal.models import SecureMessage
from portal.secure import settings
from portal.secure.settings import Decided
from tenancy.isolation import activate
from tests.callers import Caller, make_caller
from tests.portal.sent import Sent
from texting.models import Conversation, Message
from texting.purposes import Purpose

CONTENT = "Your biopsy of 12 May shows no sign of melanoma."


@pytest.fixture
def caller(desk) -> Caller:
    return make_caller(desk.cast.owner)


def send(caller, conversation, content=CONTENT, headers=None, **more):
    path = f"conversations/{conversation.pk}/secure-messages"
    return caller.post(path, {"content": content} | more, **(headers or {}))


def texts(desk) -> list[Message]:
    with activate(desk.organization):
        return list(Message.objects.filter(purpose=Purpose.PRIVATE_LINK))


def test_a_program_sends_and_the_customer_opens_it(desk, caller):
    conversation = desk.hear()
    answer = send(caller, conversation)
    assert answer.status_code == 202, answer.content
    shown = answer.json()
    assert CONTENT not in answer.content.decode()
    assert (shown["state"], shown["check_by"], shown["views"]) == ("open", "code", 0)
    assert answer["Location"] == f"/api/v1/secure-messages/{shown['id']}"
    [text] = texts(desk)
    code, fragment = text.body.split("/s/")[1][:45].split("#")
    sent = Sent(desk, conversation, shown["id"], code, fragment[:22])
    assert sent.opened().token
    read = caller.get(f"secure-messages/{shown['id']}").json()
    assert read["views"] == 1
    assert read["first_opened_at"] is not None
    with activate(desk.organization):
        assert Conversation.objects.get(pk=conversation.pk).assignee is None, "a program takes nothing from people"
    page = caller.get(f"messages/{shown['message_id']}").content.decode()
    assert code not in page


def test_the_same_request_again_sends_once(desk, caller):
    conversation, key = desk.hear(), {"Idempotency-Key": "result-4711"}
    first, again = (send(caller, conversation, headers=key) for _ in range(2))
    assert first.json() == again.json()
    assert len(texts(desk)) == 1


def test_taken_back_nobody_opens_it_and_twice_is_a_conflict(desk, caller):
    shown = send(caller, desk.hear()).json()
    path = f"secure-messages/{shown['id']}/revoke"
    assert caller.post(path, {}).json()["state"] == "revoked"
    assert caller.post(path, {}).status_code == 409


@pytest.mark.parametrize(
    ("content", "more", "pointer"),
    [
        ("", {}, "/content"),
        ("x" * 10_001, {}, "/content"),
        ("a\x00b", {}, "/content"),
        ("Card 4111 1111 1111 1111", {}, "/content"),
        (CONTENT, {"check_by": "magic"}, "/check_by"),
        (CONTENT, {"check_by": "postcode"}, "/postcode"),
        (CONTENT, {"check_by": "postcode", "postcode": "??"}, "/postcode"),
        (CONTENT, {"check_by": "birth_date", "birth_date": "3026-01-01"}, "/birth_date"),
        (CONTENT, {"postcode": "02134"}, "/postcode"),
    ],
)
def test_what_cannot_be_sent_is_said_where_it_is_wrong_and_nothing_is_kept(desk, caller, content, more, pointer):
    answer = send(caller, desk.hear(), content, **more)
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
    with activate(desk.organization):
        assert not SecureMessage.objects.exists()
    assert texts(desk) == []


def test_a_fact_opens_it(desk, caller):
    shown = send(caller, desk.hear(), check_by="birth_date", birth_date="1980-05-17").json()
    assert shown["check_by"] == "birth_date"
    with activate(desk.organization):
        assert SecureMessage.objects.get().fact


def test_who_opted_out_gets_none_and_the_rule_is_named(desk, caller):
    conversation = desk.hear()
    desk.hear("STOP")
    answer = send(caller, conversation)
    assert answer.status_code == 422
    assert answer.json()["reasons"][0]["rule"] == "consent.opted_out"
    assert texts(desk) == []


def test_with_an_own_portal_nothing_is_written_here(desk, caller):
    with activate(desk.organization):
        decided = Decided(7, 5, works_without_script=True, own_address="https://portal.harbor.example/")
        settings.change(actor=desk.cast.admin, decided=decided)
    assert send(caller, desk.hear()).status_code == 409
    assert texts(desk) == []


def test_without_the_permission_or_from_elsewhere_there_is_nothing(desk, caller):
    conversation = desk.hear()
    shown = send(caller, conversation).json()
    poor = make_caller(desk.cast.owner, frozenset({Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND}), name="P")
    stranger = make_caller(desk.cast.outsider, name="Stranger")
    assert send(poor, conversation).json()["missing"] == ["portal:send"]
    assert send(stranger, conversation).status_code == 404
    for path in (f"secure-messages/{shown['id']}", f"secure-messages/{shown['id']}/revoke"):
        method = "POST" if path.endswith("revoke") else "GET"
        assert stranger.ask(method, path, {} if method == "POST" else None).status_code == 404
    assert len(texts(desk)) == 1
