"""Contacts by the API: who may learn whose a number is."""

import pytest

from accounts.permissions import Permission
from tenancy.isolation import activate
from tests.callers import make_caller
from texting import tagging
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
