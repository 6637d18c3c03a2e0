"""Settings > Second factors: who may change it, whom it hits, what cannot be said."""

import pytest
from django.test import Client

from accounts.models import SignInPolicy
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.accounts.codes import with_app
from tests.accounts.factors.phones import with_phone
from tests.cast import role_of, signed_in

PAGE = "/settings/security/second-factors/"
FORM = {
    "required": "everybody",
    "methods": ["passkey", "totp"],
    "remember_days": "7",
    "grace_days": "0",
    "weak_alone": "on",
}


def changes(cast) -> int:
    with activate(cast.organization):
        return AuditEvent.objects.filter(event=AuditKind.SIGN_IN_POLICY_CHANGED).count()


def test_an_admin_sees_whom_it_hits_before_it_holds(cast, client):
    with_app(cast.supervisor.user)
    with_phone(cast.agent)
    signed_in(client, cast.admin)
    seen = client.post(PAGE, {**FORM, "act": "preview"})
    preview = seen.context["preview"]
    assert preview.ready == ["Sam Achebe"]
    assert "Amelia Okafor" in preview.at_once
    assert preview.ignored == ["Amelia Okafor"]
    assert "Lev Moreau" not in seen.content.decode(), "the deactivated"
    assert "Oscar" not in seen.content.decode(), "the other organization"
    assert not SignInPolicy.objects.exists()
    assert client.post(PAGE, {**FORM, "act": "save"}).status_code == 302
    policy = SignInPolicy.objects.get()
    assert (policy.organization_id, policy.required, policy.remember_days) == (cast.organization.pk, "everybody", 7)
    assert changes(cast) == 1
    client.post(PAGE, {**FORM, "act": "save"})
    assert changes(cast) == 1, "nothing changed"


def test_with_grace_days_people_have_until_then(cast, client):
    signed_in(client, cast.admin)
    preview = client.post(PAGE, {**FORM, "grace_days": "7", "act": "preview"}).context["preview"]
    assert "Amelia Okafor" in preview.later
    assert "Ada Lindqvist" in preview.at_once


@pytest.mark.parametrize(
    "odd",
    [
        {"methods": ["sms"]},
        {"methods": ["sms", "email"]},
        {"methods": []},
        {"methods": ["recovery"]},
        {"required": "nobody"},
        {"required": "roles"},
        {"remember_days": "365"},
        {"grace_days": "-1"},
        {"grace_days": "31"},
        {"grace_days": "9" * 40},
    ],
)
def test_what_would_lock_out_or_open_too_much_is_refused(cast, client, odd):
    signed_in(client, cast.admin)
    assert client.post(PAGE, {**FORM, **odd, "act": "save"}).status_code == 422
    assert not SignInPolicy.objects.exists()


def test_roles_of_another_organization_are_none(cast, client):
    signed_in(client, cast.admin)
    foreign = role_of(cast.other_organization, "agent")
    form = {**FORM, "required": "roles", "required_roles": [str(foreign.pk)], "act": "save"}
    assert client.post(PAGE, form).status_code == 422
    own = role_of(cast.organization, "agent")
    assert client.post(PAGE, {**form, "required_roles": [str(own.pk)]}).status_code == 302
    assert SignInPolicy.objects.get().required_roles == [str(own.pk)]


def test_only_a_fresh_session_with_the_right_changes_it(cast):
    for member in (cast.agent, cast.supervisor, cast.auditor):
        assert signed_in(Client(), member).post(PAGE, {**FORM, "act": "save"}).status_code == 403
    stale = signed_in(Client(), cast.admin, minutes_ago=30)
    assert stale.post(PAGE, {**FORM, "act": "save"})["Location"].startswith("/confirm/")
    assert not SignInPolicy.objects.exists()
