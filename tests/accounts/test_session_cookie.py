"""The cookie in the browser is taken away by the request that signed out, and by no other."""

import pytest
from django.conf import settings
from django.test import Client

from accounts.founding import add_member
from accounts.models import Membership, Session
from tests.cast import signed_in

HOME = "/settings/account/"


def cookie_of(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def with_key(key: str) -> Client:
    """A request that left the browser while this was its key."""
    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = key
    return browser


def sets_a_cookie(answer) -> bool:
    return settings.SESSION_COOKIE_NAME in answer.cookies


@pytest.mark.parametrize("headers", [{}, {"HTTP_X_BACKGROUND": "live"}], ids=["a page", "by itself"])
def test_a_request_from_before_a_switch_that_is_answered_after_it_leaves_the_new_key_alone(cast, client, headers):
    add_member(organization=cast.other_organization, user=cast.agent.user, role="auditor")
    signed_in(client, cast.agent)
    before = cookie_of(client)
    client.post(f"/organization/{cast.other_organization.pk}/")
    assert cookie_of(client) != before
    late = with_key(before).get(HOME, **headers)
    assert late.status_code in {302, 401, 404}
    assert not sets_a_cookie(late)
    assert client.get(HOME).status_code == 200


def test_a_request_from_before_signing_in_leaves_the_new_key_alone(cast, client):
    late = with_key("a-key-of-yesterday").get(HOME)
    assert not sets_a_cookie(late)
    assert "Cookie" in late["Vary"]


def test_a_session_that_no_longer_holds_is_deleted_here_but_not_in_the_browser(cast, client):
    signed_in(client, cast.agent)
    Membership.objects.filter(pk=cast.agent.pk).update(is_active=False)
    late = client.get(HOME)
    assert not sets_a_cookie(late)
    assert not Session.objects.filter(membership=cast.agent).exists()


def test_signing_out_takes_the_cookie_away(cast, client):
    signed_in(client, cast.agent)
    answer = client.post("/sign-out/")
    assert answer.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 0
    assert not Session.objects.filter(membership=cast.agent).exists()
