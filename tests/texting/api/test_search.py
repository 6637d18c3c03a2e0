"""A program searches: what the page finds, as far as the key may read it, and not without a trace."""

from base64 import urlsafe_b64decode
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from accounts.models import KeptAnswer
from accounts.permissions import Permission
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.callers import make_caller
from tests.kept import kept_upon
from tests.texting.desk import SECOND, desk
from texting import conversations
from texting.models import Message
from texting.queries import searching

__all__ = ["desk"]

pytestmark = pytest.mark.django_db
READ = frozenset({Permission.CONVERSATIONS_READ})


@kept_upon("desk")
def talk(desk):
    desk.asked = desk.hear("Where is my parcel? Ada here", name="Ada Lovelace")
    desk.answer(desk.asked, "We look for your parcel")
    desk.other = desk.hear("A parcel for billing", line=desk.billing_line, number=SECOND)
    with activate(desk.organization):
        conversations.add_note(member=desk.cast.agent, conversation=desk.asked, body="Parcel: ask the depot")
    return desk


def said(response) -> list[str]:
    assert response.status_code == 200, response.json()
    return ["".join(part["text"] for part in hit["excerpt"]) for hit in response.json()["data"]]


def test_it_finds_what_the_page_finds_and_says_where_it_is(talk, monkeypatch):
    key = make_caller(talk.cast.owner)
    everything = [
        "Parcel: ask the depot",
        "A parcel for billing",
        "Harbor Dental: We look for your parcel Reply STOP to opt out.",
        "Where is my parcel? Ada here",
    ]
    first = key.post("search", {"q": "PARCEL"})
    assert said(first) == everything
    note, _billing, _ours, asked = first.json()["data"]
    assert (note["kind"], note["direction"], asked["kind"], asked["direction"]) == ("note", None, "text", "in")
    assert asked["conversation_id"] == str(talk.asked.pk)
    assert asked["contact_id"] == str(talk.asked.contact_id)
    assert [part["text"] for part in asked["excerpt"] if part["is_hit"]] == ["parcel"]
    assert key.get(f"messages/{asked['id']}").json()["body"] == "Where is my parcel? Ada here"
    for filters, texts in (
        ({"kind": "notes"}, everything[:1]),
        ({"direction": "out"}, everything[2:3]),
        ({"line_id": str(talk.billing_line.pk)}, everything[1:2]),
        ({"author_id": str(talk.cast.agent.pk), "kind": "texts"}, everything[2:3]),
        ({"until": "2001-01-01"}, []),
        ({"also": ["escalation"]}, []),
    ):
        assert said(key.post("search", {"q": "parcel", **filters})) == texts, filters
    assert said(key.post("search", {"direction": "out"})) == everything[2:3], "a filter alone"
    monkeypatch.setattr(searching, "PAGE", 3)
    page = key.post("search", {"q": "parcel"}).json()
    rest = key.post("search", {"q": "parcel", "cursor": page["next"]})
    assert (len(page["data"]), said(rest), rest.json()["next"]) == (3, everything[3:], None)
    assert key.post("search", {"q": "parcel", "cursor": asked["id"].replace("-", "")}).status_code == 422
    with activate(talk.organization):
        told = [row.details for row in AuditEvent.objects.filter(event=AuditKind.SEARCHED)]
    assert len(told) == 10
    assert "parcel" not in str(told).lower()


def test_a_key_finds_nothing_by_what_it_may_not_see(talk):
    """Of one team only, without names and numbers; one that reads no conversations; one of another organization."""
    few = make_caller(talk.cast.owner, READ, teams=(talk.line.team,))
    shown = said(few.post("search", {"q": "parcel"}))
    assert len(shown) == 3
    assert not any("billing" in text or "Ada" in text for text in shown)
    number = talk.asked.contact.number
    assert said(few.post("search", {"q": "Ada"})) == said(few.post("search", {"q": number})) == []
    assert said(make_caller(talk.cast.owner).post("search", {"q": "Ada"})) == ["Where is my parcel? Ada here"]
    hidden = few.post("search", {"q": "parcel", "line_id": str(talk.billing_line.pk)})
    missing = few.post("search", {"q": "parcel", "line_id": str(uuid4())})
    assert hidden.status_code == missing.status_code == 422
    assert hidden.json()["errors"] == missing.json()["errors"]
    assert few.post("search", {"q": "parcel", "also": ["finding"]}).status_code == 422
    assert (
        make_caller(talk.cast.owner, frozenset({Permission.MESSAGES_SEND})).post("search", {"q": "a b"}).status_code
        == 403
    )
    assert said(make_caller(talk.cast.outsider).post("search", {"q": "parcel"})) == []


def test_days_are_of_the_organizations_zone_and_moments_are_utc(talk):
    late = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)  # still the first of March in New York
    with activate(talk.organization):
        assert talk.organization.time_zone == "America/New_York"
        Message.objects.filter(conversation=talk.asked, direction="in").update(created_at=late)
    key = make_caller(talk.cast.owner)
    first, second = (key.post("search", {"since": day, "until": day}) for day in ("2026-03-01", "2026-03-02"))
    assert (said(first), said(second)) == (["Where is my parcel? Ada here"], [])
    assert first.json()["data"][0]["created_at"] == "2026-03-02T04:30:00Z"


def test_next_names_no_text_and_is_of_one_key_only(talk, monkeypatch):
    """Where a look ends there may be a text of another team."""
    monkeypatch.setattr(searching, "FIRST_LOOK", 2)
    monkeypatch.setattr(searching, "MOST_OPENED", 2)
    few = make_caller(talk.cast.owner, READ, teams=(talk.line.team,))
    page = few.post("search", {"q": "parcel"})
    assert said(page) == ["Parcel: ask the depot"], "the second one is of billing"
    place = page.json()["next"]
    with activate(talk.organization):
        billing = Message.objects.get(conversation=talk.other).pk
    assert billing.hex not in place
    assert billing.bytes not in urlsafe_b64decode(place + "=" * (-len(place) % 4))
    assert len(said(few.post("search", {"q": "parcel", "cursor": place}))) == 2
    other = make_caller(talk.cast.owner).post("search", {"q": "parcel", "cursor": place})
    assert (other.status_code, other.json()["errors"][0]["pointer"]) == (422, "/cursor")


def test_a_search_under_the_same_key_is_made_anew_and_leaves_its_trace(talk):
    """It changes nothing; a kept answer would show texts of a line that the program reads no more."""
    key, named = make_caller(talk.cast.owner), {"Idempotency-Key": "parcels"}
    assert len(said(key.post("search", {"q": "parcel"}, **named))) == 4
    with activate(talk.organization):
        conversations.add_note(member=talk.cast.agent, conversation=talk.asked, body="The parcel is here")
    again = key.post("search", {"q": "parcel"}, **named)
    assert (len(said(again)), "Idempotent-Replayed" in again) == (5, False)
    number = talk.asked.contact.number
    first, second = (key.post("contacts/search", {"number": number}, **named) for _twice in range(2))
    assert first.json()["data"][0]["name"] == "Ada Lovelace"
    assert "Idempotent-Replayed" not in second
    with activate(talk.organization):
        assert AuditEvent.objects.filter(event=AuditKind.SEARCHED).count() == 2
        assert not KeptAnswer.objects.exists()


@pytest.mark.parametrize("body", [
    {}, {"q": ""}, {"q": "the"}, {"q": "x" * 201}, {"q": None}, {"q": "parcel", "cursor": "nowhere"}, {"q": ["parcel"]},
    {"q": "parcel", "since": "2026-11-02", "until": "2026-11-01"}, {"q": "parcel", "since": "tomorrow"},
    {"q": "parcel", "kind": "calls"}, {"q": "parcel", "also": "finding"}, {"q": "parcel", "team_id": "7"},
    {"word": "a"}, {"q": "parcel", "until": "9999-12-31"}, {"q": "parcel", "since": "0001-01-01"},
])  # fmt: skip
def test_what_cannot_be_looked_for_is_said(talk, body):
    refused = make_caller(talk.cast.owner).post("search", body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"].startswith("/")
