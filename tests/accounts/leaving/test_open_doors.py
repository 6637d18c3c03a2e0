"""Each probe of a receipt tells of its own door when that stands open: the row is there again, or the switch turned."""

import json

import pytest
from django.test import Client

from accounts import deactivation, invitations
from accounts.leaving.steps import Item, Tried, step_named
from accounts.leaving.trying import try_doors
from accounts.models import Invitation, Membership, OffboardingReceipt, SamlIdentity, Session
from tenancy.isolation import activate
from tests.accounts.saml.identity_provider import ENTITY
from tests.accounts.saml.office import open_office
from tests.cast import cast, signed_in

__all__ = ["cast"]


def leave(cast, member):
    with activate(cast.organization):
        return deactivation.deactivate(actor=cast.owner, member=member)


def tell(receipt, name) -> Tried:
    """The step asked by itself, as the trial of a receipt asks it."""
    with activate(receipt.organization_id):
        details = json.loads(OffboardingReceipt.objects.get(pk=receipt.pk).details)
        items = next(one["items"] for one in details["steps"] if one["name"] == name)
        member = Membership.objects.select_related("user", "organization").get(pk=receipt.membership_id)
        return step_named(name).probe(member, [Item(**item) for item in items])


def test_a_link_to_them_that_is_good_again(cast):
    with activate(cast.organization):
        invitations.new_link(cast.agent, cast.owner)
        kept = Invitation.objects.get(membership=cast.agent)
    receipt = leave(cast, cast.agent)
    assert tell(receipt, "links_to_them").open == 0
    Invitation.objects.bulk_create([kept])
    told = tell(receipt, "links_to_them")
    assert told == Tried(1, 1)
    with activate(cast.organization):
        found = try_doors(receipt).found
    assert [one["step"] for one in found if one["open"]] == ["links_to_them"]


def test_an_identity_that_opens_a_colleagues_membership(cast):
    open_office(cast.owner)
    with activate(cast.organization):
        bound = SamlIdentity.objects.create(membership=cast.agent, entity_id=ENTITY, name_id="amelia")
    receipt = leave(cast, cast.agent)
    assert tell(receipt, "single_sign_on") == Tried(1, 0)
    with activate(cast.organization):
        SamlIdentity.objects.filter(pk=bound.pk).update(membership=cast.second_agent)
        found = try_doors(receipt).found
    assert tell(receipt, "single_sign_on") == Tried(1, 1)
    assert [one["step"] for one in found if one["open"]] == ["single_sign_on"]


def test_a_stream_whose_browser_is_signed_in_again(cast):
    signed_in(Client(), cast.agent)
    kept, before = Session.objects.get(membership=cast.agent), Membership.objects.get(pk=cast.agent.pk)
    receipt = leave(cast, cast.agent)
    Session.objects.bulk_create([kept])
    assert tell(receipt, "live_streams") == Tried(1, 0), "the browser alone opens nothing"
    Membership.objects.filter(pk=cast.agent.pk).update(is_active=True, auth_epoch=before.auth_epoch)
    assert tell(receipt, "live_streams") == Tried(1, 1)


@pytest.mark.parametrize("name", ["links_to_them", "single_sign_on", "live_streams"])
def test_a_door_that_never_was_is_tried_with_nothing(cast, name):
    assert tell(leave(cast, cast.second_agent), name) == Tried(0, 0)
