"""A program announces: the same check, the same second person, the same gate as on the page."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts import integrations
from accounts.models import Team
from accounts.permissions import Permission
from tenancy.isolation import activate
from tests.callers import EVERYTHING, Caller, make_caller
from tests.texting.announcements.many import WORDS, customers, fresh, hand_over, work
from tests.texting.desk import desk
from texting.announcements import rules, running
from texting.announcements.writing import CannotAnnounce
from texting.models import Announcement

__all__ = ["desk"]


@pytest.fixture
def key(desk) -> Caller:
    return make_caller(desk.cast.owner)


def new(desk, **fields) -> dict:
    said = {"name": "Closed", "line_id": str(desk.line.pk), "purpose": "alert", "body": WORDS, "audience": {}}
    return {**said, **fields}


def test_it_is_written_checked_started_and_read_to_the_last_recipient(desk, key):
    customers(desk, 1, 2)
    customers(desk, 3, agree=False)
    asked = [key.post("announcements", new(desk), **{"Idempotency-Key": "closed"}) for _twice in range(2)]
    assert [one.status_code for one in asked] == [201, 201]
    made = asked[0].json()
    assert (made["state"], asked[1].json()["id"]) == ("checking", made["id"])
    address = f"announcements/{made['id']}"
    assert asked[0]["Location"] == f"/api/v1/{address}"
    assert key.post(f"{address}/start", {}).status_code == 409, "nobody was looked at"
    with activate(desk.organization):
        row = Announcement.objects.get()
    work(desk, row)
    found = key.get(address).json()
    assert (found["state"], found["check"]["people"]) == ("checked", 2)
    assert found["check"]["left_out"] == [{"reason": "No permission", "people": 1}]
    started = [key.post(f"{address}/start", {}, **{"Idempotency-Key": "go"}) for _twice in range(2)]
    assert [one.json()["state"] for one in started] == ["running", "running"]
    for act, state in (("pause", "paused"), ("resume", "running")):
        assert key.post(f"{address}/{act}", {}).json()["state"] == state
        assert key.post(f"{address}/{act}", {}).status_code == 409, "twice"
    work(desk, row)
    assert hand_over(desk) == 2
    work(desk, row)
    done = key.get(address).json()
    assert (done["state"], done["recipients"]["sent"], done["recipients"]["delivered"]) == ("finished", 2, 2)
    first = key.get(f"{address}/recipients?limit=2").json()
    rest = key.get(f"{address}/recipients?limit=2&cursor={first['next']}").json()
    states = [one["state"] for one in first["data"] + rest["data"]]
    assert (sorted(states), rest["next"]) == (["left_out", "sent", "sent"], None)
    assert key.get(f"{address}/recipients?state=left_out").json()["data"][0]["reason"] == "No permission"
    listed = key.get("announcements?limit=1&state=finished").json()
    assert [one["id"] for one in listed["data"]] == [made["id"]]
    assert listed["data"][0]["recipients"]["sent"] == 2
    assert key.get("announcements?state=running").json()["data"] == []
    assert key.post(f"{address}/cancel", {}).status_code == 409
    again = key.post("announcements", new(desk, audience={"earlier": made["id"], "outcome": "left_out"}))
    assert again.status_code == 201, again.json()


def test_to_many_it_waits_for_a_person_and_may_begin_later(desk, key):
    customers(desk, 1, 2)
    with activate(desk.organization):
        rules.set_most_alone(member=desk.cast.admin, people=1)
    address = f"announcements/{key.post('announcements', new(desk)).json()['id']}"
    with activate(desk.organization):
        row = Announcement.objects.get()
    work(desk, row)
    assert key.post(f"{address}/start", {}).json()["state"] == "asked"
    later = (timezone.now() + timedelta(days=2)).isoformat()
    planned = key.post(f"{address}/start", {"begins_at": later}).json()
    assert (planned["state"], planned["begins_at"] is not None) == ("asked", True)
    with activate(desk.organization):
        rules.set_most_alone(member=desk.cast.admin, people=5)
    wall = f"{timezone.now() + timedelta(days=3):%Y-%m-%d}T09:00"
    planned = key.post(f"{address}/start", {"begins_theirs": wall}).json()
    assert (planned["state"], planned["begins_theirs"]) == ("planned", wall)
    assert key.post(f"{address}/start", {"begins_at": "2020-01-01T00:00:00Z"}).status_code == 409
    assert fresh(desk, row).begins_theirs == wall, "a time that cannot be changes nothing"
    assert key.post(f"{address}/cancel", {}).json()["state"] == "checked"
    assert hand_over(desk) == 0


def test_whoever_made_the_key_does_not_approve_what_it_asked(desk, key):
    customers(desk, 1, 2)
    with activate(desk.organization):
        rules.set_most_alone(member=desk.cast.admin, people=1)
        earlier = integrations.roll(
            actor=desk.cast.admin, integration=key.key.integration, overlap=timedelta(), ends_at=timezone.now()
        )
        key.secret = integrations.roll(
            actor=desk.cast.owner, integration=earlier.key.integration, overlap=timedelta()
        ).secret
    address = f"announcements/{key.post('announcements', new(desk)).json()['id']}"
    with activate(desk.organization):
        row = Announcement.objects.get()
    work(desk, row)
    assert key.post(f"{address}/start", {}).json()["state"] == "asked"
    with activate(desk.organization):
        waits = [running.to_approve(one) for one in (desk.cast.owner, desk.cast.admin)]
        assert waits == [0, 1], "the admin's key had ended before it was written"
        with pytest.raises(CannotAnnounce, match="You made a key"):
            running.approve(member=desk.cast.owner, row=row)
        running.approve(member=desk.cast.admin, row=row)
    assert fresh(desk, row).state == "running"


@pytest.mark.parametrize(
    "bad",
    [
        {"name": " "},
        {"body": ""},
        {"body": "x\x00"},
        {"purpose": "reply"},
        {"line_id": str(uuid4())},
        {"body": "a", "template": str(uuid4())},
        {"audience": {"listed": True}},
        {"audience": {"earlier": str(uuid4())}},
        {"audience": {"earlier": str(uuid4()), "outcome": "got"}},
        {"audience": {"saved": str(uuid4())}},
        {"audience": []},
        {"values": {"a": "b"}},
        {"name": "x" * 81},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(desk, key, bad):
    answer = key.post("announcements", new(desk, **bad))
    assert answer.status_code in {409, 422}, answer.json()
    with activate(desk.organization):
        assert not Announcement.objects.exists()


@pytest.mark.parametrize(
    "bad", [{"begins_at": "2037-01-01T09:00:00"}, {"begins_theirs": "2037-02-30T09:00"}, {"now": 1}]
)
def test_a_time_that_is_none_is_refused(desk, key, bad):
    address = f"announcements/{key.post('announcements', new(desk)).json()['id']}"
    assert key.post(f"{address}/start", bad).status_code == 422
    assert key.get(f"{address}/recipients?cursor=x").status_code == 422


def test_it_takes_a_right_of_its_own_and_a_line_of_the_keys(desk, key):
    without = make_caller(desk.cast.owner, EVERYTHING - {Permission.ANNOUNCEMENTS_PREPARE})
    reading = make_caller(desk.cast.owner, frozenset({Permission.ANNOUNCEMENTS_PREPARE}))
    with activate(desk.organization):
        team = Team.objects.exclude(pk=desk.line.team_id).get(pk=desk.billing_line.team_id)
    elsewhere = make_caller(desk.cast.owner, teams=(team,))
    address = f"announcements/{key.post('announcements', new(desk)).json()['id']}"
    assert {without.get(one).status_code for one in ("announcements", address)} == {403}
    assert without.post("announcements", new(desk)).status_code == 403
    assert reading.get(address).status_code == 200
    assert reading.post(f"{address}/start", {}).status_code == 403
    assert elsewhere.get(address).status_code == elsewhere.post(f"{address}/start", {}).status_code == 404
    assert elsewhere.get("announcements").json()["data"] == []
    assert elsewhere.post("announcements", new(desk)).status_code == 422
