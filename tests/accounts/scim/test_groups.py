"""Groups of the directory give roles and teams, as an admin chose."""

import pytest

from accounts.models import DirectoryGroup, Membership, MembershipRole, Role, Team, TeamMember
from accounts.permissions import MissingPermission, Permission
from accounts.scim import groups
from accounts.scim.schemas import GROUP
from tenancy.isolation import activate
from tests.cast import role_of


def chosen(cast, resource, *, role: Role | None = None, team: Team | None = None, actor=None) -> DirectoryGroup:
    with activate(cast.organization):
        group = DirectoryGroup.objects.get(pk=resource["id"])
        groups.choose(actor=actor or cast.owner, group=group, role=role, team=team)
    return group


def held(cast, email: str) -> tuple[set[str], set[str]]:
    """Roles and teams by name."""
    with activate(cast.organization):
        member = Membership.objects.get(user__email=email, organization=cast.organization)
        roles = MembershipRole.objects.filter(membership=member).values_list("role__name", flat=True)
        teams = TeamMember.objects.filter(membership=member).values_list("team__name", flat=True)
        return set(roles), set(teams)


@pytest.fixture
def nora(company):
    return company.add("nora@harbor.example")


def test_a_group_gives_what_was_chosen_and_takes_it_back(cast, company, nora):
    care = company.add_group("Care", nora["id"])
    assert held(cast, "nora@harbor.example") == (set(), set())
    chosen(cast, care, role=role_of(cast.organization, "agent"), team=cast.front_desk)
    assert held(cast, "nora@harbor.example") == ({"Agent"}, {"Front desk"})
    second = company.add("bob@harbor.example")
    company.patch(f"Groups/{care['id']}", {"op": "Add", "path": "members", "value": [{"value": second["id"]}]})
    assert held(cast, "bob@harbor.example") == ({"Agent"}, {"Front desk"})
    chosen(cast, care, role=role_of(cast.organization, "supervisor"))
    assert held(cast, "bob@harbor.example") == ({"Supervisor"}, set())
    assert company.ask("DELETE", f"Groups/{care['id']}").status_code == 204
    assert held(cast, "nora@harbor.example") == (set(), set())


def test_what_two_groups_give_stays_until_both_are_left(cast, company, nora):
    one, two = company.add_group("One", nora["id"]), company.add_group("Two", nora["id"])
    for group in (one, two):
        chosen(cast, group, role=role_of(cast.organization, "agent"))
    company.patch(f"Groups/{one['id']}", {"op": "remove", "path": f'members[value eq "{nora["id"]}"]'})
    assert held(cast, "nora@harbor.example")[0] == {"Agent"}
    company.patch(f"Groups/{two['id']}", {"op": "Remove", "path": "members", "value": [{"value": nora["id"]}]})
    assert held(cast, "nora@harbor.example")[0] == set()


def test_whoever_leaves_the_directory_leaves_its_groups(cast, company, nora):
    care = company.add_group("Care", nora["id"])
    chosen(cast, care, role=role_of(cast.organization, "agent"))
    company.ask("DELETE", f"Users/{nora['id']}")
    assert held(cast, "nora@harbor.example")[0] == set()
    assert company.get(f"Groups/{care['id']}").json()["members"] == []


def test_nobody_chooses_a_role_that_holds_what_they_lack_or_a_team_that_they_do_not_read(cast, company, nora):
    care = company.add_group("Care", nora["id"])
    with activate(cast.organization):
        clerk = Role.objects.create(
            name="Clerk", permissions=[Permission.DIRECTORY_MANAGE.value, Permission.PEOPLE_MANAGE.value]
        )
        MembershipRole.objects.filter(membership=cast.agent).update(role=clerk)
    cast.agent.__dict__.pop("permissions", None)
    with pytest.raises(MissingPermission):
        chosen(cast, care, role=role_of(cast.organization, "admin"), actor=cast.agent)
    with pytest.raises(MissingPermission):
        chosen(cast, care, role=role_of(cast.organization, "agent"), actor=cast.auditor)
    with pytest.raises(MissingPermission):
        chosen(cast, care, team=cast.billing, actor=cast.agent)
    assert held(cast, "nora@harbor.example")[0] == set()


def test_okta_and_entra_change_groups_in_their_own_ways(company, nora):
    second = company.add("bob")
    care = company.add_group("Care")
    okta = {"op": "replace", "value": {"id": care["id"], "displayName": "Care team"}}
    assert company.patch(f"Groups/{care['id']}", okta).json()["displayName"] == "Care team"
    members = [{"value": nora["id"], "display": "nora"}, {"value": second["id"]}]
    company.patch(f"Groups/{care['id']}", {"op": "add", "path": "members", "value": members})
    company.patch(f"Groups/{care['id']}", {"op": "add", "path": "members", "value": members})
    shown = company.get(f"Groups/{care['id']}").json()["members"]
    assert {one["value"] for one in shown} == {nora["id"], second["id"]}
    assert "members" not in company.get(f"Groups/{care['id']}?excludedAttributes=members").json()
    found = company.found(f'id eq "{care["id"]}" and members eq "{nora["id"]}"', "Groups")
    assert [one["id"] for one in found] == [care["id"]]
    assert company.found('displayName eq "CARE TEAM"', "Groups")[0]["id"] == care["id"]
    whole = {"schemas": [GROUP], "displayName": "Care", "members": [{"value": second["id"]}]}
    put = company.ask("PUT", f"Groups/{care['id']}", whole)
    assert [one["value"] for one in put.json()["members"]] == [second["id"]]
    company.patch(f"Groups/{care['id']}", {"op": "replace", "path": "members", "value": []})
    assert company.get(f"Groups/{care['id']}").json()["members"] == []


def test_a_member_who_is_not_known_and_a_name_twice_are_errors(company, nora):
    company.add_group("Care")
    for body, status in (
        ({"displayName": "care"}, 409),
        ({"displayName": ""}, 400),
        ({"displayName": "Lost", "members": [{"value": "0199f0aa-0000-7000-8000-000000000000"}]}, 400),
        ({"displayName": "Lost", "members": [{"value": "nora"}]}, 400),
        ({"displayName": "Lost", "members": [nora["id"]]}, 400),
    ):
        assert company.ask("POST", "Groups", body).status_code == status, body
    assert [one["displayName"] for one in company.get("Groups").json()["Resources"]] == ["Care"]
