"""What every address of the API does before and after its own work."""

import json

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from accounts.api import limiting, reading
from accounts.models import ApiKey
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.callers import Caller, make_caller
from tests.cast import cast

__all__ = ["cast"]


@pytest.fixture
def caller(cast) -> Caller:
    return make_caller(cast.owner)


def kind_of(answer) -> str:
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    return answer.json()["type"].partition("#")[2]


def test_the_key_says_who_it_is(caller, cast):
    shown = caller.get("me").json()
    assert shown["name"] == "Booking system"
    assert shown["every_team"] is True
    assert "messages:send" in shown["permissions"]
    assert caller.get("organization").json()["name"] == "Harbor Dental"


@pytest.mark.parametrize(
    "sent",
    [
        b"{",
        b"nonsense",
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": 1, "a": 2}',
        b"\xff\xfe{}",
        b'"\xed\xa0\x80"',
        b"[" * 100_000,
        b'{"a": ' * 50_000,
        b'{"a": ' + b"9" * 5000 + b"}",
        b"\xef\xbb\xbf{}",
        b"{}{}",
    ],
)
def test_a_body_that_is_not_json_is_refused(caller, sent):
    answer = caller.post("messages", sent)
    assert answer.status_code == 400
    assert kind_of(answer) == "malformed"


@pytest.mark.parametrize("sent", [b"[]", b"7", b"null", b'"text"', b'[{"to": "x"}]'])
def test_a_body_that_is_not_an_object_is_refused(caller, sent):
    answer = caller.post("messages", sent)
    assert kind_of(answer) == "invalid"
    assert answer.json()["errors"][0]["pointer"] == ""


def test_a_body_that_is_nested_deeply_is_refused(caller):
    deep = json.dumps({"messages": [[[[[[[[[1]]]]]]]]]}).encode()
    assert kind_of(caller.post("messages/batch", deep)) == "malformed"


def test_a_body_that_is_too_large_is_refused_unread(caller):
    answer = caller.post("messages", b'{"body": "' + b"x" * reading.LARGEST + b'"}')
    assert answer.status_code == 413
    assert kind_of(answer) == "too-large"


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin-1",
        "",
    ],
)
def test_a_body_of_another_kind_is_refused(caller, content_type):
    headers = {"Authorization": f"Bearer {caller.secret}"}
    answer = Client().generic("POST", "/api/v1/messages", b'{"body": "Hi"}', content_type=content_type, headers=headers)
    assert answer.status_code == 415
    assert kind_of(answer) == "unsupported-media-type"


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("text/html", 406),
        ("application/xml;q=0.9", 406),
        ("application/json;q=0", 406),
        ("*/*", 200),
        ("text/html, application/json;q=0.1", 200),
        ("", 200),
        (",;,", 406),
    ],
)
def test_answers_are_json_or_406(caller, accept, status):
    answer = caller.get("me", Accept=accept)
    assert answer.status_code == status
    if status == 406:
        assert kind_of(answer) == "not-acceptable"


def test_an_address_names_the_methods_it_knows(caller):
    answer = caller.ask("DELETE", "messages")
    assert kind_of(answer) == "method-not-allowed"
    assert answer["Allow"] == "GET, POST"
    assert caller.ask("OPTIONS", "me").status_code == 405


def test_head_answers_as_get_does(caller):
    assert caller.ask("HEAD", "me").status_code == 200


def test_no_parameter_of_a_framework_changes_the_answer(caller):
    assert caller.get("me?format=api").status_code == 200
    assert caller.get("me?format=html")["Content-Type"] == "application/json"


def test_answers_say_how_much_is_left(caller):
    first, second = caller.get("me"), caller.get("me")
    assert first["RateLimit-Policy"] == f'"requests";q={limiting.BURST};w=12'
    left = [int(answer["RateLimit"].split("r=")[1].split(";")[0]) for answer in (first, second)]
    assert left[0] <= limiting.BURST - 1
    assert left[1] <= left[0]
    assert first["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in first


def test_too_many_requests_are_refused_with_the_time_to_wait_and_only_for_this_key(cast, caller, monkeypatch):
    monkeypatch.setattr(limiting, "BURST", 3)
    monkeypatch.setattr(limiting, "LIMIT", 3)
    statuses = [caller.get("me").status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    answer = caller.get("me")
    assert kind_of(answer) == "too-many-requests"
    assert int(answer["Retry-After"]) >= 1
    assert answer["RateLimit"].startswith('"requests";r=0;')
    assert make_caller(cast.owner).get("me").status_code == 200


def test_guessing_keys_is_slowed_down_but_a_right_key_goes_on(caller, monkeypatch):
    monkeypatch.setattr(limiting, "WRONG_KEYS", 3)
    wrong = Caller("parley_live_" + "x" * 38)
    assert 429 in [wrong.get("me").status_code for _ in range(5)]
    assert caller.get("me").status_code == 200


def test_a_refusal_is_written_down_once_and_says_which_right(cast):
    poor = make_caller(cast.owner, frozenset())
    assert poor.get("contacts").status_code == 403
    with activate(cast.organization):
        event = AuditEvent.objects.get(event=AuditKind.PERMISSION_DENIED.value)
        assert event.actor_id == poor.member.pk
        assert json.loads(event.details)["missing"] == ["contacts:read"]


def test_the_last_use_is_noted_with_its_address_and_seldom(caller):
    caller.get("me")
    first = ApiKey.objects.get(pk=caller.key.pk)
    assert first.last_used_address == "127.0.0.1"
    caller.get("me")
    assert ApiKey.objects.get(pk=caller.key.pk).last_used_at == first.last_used_at


def test_what_breaks_inside_is_a_problem_document_that_says_nothing_of_it(caller, monkeypatch, caplog):
    from accounts.api import identity

    def broken(*args, **kwargs):
        raise RuntimeError("secret detail +12125550181")

    monkeypatch.setattr(identity.Me, "get", broken)
    answer = caller.get("me")
    assert answer.status_code == 500
    assert kind_of(answer) == "internal"
    assert "secret" not in answer.content.decode()


@pytest.mark.parametrize("failure", [OperationalError, InterfaceError])
@pytest.mark.parametrize("place", ["accounts.api.endpoint.opened_by", "accounts.api.identity.Me.get"])
def test_while_the_database_is_away_the_answer_says_when_to_come_again(caller, monkeypatch, place, failure):
    def away(*args, **kwargs):
        raise failure("secret detail of the server")

    monkeypatch.setattr(place, away)
    answer = caller.get("me")
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert kind_of(answer) == "unavailable"
    assert "secret" not in answer.content.decode()


def test_a_key_in_the_address_is_not_looked_at(caller):
    assert Client().get(f"/api/v1/me?api_key={caller.secret}").status_code == 401
    assert Client().get("/api/v1/me", headers={"X-Api-Key": caller.secret}).status_code == 401


@pytest.mark.parametrize("sent", [b'{"\\ud800": 1}', b'{"to": "x", "body": "Hi", "purpose": "\\ud800"}'])
def test_half_a_character_that_the_answer_repeats_does_not_break_it(caller, sent):
    answer = caller.post("messages", sent)
    assert answer.status_code == 422
    assert kind_of(answer) == "invalid"


def test_a_flood_of_parameters_is_refused_and_not_our_failure(caller):
    answer = caller.get("contacts?" + "&".join(f"a{n}=1" for n in range(2000)))
    assert answer.status_code == 422
    assert kind_of(answer) == "invalid"


def test_of_a_flood_of_unknown_names_a_few_are_looked_at(caller):
    answer = caller.post("contacts", json.dumps({f"telephone_{n}": 1 for n in range(5000)}).encode())
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == reading.MOST_UNKNOWN + 1, "and what is missing"
