"""Making, changing and deleting teams."""

import pytest

from accounts import teams
from accounts.models import Role, Team, TeamMember
from accounts.permissions import MissingPermission
from accounts.roles import give_role
from accounts.teams import NotEmpty
from tenancy.isolation import activate
from tests.cast import signed_in
from tests.texting.simulator.conftest import make_line


@pytest.fixture
def leader(cast):
    """The agent, who is in the front desk's team and may manage teams without reading every team's conversations."""
    with activate(cast.organization):
        held = ["teams:manage", "conversations:read", "people:manage"]
        give_role(member=cast.agent, role=Role.objects.create(name="Leader", permissions=held))
    return cast.agent


def test_a_team_is_made_filled_opened_emptied_and_deleted(cast, client):
    admin = signed_in(client, cast.admin)
    where = admin.post("/settings/teams/new/", {"name": " Night   shift "})["Location"]
    with activate(cast.organization):
        team = Team.objects.get(name="Night shift")
        assert [place.membership for place in team.members.all()] == [cast.admin]
    assert where == f"/settings/teams/{team.pk}/"
    people = {"members": [str(cast.agent.pk), str(cast.auditor.pk)]}
    assert admin.post(f"{where}people/", people).status_code == 302
    with activate(cast.organization):
        assert {place.membership_id for place in team.members.all()} == {cast.agent.pk, cast.auditor.pk}
    assert admin.post(where, {"name": "Nights", "visibility": "assigned"}).status_code == 302
    with activate(cast.organization):
        team.refresh_from_db()
        assert (team.name, team.visibility, team.shows_unassigned) == ("Nights", "assigned", False)
    admin.post(f"{where}delete/")
    with activate(cast.organization):
        assert Team.objects.filter(pk=team.pk).exists(), "there are people in it"
    admin.post(f"{where}people/", {})
    assert admin.post(f"{where}delete/")["Location"] == "/settings/teams/"
    with activate(cast.organization):
        assert not Team.objects.filter(pk=team.pk).exists()


def test_a_team_with_a_line_stays(cast):
    line = make_line(cast.organization, cast.billing, name="Billing line", number="+12125550120")
    with activate(cast.organization):
        TeamMember.objects.filter(team=cast.billing).delete()
        with pytest.raises(NotEmpty):
            teams.delete_team(actor=cast.admin, team=cast.billing)
        assert line.team_id == Team.objects.get(pk=cast.billing.pk).pk


@pytest.mark.parametrize(
    "typed",
    [
        {"name": ""},
        {"name": "billing", "visibility": "team"},
        {"name": "x" * 41, "visibility": "team"},
        {"name": "X", "visibility": "nobody"},
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(cast, client, typed):
    answer = signed_in(client, cast.admin).post(f"/settings/teams/{cast.front_desk.pk}/", typed)
    assert answer.status_code == 422
    with activate(cast.organization):
        assert Team.objects.get(pk=cast.front_desk.pk).name == "Front desk"


def test_nobody_of_another_organization_is_put_into_a_team(cast, client):
    where = f"/settings/teams/{cast.billing.pk}/people/"
    answer = signed_in(client, cast.admin).post(where, {"members": [str(cast.outsider.pk)]})
    assert answer.status_code == 422
    assert signed_in(client, cast.outsider).post(where, {"members": [str(cast.outsider.pk)]}).status_code == 404


def test_nobody_lets_anybody_read_what_they_do_not_read_themselves(cast, leader):
    with activate(cast.organization):
        with pytest.raises(MissingPermission):
            teams.set_members(actor=leader, team=cast.billing, members=[leader])
        with pytest.raises(MissingPermission):
            teams.set_teams(actor=leader, member=leader, teams=[cast.front_desk, cast.billing])
        with pytest.raises(MissingPermission):
            teams.change_team(
                actor=leader, team=cast.billing, name="Billing", visibility=Team.Visibility.ALL, shows_unassigned=True
            )
        assert not TeamMember.objects.filter(team=cast.billing, membership=leader).exists()
        assert Team.objects.get(pk=cast.billing.pk).visibility == "team"


def test_closing_a_team_further_takes_no_more_than_the_right_to_manage_teams(cast, leader):
    with activate(cast.organization):
        teams.change_team(
            actor=leader,
            team=cast.billing,
            name="Billing",
            visibility=Team.Visibility.ASSIGNED,
            shows_unassigned=False,
        )
        with pytest.raises(MissingPermission):
            teams.change_team(
                actor=leader,
                team=cast.billing,
                name="Billing",
                visibility=Team.Visibility.ASSIGNED,
                shows_unassigned=True,
            )
