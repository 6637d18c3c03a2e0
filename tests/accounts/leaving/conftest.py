"""The cast plays here, and somebody who holds one of everything that a leaver can hold."""

from dataclasses import dataclass

import pytest
from django.conf import settings
from django.test import Client

from accounts import integrations, invitations, mailed_links
from accounts.mailed_links import Purpose
from accounts.models import Membership, RememberedDevice, Role
from accounts.permissions import Permission
from accounts.scim.connecting import make_token
from accounts.sessions import key_hash
from tenancy.isolation import activate
from tests.cast import Cast, cast, signed_in
from texting.live import Claims, claims_of, token_for
from texting.notifications.push.devices import turn_on

__all__ = ["cast"]


@dataclass
class Holder:
    """An admin with two browsers (one remembered), a reset link, an invitation sent, an API key, a directory token,
    a device with push.
    """

    member: Membership
    browser: Client
    session_key: str
    live: Claims
    invited: Membership
    invitation: str
    password_link: str
    api_key: str
    directory_token: str


@pytest.fixture
def holder(cast: Cast) -> Holder:
    """The admin. Everything works when the test begins."""
    from datetime import timedelta

    member = cast.admin
    browser = signed_in(Client(), member)
    signed_in(Client(), member)
    session_key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    with activate(cast.organization):
        agents = [Role.objects.get(built_in="agent")]
        sent = invitations.invite(actor=member, email="nia@harbor.example", name="Nia", roles=agents)
        wish = integrations.Wish("Shop", frozenset({Permission.CONTACTS_READ}), None)
        made = integrations.create(actor=member, wish=wish)
        token = make_token(actor=member, life=timedelta(days=9))
        RememberedDevice.objects.create(
            membership=member, token_hash=key_hash("r" * 43), factor="totp", epoch=member.epoch
        )
        turn_on(member=member, mark="m" * 64, name="Firefox on Linux", address="https://push.example.com/x")
        link = mailed_links.make(Purpose.PASSWORD, user=member.user)
    return Holder(
        member=member,
        browser=browser,
        session_key=session_key,
        live=claims_of(token_for(member, session_key=session_key)),
        invited=sent.member,
        invitation=sent.token,
        password_link=link.rstrip("/").rpartition("/")[2],
        api_key=made.secret,
        directory_token=token.secret,
    )


def hashed(secret: str) -> bytes:
    """As the database knows it."""
    return key_hash(secret)
