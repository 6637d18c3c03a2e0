"""A program blocks and merges contacts, with rights of their own."""

from uuid import uuid4

import pytest

from accounts.permissions import Permission
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.callers import EVERYTHING, make_caller
from tests.texting.desk import desk
from tests.texting.outgoing_webhooks.conftest import endpoint_of
from tests.texting.test_duplicates import furnish
from texting.models import Conversation, WebhookEvent
from texting.outgoing_webhooks.kinds import EventKind

__all__ = ["desk"]


@pytest.fixture
def key(desk):
    return make_caller(desk.cast.owner)


def test_a_block_is_seen_set_and_taken_back(desk, key):
    contact = desk.hear("Buy now").contact
    address = f"contacts/{contact.pk}"
    assert key.get(address).json()["blocked"] is None
    assert key.post(f"{address}/block", {"why": "boring"}).status_code == 422
    blocked = [key.post(f"{address}/block", {"why": why}).json()["blocked"] for why in ("spam", "abuse")]
    assert blocked[0] == blocked[1] == key.get(address).json()["blocked"], "the first reason stays"
    assert blocked[0]["why"] == "spam"
    with activate(desk.organization):
        assert Conversation.objects.get(contact=contact).unread == 0
    assert [key.post(f"{address}/unblock", {}).json()["blocked"] for _twice in range(2)] == [None, None]
    with activate(desk.organization):
        kinds = list(AuditEvent.objects.filter(object_id=str(contact.pk)).values_list("event", flat=True))
    assert sorted(kind for kind in kinds if "block" in kind) == ["contact:blocked", "contact:unblocked"]
    without = make_caller(desk.cast.owner, EVERYTHING - {Permission.CONTACTS_BLOCK})
    assert without.post(f"{address}/block", {"why": "spam"}).status_code == 403
    foreign = desk.hear("Hi", line=desk.other_line).contact
    assert key.post(f"contacts/{foreign.pk}/block", {"why": "spam"}).status_code == 404


def test_two_are_merged_and_parted_and_endpoints_hear_of_it(desk, key):
    furnish(desk)
    endpoint_of(desk.organization, desk.cast.owner, kinds=[EventKind.CONTACT_MERGED, EventKind.CONTACT_PARTED])
    address, other = f"contacts/{desk.ana.pk}/merge", str(desk.second.pk)
    for bad, status in (({}, 422), ({"other_id": str(desk.ana.pk)}, 404), ({"other_id": str(uuid4())}, 404)):
        assert key.post(address, bad).status_code == status, bad
    assert key.post(address, {"other_id": other, "theirs": ["nothing"]}).status_code == 409
    asked = {"other_id": other, "theirs": ["name"], "without_tags": [str(desk.vip.pk)]}
    merged = key.post(address, asked, **{"Idempotency-Key": "ana"})
    assert merged.status_code == 200, merged.json()
    assert (merged.json()["name"], [tag["name"] for tag in merged.json()["tags"]]) == ("DIAZ Ana", ["Late payer"])
    assert key.post(address, asked, **{"Idempotency-Key": "ana"}).json() == merged.json(), "once"
    assert key.get(f"contacts/{other}").json()["merged_into"] == str(desk.ana.pk)
    assert key.post(f"contacts/{desk.ana.pk}/part", {}).status_code == 409
    parted = key.post(f"contacts/{other}/part", {}).json()
    assert (parted["merged_into"], parted["name"]) == (None, "DIAZ Ana")
    assert key.get(f"contacts/{desk.ana.pk}").json()["name"] == "Ana Díaz"
    with activate(desk.organization):
        told = list(WebhookEvent.objects.order_by("sequence").values_list("kind", "data"))
    ids = {"contact_id": str(desk.ana.pk), "merged_id": other}
    assert told == [("contact.merged", ids), ("contact.parted", ids)]


def test_without_the_right_to_edit_or_to_merge(desk):
    furnish(desk)
    address, other = f"contacts/{desk.ana.pk}/merge", {"other_id": str(desk.second.pk)}
    merges = make_caller(desk.cast.owner, EVERYTHING - {Permission.CONTACTS_EDIT})
    for choice in ({"theirs": ["name"]}, {"without_tags": [str(desk.vip.pk)]}):
        assert merges.post(address, other | choice).status_code == 409
    without = make_caller(desk.cast.owner, EVERYTHING - {Permission.CONTACTS_MERGE})
    blind = make_caller(desk.cast.owner, EVERYTHING - {Permission.CONTACTS_REVEAL})
    assert {one.post(address, other).status_code for one in (without, blind)} == {403}
    assert merges.post(address, other).json()["name"] == "Ana Díaz"
