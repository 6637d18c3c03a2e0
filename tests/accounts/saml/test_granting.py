"""Whoever manages single sign-on hands out by it nothing that they lack: no role, no team's conversations."""

import pytest
from django.test import Client

from accounts.models import Membership, MembershipRole, Role, SamlCertificate, SamlMapping, SamlProvider
from accounts.permissions import MissingPermission, Permission
from accounts.saml import configuring
from accounts.saml.certificates import read_certificate
from accounts.saml.provider_metadata import read_metadata
from tenancy.isolation import activate
from tests.accounts.saml.identity_provider import metadata, pair
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


def test_nobody_but_an_owner_says_whose_signature_counts(cast, office):
    """Its key signs in everybody: an admin would be the owner by a provider of their own."""
    admin = signed_in(Client(), cast.admin)
    theirs = metadata(pair("stranger"), entity="https://evil.example/idp")
    assert admin.get("/settings/sso/provider/").status_code == 403
    assert admin.post("/settings/sso/provider/", {"metadata": theirs}).status_code == 403
    with activate(cast.organization):
        before = list(SamlCertificate.objects.values_list("fingerprint", flat=True))
        described, certificate = read_metadata(theirs.encode()), read_certificate(pair("stranger").certificate)
        for act, told in (
            (configuring.describe, {"described": described}),
            (configuring.add_certificate, {"certificate": certificate}),
            (configuring.change_options, {"options": {"trusts_second_factor": True}}),
        ):
            with pytest.raises(MissingPermission):
                act(actor=cast.admin, **told)
        provider = SamlProvider.objects.get()
        assert provider.entity_id != "https://evil.example/idp"
        assert not provider.trusts_second_factor
        assert list(SamlCertificate.objects.values_list("fingerprint", flat=True)) == before
    page = admin.get("/settings/sso/").content.decode()
    assert "An owner says whose signature counts" in page
    assert "Take new metadata" not in page
    saved = admin.post("/settings/sso/options/", {"trusts_second_factor": "on", "signed": "either"})
    assert saved.status_code in {200, 302, 422}
    with activate(cast.organization):
        assert not SamlProvider.objects.get().trusts_second_factor


def test_the_page_offers_no_others(clerk, client):
    page = signed_in(client, clerk).get("/settings/sso/mappings/").content.decode()
    assert ">Front desk</option>" in page
    assert ">Billing</option>" not in page
    assert ">Supervisor</option>" not in page
