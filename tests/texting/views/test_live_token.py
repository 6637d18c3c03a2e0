"""The ticket for a live stream."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import MembershipRole, Session
from tenancy.isolation import activate
from tests.cast import Cast, cast, signed_in
from texting.live import claims_of

__all__ = ["cast"]

pytestmark = pytest.mark.django_db


def ask(client: Client, member: object):
    return client.get(reverse("live_token"), {"member": str(member)}, headers={"X-Background": "live"})


def test_a_member_gets_a_token_for_their_own_session(client: Client, cast: Cast) -> None:
    answer = ask(signed_in(client, cast.agent), cast.agent.pk)
    claims = claims_of(answer.json()["token"])
    assert (claims.organization, claims.member) == (cast.organization.pk, cast.agent.pk)
    assert bytes.fromhex(claims.session) == bytes(Session.objects.get().key_hash)
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("member", ["", "nonsense"])
def test_a_page_must_say_whose_it_is(client: Client, cast: Cast, member: str) -> None:
    assert ask(signed_in(client, cast.agent), member).status_code == 409


def test_a_page_of_another_membership_gets_none(client: Client, cast: Cast) -> None:
    answer = ask(signed_in(client, cast.agent), cast.outsider.pk)
    assert answer.status_code == 409
    assert b"token" not in answer.content


def test_who_may_not_read_conversations_gets_none(client: Client, cast: Cast) -> None:
    with activate(cast.organization):
        MembershipRole.objects.filter(membership=cast.agent).delete()
    assert ask(signed_in(client, cast.agent), cast.agent.pk).status_code == 403


def test_who_is_signed_out_is_sent_to_sign_in(client: Client, cast: Cast) -> None:
    assert ask(client, cast.agent.pk).status_code == 302
