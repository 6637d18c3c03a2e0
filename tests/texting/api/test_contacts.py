"""Contacts by the API: who may learn whose a number is."""

import pytest

from accounts.permissions import Permission
from tenancy.isolation import activate
from tests.callers import make_caller
from texting import tagging
from texting.fields import defining
from texting.fields.defining import Right
from texting.fields.kinds import Kind
from texting.fields.writing import set_values
from texting.filtering import saving
from texting.filtering.conditions import Ask, Condition, Filter
from texting.filtering.saving import Shared, Sharing
from texting.models import Contact


@pytest.fixture
def blind(scene, caller):
    """A key that sees contacts and changes them, but neither names nor numbers."""
    return make_caller(scene.agent, frozenset({Permission.CONTACTS_READ, Permission.CONTACTS_EDIT}))


def test_a_key_that_sees_no_numbers_does_not_find_out_whose_one_is_by_adding_it(scene, blind):
    with activate(scene.organization):
        known = scene.hear("Hello").contact
    assert blind.get(f"contacts/{known.pk}").json()["number"] == "+1 *** *** 0181"
    for number in (scene.number, "+12125550199"):
        answer = blind.post("contacts", {"number": number})
        assert answer.status_code == 403
        assert answer.json()["missing"] == ["contacts:reveal"]
    with activate(scene.organization):
        assert Contact.objects.count() == 1


def test_a_key_that_sees_numbers_adds_one_once(caller):
    first = caller.post("contacts", {"number": "+12125550199", "name": "Marcus Bell"})
    again = caller.post("contacts", {"number": "(212) 555-0199", "name": "Another"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()


def test_tags_stand_with_a_contact_and_find_it_and_masks_stay(scene, caller, blind):
    with activate(scene.organization):
        known = scene.hear("Hello").contact
        tag = tagging.add_tag(member=scene.agent, name="VIP")
        tagging.put_on(member=scene.agent, tag=tag, contact_ids=[known.pk])
        other = tagging.add_tag(member=scene.agent, name="Other")
    [shown] = caller.get(f"contacts?tag_id={tag.pk}").json()["data"]
    assert shown["tags"] == [{"id": str(tag.pk), "name": "VIP"}]
    assert caller.get(f"contacts?tag_id={other.pk}").json()["data"] == []
    assert caller.get("contacts?tag_id=nonsense").status_code == 422
    [masked] = blind.get(f"contacts?tag_id={tag.pk}").json()["data"]
    assert (masked["name"], masked["number"], masked["tags"]) == (None, "+1 *** *** 0181", shown["tags"])
    assert caller.get("conversations").json()["data"][0]["contact"]["tags"] == shown["tags"]


def test_fields_are_read_and_written_as_they_are_given_to_keys(scene, caller, blind):
    with activate(scene.organization):
        known = scene.hear("Hello").contact
        scene.agent.is_owner = True
        visit, secret = (
            defining.add_field(member=scene.agent, name=name, kind=Kind.DATE) for name in ("Next visit", "Secret")
        )
    where = f"contacts/{known.pk}"
    assert caller.get(where).json()["fields"] == []
    refused = caller.ask("PATCH", where, {"values": {str(visit.pk): "2027-03-31"}})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"/values/{visit.pk}")
    with activate(scene.organization):
        defining.change_field(member=scene.agent, field=visit, name=visit.name, rights={}, keys=Right.EDIT)
    wrong = caller.ask("PATCH", where, {"name": "Marcus", "values": {str(visit.pk): "soon"}})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, f"/values/{visit.pk}")
    assert caller.ask("PATCH", where, {"values": {str(secret.pk): "2027-03-31"}}).status_code == 422
    assert caller.ask("PATCH", where, {}).status_code == 422
    changed = caller.ask("PATCH", where, {"name": "Marcus", "values": {str(visit.pk): "2027-03-31"}}).json()
    assert (changed["name"], changed["fields"][0]["value"]) == ("Marcus", "2027-03-31")
    [hidden] = blind.get(where).json()["fields"]
    assert (hidden["name"], hidden["value"], hidden["is_written"]) == ("Next visit", None, True)
    assert caller.ask("PATCH", where, {"values": {str(visit.pk): ""}}).json()["fields"][0]["is_written"] is False
    with activate(scene.organization):
        defining.change_field(member=scene.agent, field=visit, name=visit.name, rights={}, keys=Right.VIEW)
    assert caller.ask("PATCH", where, {"values": {str(visit.pk): "2027-03-31"}}).status_code == 422
    assert [one["name"] for one in caller.get("contacts").json()["data"][0]["fields"]] == ["Next visit"]


def test_contacts_of_a_saved_filter_that_everybody_uses(scene, caller, blind):
    with activate(scene.organization):
        known = scene.hear("Hello").contact
        scene.agent.is_owner = True
        plan = defining.add_field(member=scene.agent, name="Plan", kind=Kind.TEXT)
        set_values(member=scene.agent, contact=known, typed={plan.pk: "Gold"})
        found, none, mine = (
            saving.save(
                member=scene.agent,
                name=value,
                wish=Filter((Condition(str(plan.pk), Ask.IS, value),)),
                sharing=Sharing(shared),
            )
            for value, shared in (("gold", Shared.ALL), ("none", Shared.ALL), ("gold", Shared.NOBODY))
        )
    assert caller.get(f"contacts?filter_id={found.pk}").status_code == 422, "the field is hidden from keys"
    with activate(scene.organization):
        defining.change_field(member=scene.agent, field=plan, name=plan.name, rights={}, keys=Right.VIEW)
    assert [one["id"] for one in caller.get(f"contacts?filter_id={found.pk}").json()["data"]] == [str(known.pk)]
    assert caller.get(f"contacts?filter_id={none.pk}").json()["data"] == []
    for key, row in ((caller, mine), (blind, found)):
        refused = key.get(f"contacts?filter_id={row.pk}")
        assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "filter_id")
