"""Handing an organization over."""

import pytest

from accounts import ownership
from accounts.deactivation import LastOwner
from accounts.models import Membership
from accounts.ownership import CannotOwn
from accounts.permissions import MissingPermission, Permission
from tenancy.isolation import activate
from tests.cast import signed_in


def owners(cast) -> set[str]:
    return set(
        Membership.objects.filter(organization=cast.organization, is_owner=True).values_list("user__name", flat=True)
    )


def test_an_owner_hands_over_and_leaves(cast, client):
    owner = signed_in(client, cast.owner)
    heir = signed_in(type(client)(), cast.agent)
    assert heir.get("/settings/teams/").status_code == 403
    assert owner.post(f"/settings/people/{cast.agent.pk}/owner/").status_code == 302
    assert heir.get("/settings/teams/").status_code == 200, "at the next click"
    assert owner.post(f"/settings/people/{cast.owner.pk}/owner/end/")["Location"] == "/settings/account/"
    assert owners(cast) == {"Amelia Okafor"}
    assert owner.post(f"/settings/people/{cast.second_agent.pk}/owner/").status_code == 403
    assert owners(cast) == {"Amelia Okafor"}


def test_the_last_owner_stays(cast, client):
    answer = signed_in(client, cast.owner).post(f"/settings/people/{cast.owner.pk}/owner/end/", follow=True)
    assert answer.status_code == 200
    assert owners(cast) == {"Olga Brandt"}
    with activate(cast.organization):
        ownership.make_owner(actor=cast.owner, member=cast.admin)
        Membership.objects.filter(pk=cast.admin.pk).update(is_active=False)
        with pytest.raises(LastOwner):
            ownership.unmake_owner(actor=cast.owner, member=cast.owner)


@pytest.mark.parametrize("who", ["admin", "supervisor", "agent", "auditor"])
def test_only_an_owner_makes_and_unmakes_owners(cast, client, who):
    member = getattr(cast, who)
    assert signed_in(client, member).post(f"/settings/people/{member.pk}/owner/").status_code == 403
    assert client.post(f"/settings/people/{cast.owner.pk}/owner/end/").status_code == 403
    with activate(cast.organization), pytest.raises(MissingPermission):
        ownership.make_owner(actor=member, member=member)
    assert owners(cast) == {"Olga Brandt"}


def test_nobody_becomes_an_owner_who_cannot_sign_in(cast):
    with activate(cast.organization), pytest.raises(CannotOwn):
        ownership.make_owner(actor=cast.owner, member=cast.leaver)
    assert owners(cast) == {"Olga Brandt"}


def test_it_asks_again_who_is_there(cast, client):
    answer = signed_in(client, cast.owner, minutes_ago=30).post(f"/settings/people/{cast.agent.pk}/owner/")
    assert answer["Location"].startswith("/confirm/")
    assert owners(cast) == {"Olga Brandt"}


def test_an_owner_of_another_organization_is_nobody_here(cast, client):
    assert signed_in(client, cast.outsider).post(f"/settings/people/{cast.agent.pk}/owner/").status_code == 404
    with activate(cast.organization):
        assert not Membership.objects.get(pk=cast.agent.pk).may(Permission.OWNERS_MANAGE)
