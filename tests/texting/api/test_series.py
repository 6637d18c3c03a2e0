"""A program begins texts that repeat, in a conversation that it may read, and holds and ends them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.permissions import Permission
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.callers import EVERYTHING, make_caller
from tests.texting.desk import SECOND, desk
from texting.models import ScheduledText, TextSeries

__all__ = ["desk"]

pytestmark = pytest.mark.django_db


def new(thread, **fields) -> dict:
    said = {"conversation_id": str(thread.pk), "body": "Readings, please", "every": "day", "at": "10:00", "times": 3}
    return {**said, "outside_hours": "send", **fields}


def test_it_is_begun_once_listed_held_and_ended(desk):
    key, thread = make_caller(desk.cast.owner), desk.hear("Hello")
    made, again = (key.post("series", new(thread), **{"Idempotency-Key": "readings"}) for _twice in range(2))
    assert (made.status_code, again.json()["id"]) == (201, made.json()["id"]), made.json()
    one = made.json()
    address = f"series/{one['id']}"
    assert made["Location"] == f"/api/v1/{address}"
    assert (one["state"], one["made"], len(one["next_at"]), one["body"]) == ("active", 1, 3, "Readings, please")
    with activate(desk.organization):
        row = ScheduledText.objects.get()
    assert (str(row.series_id), row.author_id) == (one["id"], key.member.pk)
    assert one["next_at"][0] == row.send_at.isoformat().replace("+00:00", "Z")
    for act, state in (("pause", "paused"), ("pause", "paused"), ("resume", "active"), ("cancel", "canceled")):
        done = key.post(f"{address}/{act}", {})
        assert (done.status_code, done.json()["state"]) == (200, state)
    assert done.json()["next_at"] == []
    assert key.post(f"{address}/resume", {}).status_code == 409
    with activate(desk.organization):
        row.refresh_from_db()
        assert row.state == "canceled"
    weekly = key.post("series", new(thread, every="week", weekdays=["friday", "monday"], gap=2)).json()
    monthly = key.post("series", new(thread, every="month", month_day=0)).json()
    with activate(desk.organization):
        kept = {str(row.pk): (row.every, row.gap, row.weekdays, row.day) for row in TextSeries.objects.all()}
    assert kept[weekly["id"]] == ("week", 2, [0, 4], 0)
    assert kept[monthly["id"]][::3] == ("month", 0)
    page = key.get("series?limit=2").json()
    rest = key.get(f"series?limit=2&cursor={page['next']}").json()
    assert [row["id"] for row in page["data"] + rest["data"]] == [monthly["id"], weekly["id"], one["id"]]
    assert [row["id"] for row in key.get("series?state=canceled").json()["data"]] == [one["id"]]


def test_it_is_refused_with_what_is_wrong_and_where_it_may_not(desk):
    key, thread = make_caller(desk.cast.owner), desk.hear("Hello")
    yesterday = str(timezone.now().date() - timedelta(days=2))
    for fields, pointer in (
        ({"at": "25:00"}, "/at"),
        ({"at": "0\u0669:00"}, "/at"),
        ({"every": "month", "starts": "9999-12-31"}, "/starts"),
        ({"until": "9999-12-31"}, "/until"),
        ({"until": yesterday}, "/at"),
        ({"every": "hour"}, "/every"),
        ({"weekdays": ["monday"]}, "/weekdays"),
        ({"month_day": 1}, "/month_day"),
        ({"times": 0}, "/times"),
        ({"gap": 53}, "/gap"),
        ({"body": " "}, "/body"),
        ({"body": "My card is 4111 1111 1111 1111"}, None),
        ({"time_zone": "Mars/Olympus"}, "/time_zone"),
        ({"files": []}, "/files"),
    ):
        refused = key.post("series", new(thread, **fields))
        assert refused.status_code == 422, fields
        assert pointer is None or refused.json()["errors"][0]["pointer"] == pointer, fields
    with activate(desk.organization):
        assert AuditEvent.objects.filter(event=AuditKind.MESSAGE_REFUSED, actor_id=key.member.pk).count() == 1
    assert key.post("series", new(thread, conversation_id=str(uuid4()))).status_code == 404
    assert key.get("series").json()["data"] == [], "nothing was kept"
    made = key.post("series", new(thread)).json()["id"]
    reader = make_caller(desk.cast.owner, frozenset({Permission.CONVERSATIONS_READ}))
    assert reader.get(f"series/{made}").status_code == 200
    assert reader.post("series", new(thread)).status_code == reader.post(f"series/{made}/cancel", {}).status_code == 403
    other_line = make_caller(desk.cast.owner, EVERYTHING, teams=(desk.billing_line.team,))
    assert desk.hear("Hi", line=desk.billing_line, number=SECOND)
    for stranger in (other_line, make_caller(desk.cast.outsider)):
        assert stranger.get("series").json()["data"] == []
        assert stranger.get(f"series/{made}").status_code == 404
        assert {stranger.post(f"series/{made}/{act}", {}).status_code for act in ("pause", "resume", "cancel")} == {404}
        assert stranger.post("series", new(thread)).status_code == 404
    with activate(desk.organization):
        assert TextSeries.objects.get().state == "active"
