"""One's own account: name, password, app, sessions, organizations."""

from django.conf import settings
from django.test import Client

from accounts.founding import add_member
from accounts.models import Membership, Session, TotpDevice, User
from accounts.sessions import key_hash
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.accounts.codes import code, with_app
from tests.cast import PASSPHRASE, signed_in

NEW_PASSWORD = "four brave otters swim"


def logged(organization, kind) -> int:
    with activate(organization):
        return AuditEvent.objects.filter(event=kind).count()


def change(client, **typed):
    form = {"password": PASSPHRASE, "new_password": NEW_PASSWORD, "repeated": NEW_PASSWORD, **typed}
    return client.post("/settings/account/password/", form)


def test_a_new_name_is_what_others_see(cast, client):
    signed_in(client, cast.agent).post("/settings/account/", {"name": "  Amelia   Okafor-Reyes "})
    assert User.objects.get(pk=cast.agent.user_id).name == "Amelia Okafor-Reyes"
    assert client.post("/settings/account/", {"name": "   "}).status_code == 422


def test_a_new_password_ends_every_other_session_and_renews_this_one(cast, client):
    other = signed_in(Client(), cast.agent)
    signed_in(client, cast.agent)
    before = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert change(client)["Location"] == "/settings/account/"
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != before
    assert not Session.objects.filter(key_hash=key_hash(before)).exists()
    assert client.get("/settings/account/").status_code == 200
    assert other.get("/settings/account/").status_code == 302
    assert User.objects.get(pk=cast.agent.user_id).check_password(NEW_PASSWORD)
    assert logged(cast.organization, AuditKind.PASSWORD_CHANGED) == 1


def test_without_the_present_password_nothing_changes(cast, client):
    signed_in(client, cast.agent)
    assert change(client, password="not mine").status_code == 422
    assert change(client, new_password="short", repeated="short").status_code == 422
    assert User.objects.get(pk=cast.agent.user_id).check_password(PASSPHRASE)


def test_guessing_the_present_password_on_an_open_browser_is_limited(cast, client):
    signed_in(client, cast.agent)
    answers = [change(client, password="a guess").status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]


def test_somebody_with_an_app_may_use_a_shorter_password(cast, client):
    with_app(cast.agent.user)
    signed_in(client, cast.agent)
    assert change(client, new_password="otters swim!", repeated="otters swim!").status_code == 302


def test_an_agent_adds_an_app_and_takes_it_away_again(cast, client):
    other = signed_in(Client(), cast.agent)
    signed_in(client, cast.agent, factors=("password",))
    assert client.get("/settings/account/add/totp/").status_code == 200
    device = TotpDevice.objects.get(user=cast.agent.user)
    assert client.post("/settings/account/add/totp/", {"code": "000000"}).status_code == 422
    done = client.post("/settings/account/add/totp/", {"code": code(device)})
    assert done["Location"].startswith("/settings/account/recovery/")
    assert other.get("/settings/account/").status_code == 302
    assert client.post(f"/settings/account/factors/{device.pk}/remove/").status_code == 302
    assert not TotpDevice.objects.filter(user=cast.agent.user).exists()
    assert logged(cast.organization, AuditKind.SECOND_FACTOR_ADDED) == 1
    assert logged(cast.organization, AuditKind.SECOND_FACTOR_REMOVED) == 1
    assert client.get("/settings/account/").status_code == 200


def test_an_admin_replaces_the_app_but_cannot_take_it_away(cast, client):
    old = with_app(cast.admin.user)
    signed_in(client, cast.admin)
    client.post(f"/settings/account/factors/{old.pk}/remove/")
    assert TotpDevice.objects.get(user=cast.admin.user).pk == old.pk
    client.get("/settings/account/add/totp/")
    new = TotpDevice.objects.get(user=cast.admin.user, confirmed=False)
    client.post("/settings/account/add/totp/", {"code": code(new)})
    assert TotpDevice.objects.get(user=cast.admin.user).pk == new.pk


def test_an_app_is_set_up_only_by_somebody_who_proved_who_they_are(cast, client):
    device = with_app(cast.agent.user)
    signed_in(client, cast.agent, minutes_ago=30)
    for page in (f"/settings/account/factors/{device.pk}/remove/", "/settings/account/add/totp/"):
        assert client.post(page)["Location"].startswith("/confirm/")


def test_the_secret_of_an_app_stands_sealed_in_the_database(cast):
    device = with_app(cast.agent.user)
    [stored] = TotpDevice.objects.filter(pk=device.pk).values_list("secret", flat=True)
    assert device.secret.encode() not in bytes(stored)


def test_the_list_of_sessions_shows_this_browser_and_the_others(cast, client):
    signed_in(Client(), cast.agent)
    signed_in(Client(), cast.second_agent)
    page = signed_in(client, cast.agent).get("/settings/sessions/")
    assert [session.is_this for session in page.context["sessions"]] == [True, False]
    assert "Firefox on Linux" in page.content.decode()


def test_one_session_is_ended_and_only_ones_own(cast, client):
    other, colleague = signed_in(Client(), cast.agent), signed_in(Client(), cast.second_agent)
    signed_in(client, cast.agent)
    [row] = [row for row in client.get("/settings/sessions/").context["sessions"] if not row.is_this]
    assert client.post(f"/settings/sessions/{row.id}/end/").status_code == 302
    assert other.get("/settings/account/").status_code == 302
    foreign = Session.objects.get(membership=cast.second_agent)
    assert client.post(f"/settings/sessions/{foreign.pk}/end/").status_code == 404
    assert colleague.get("/settings/account/").status_code == 200


def test_ending_all_others_keeps_this_browser(cast, client):
    others = [signed_in(Client(), cast.agent) for _ in range(2)]
    signed_in(client, cast.agent).post("/settings/sessions/end-others/")
    assert client.get("/settings/account/").status_code == 200
    assert [other.get("/settings/account/").status_code for other in others] == [302, 302]
    assert logged(cast.organization, AuditKind.SESSION_ENDED) == 1


def test_switching_acts_in_the_other_organization_under_a_new_key(cast, client):
    both = add_member(organization=cast.other_organization, user=cast.agent.user, role="auditor")
    signed_in(client, cast.agent)
    assert "Northside Plumbing" in client.get("/settings/account/").content.decode()
    before = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert client.post(f"/organization/{cast.other_organization.pk}/")["Location"] == "/"
    after = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert after != before
    assert not Session.objects.filter(key_hash=key_hash(before)).exists()
    assert Session.objects.get(key_hash=key_hash(after)).membership_id == both.pk
    assert client.post("/sign-out/").status_code == 302
    assert logged(cast.organization, AuditKind.SIGNED_OUT) == 1
    assert logged(cast.other_organization, AuditKind.SIGNED_IN) == 1


def test_nobody_switches_to_where_they_do_not_belong(cast, client):
    signed_in(client, cast.agent)
    assert client.post(f"/organization/{cast.other_organization.pk}/").status_code == 404
    both = add_member(organization=cast.other_organization, user=cast.agent.user, role="auditor")
    Membership.objects.filter(pk=both.pk).update(is_active=False)
    assert client.post(f"/organization/{cast.other_organization.pk}/").status_code == 404
    assert client.get(f"/organization/{cast.organization.pk}/").status_code == 405
    assert Session.objects.get().membership_id == cast.agent.pk


def test_switching_does_not_get_around_a_second_factor(cast, client):
    add_member(organization=cast.other_organization, user=cast.agent.user, role="admin")
    signed_in(client, cast.agent, factors=("password",))
    client.post(f"/organization/{cast.other_organization.pk}/")
    assert client.get("/settings/people/")["Location"].startswith("/sign-in/code/")


def test_the_password_alone_does_not_make_a_session_with_an_app_fresh_again(cast, client):
    with_app(cast.admin.user)
    signed_in(client, cast.admin, minutes_ago=30)
    assert change(client)["Location"] == "/settings/account/"
    assert client.get("/settings/account/add/totp/")["Location"].startswith("/confirm/")


def test_the_owner_of_another_organization_keeps_the_app_here_too(cast, client):
    device = with_app(cast.outsider.user)
    here = add_member(organization=cast.organization, user=cast.outsider.user, role="agent")
    signed_in(client, here).post(f"/settings/account/factors/{device.pk}/remove/")
    assert TotpDevice.objects.filter(user=cast.outsider.user, confirmed=True).exists()
