"""Whoever manages single sign-on hands out by it nothing that they lack: no role, no team's conversations."""

import pytest

from accounts.models import Membership, MembershipRole, Role, SamlMapping, SamlProvider
from accounts.permissions import MissingPermission, Permission
from accounts.saml import configuring
from tenancy.isolation import activate
from tests.cast import role_of, signed_in


@pytest.fixture
def clerk(cast, office) -> Membership:
    """The agent of the front desk, who may besides manage single sign-on."""
    held = role_of(cast.organization, "agent").granted | {Permission.SSO_MANAGE}
    with activate(cast.organization):
        role = Role.objects.create(name="Clerk", permissions=sorted(one.value for one in held))
        MembershipRole.objects.filter(membership=cast.agent).update(role=role)
    return Membership.objects.select_related("user", "organization").get(pk=cast.agent.pk)


def test_a_value_stands_for_roles_and_teams_that_one_could_give_by_hand(cast, clerk):
    with activate(cast.organization):
        for target in ({"role": role_of(cast.organization, "supervisor")}, {"team": cast.billing}):
            with pytest.raises(MissingPermission):
                configuring.add_mapping(actor=clerk, value="x", **target)
        assert not SamlMapping.objects.exists()
        for target in ({"role": role_of(cast.organization, "agent")}, {"team": cast.front_desk}):
            configuring.add_mapping(actor=clerk, value="x", **target)
        assert SamlMapping.objects.count() == 2


def test_the_role_of_new_members_is_one_that_one_could_give_by_hand(cast, clerk):
    with activate(cast.organization):
        with pytest.raises(MissingPermission):
            configuring.change_options(actor=clerk, options={"default_role": role_of(cast.organization, "admin")})
        assert SamlProvider.objects.get().default_role != role_of(cast.organization, "admin")
        configuring.change_options(actor=clerk, options={"default_role": role_of(cast.organization, "agent")})
        assert SamlProvider.objects.get().default_role == role_of(cast.organization, "agent")


def test_the_page_offers_no_others(clerk, client):
    page = signed_in(client, clerk).get("/settings/sso/mappings/").content.decode()
    assert ">Front desk</option>" in page
    assert ">Billing</option>" not in page
    assert ">Supervisor</option>" not in page
