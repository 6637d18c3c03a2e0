"""A program asks customers: the same words refused, the same check and gate, and figures without anybody in them."""

from uuid import uuid4

import pytest

from accounts.permissions import Permission
from tenancy.isolation import activate
from tests.callers import EVERYTHING, make_caller
from tests.texting.announcements.many import customers, hand_over, number, work
from tests.texting.desk import desk
from texting.models import Announcement

__all__ = ["desk"]

pytestmark = pytest.mark.django_db


def new(desk, **fields) -> dict:
    said = {"name": "Hours", "line_id": str(desk.line.pk), "question": "When?", "answers": ["Morning", "Evening"]}
    return {**said, "audience": {}, **fields}


def test_it_is_written_started_answered_and_closed(desk):
    key = make_caller(desk.cast.owner)
    customers(desk, 1, 2)
    said = new(desk, thanks="Thank you.", settles=False)
    made, again = (key.post("polls", said, **{"Idempotency-Key": "hours"}) for _twice in range(2))
    assert (made.status_code, again.json()["id"]) == (201, made.json()["id"])
    poll = made.json()
    address = f"polls/{poll['id']}"
    assert made["Location"] == f"/api/v1/{address}"
    assert (poll["state"], poll["text"]) == ("checking", "When?\n1 Morning\n2 Evening\nReply with the number.")
    assert key.post(f"{address}/start", {}).status_code == 409, "nobody was looked at"
    assert key.post(f"{address}/close", {}).status_code == 409, "it has not begun"
    with activate(desk.organization):
        row = Announcement.objects.get()
    work(desk, row)
    assert key.get(f"announcements/{poll['announcement_id']}").json()["check"]["people"] == 2
    assert key.post(f"{address}/start", {"begins_theirs": "2026-13-01T09:00"}).status_code == 422
    begun = [key.post(f"{address}/start", {}, **{"Idempotency-Key": "go"}).json()["state"] for _twice in range(2)]
    assert begun == ["running", "running"]
    work(desk, row)
    assert hand_over(desk) == 2
    work(desk, row)
    desk.hear("2", number=number(1))
    asked = key.get(address).json()
    assert (asked["is_open"], asked["asked"], asked["answered"], asked["silent"]) == (True, 2, 1, 1)
    assert (asked["thanks"], asked["settles"], asked["thanked"]) == ("Thank you.", False, 1)
    assert [(one["key"], one["people"], one["share"]) for one in asked["answers"]] == [("1", 0, 0), ("2", 1, 100)]
    assert key.post(f"{address}/close", {}).json()["is_open"] is False
    assert key.post(f"{address}/close", {}).status_code == 409, "twice"
    second = key.post("polls", new(desk, name="Second")).json()["id"]
    page = key.get("polls?limit=1").json()
    rest = key.get(f"polls?limit=1&cursor={page['next']}").json()
    assert [page["data"][0]["id"], rest["data"][0]["id"], rest["next"]] == [second, poll["id"], None]


def test_it_is_refused_as_on_the_page_and_to_whom_it_is_not_given(desk):
    key = make_caller(desk.cast.owner)
    for fields, status in (
        ({"answers": ["Stop", "Go on"]}, 409),
        ({"answers": ["Morning", "morning"]}, 409),
        ({"question": " "}, 422),
        ({"answers": ["Morning"]}, 422),
        ({"answers": ["x" * 61, "Evening"]}, 422),
        ({"days_open": 31}, 422),
        ({"remind_hours": 72}, 409),
        ({"language": "de"}, 422),
        ({"thanks": "x" * 301}, 422),
        ({"thanks": "Until {date}"}, 409),
        ({"settles": "perhaps"}, 422),
        ({"line_id": str(uuid4())}, 422),
        ({"audience": {"saved": "mine"}}, 422),
        ({"body": "Hi"}, 422),
    ):
        assert key.post("polls", new(desk, **fields)).status_code == status, fields
    assert key.get("polls").json()["data"] == [], "nothing was kept"
    poll = key.post("polls", new(desk)).json()["id"]
    reader = make_caller(desk.cast.owner, frozenset({Permission.ANNOUNCEMENTS_PREPARE}))
    assert reader.get(f"polls/{poll}").status_code == 200
    assert [reader.post(*asked).status_code for asked in (("polls", new(desk)), (f"polls/{poll}/start", {}))] == [
        403
    ] * 2
    other_line = make_caller(desk.cast.owner, EVERYTHING, teams=(desk.billing_line.team,))
    for stranger in (other_line, make_caller(desk.cast.outsider)):
        assert stranger.get("polls").json()["data"] == []
        for asked in ("get", "start", "close"):
            answer = stranger.get(f"polls/{poll}") if asked == "get" else stranger.post(f"polls/{poll}/{asked}", {})
            assert answer.status_code == 404, asked
