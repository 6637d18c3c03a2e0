"""Where second factors meet single sign-on, operators and mail: nothing of one is a way round another."""

import pytest
from django.test import Client

from accounts import operators
from accounts.founding import add_member
from accounts.models import BreakGlass, Enforced, Membership, OutgoingMail, Session, SsoDoor, TotpDevice, User
from accounts.saml import configuring
from tenancy.isolation import activate
from tests.accounts.codes import code, with_app
from tests.accounts.factors.keys import Key, post, with_key
from tests.accounts.saml.identity_provider import encoded, respond
from tests.accounts.saml.office import Browser, Office, open_office, signed
from tests.accounts.test_people import NEW_PASSWORD
from tests.cast import PASSPHRASE, person, signed_in
from tests.mailed import mails_to

OPTIONS, FINISH = "/sign-in/passkey/options/", "/sign-in/passkey/"


@pytest.fixture
def office(cast) -> Office:
    return open_office(cast.owner)


def by_provider(office: Office, member: Membership) -> Client:
    """A browser that came from the provider as the member; half-way where our own factor follows."""
    browser = Browser(office).ask()
    said = office.said(browser, email=member.user.email, name_id=str(member.pk))
    assert browser.bring(encoded(signed(respond(said), office.provider, "assertion"))).status_code == 302
    return browser.client


def by_password(client: Client, member: Membership) -> str:
    """Where the password leads to."""
    return client.post("/sign-in/", {"email": member.user.email, "password": PASSPHRASE}).get("Location", "")


def with_passkey(client: Client, key: Key):
    return post(client, FINISH, key.signed(post(client, OPTIONS, {}).json()))


def state() -> dict:
    """What the newest session says."""
    data = Session.objects.latest("created_at").data
    return data.get("signed_in") or data["pending"]


def enforced(office: Office) -> None:
    SsoDoor.objects.filter(pk=office.door.pk).update(enforced=Enforced.EVERYBODY)


def works_elsewhere(cast, member: Membership, *, is_owner: bool = True) -> Membership:
    there = Membership.objects.create(user=member.user, organization=cast.other_organization, is_owner=is_owner)
    Membership.objects.filter(pk=there.pk).update(is_active=True, joined_at=there.user.created_at)
    return there


def test_half_way_after_single_sign_on_nobody_has_shown_a_password(cast, office):
    device = with_app(cast.admin.user)
    client = by_provider(office, cast.admin)
    assert state()["factors"] == ["sso"]
    client.post("/sign-in/code/", {"code": code(device)})
    assert state()["factors"] == ["sso", "totp"]
    assert client.get("/settings/people/").status_code == 200


def test_a_passkey_is_the_second_factor_after_single_sign_on_and_opens_this_organization_only(cast, office):
    key = with_key(signed_in(Client(), cast.agent))
    works_elsewhere(cast, cast.agent)
    client = by_provider(office, cast.agent)
    assert "next" in with_passkey(client, key).json()
    assert (state()["membership_id"], state()["factors"]) == (str(cast.agent.pk), ["sso", "passkey"])
    assert state()["sso"]


def test_what_a_provider_said_is_not_carried_into_another_organization_by_signing_in_anew(cast, office):
    """Its factor must not make up for ours where it has no say, nor may the new session be bound to it."""
    office.options(trusts_second_factor=True)
    client = by_provider(office, cast.agent)
    assert state()["factors"] == ["sso", "provider_factor"]
    key = with_key(signed_in(Client(), cast.outsider))
    assert "next" in with_passkey(client, key).json()
    assert state()["membership_id"] == str(cast.outsider.pk)
    assert (state()["factors"], state()["sso"]) == (["passkey"], "")
    client = by_provider(office, cast.agent)
    plumber = add_member(organization=cast.other_organization, user=person("p@northside.example", "Pia"), role="agent")
    assert by_password(client, plumber) == "/"
    assert (state()["factors"], state()["sso"]) == (["password"], "")


def test_sessions_that_rely_on_the_providers_factor_end_when_it_counts_no_longer(cast, office):
    office.options(trusts_second_factor=True)
    trusted, own = by_provider(office, cast.admin), signed_in(Client(), cast.agent)
    assert trusted.get("/settings/people/").status_code == 200
    with activate(cast.organization):
        configuring.change_options(actor=cast.owner, options={"trusts_second_factor": False})
    assert trusted.get("/settings/people/")["Location"].startswith("/sign-in/")
    assert own.get("/settings/account/").status_code == 200, "with factors of their own"


def test_neither_password_nor_passkey_walks_round_enforced_single_sign_on(cast, office):
    key = with_key(signed_in(Client(), cast.agent))
    half_way = Client()
    assert by_password(half_way, cast.agent) == "/sign-in/code/"
    enforced(office)
    client = Client()
    assert with_passkey(client, key).status_code == 422
    assert by_password(client, cast.agent) == ""
    assert with_passkey(half_way, key).status_code == 422, "who was half-way when it was enforced"
    assert half_way.get("/sign-in/code/")["Location"] == "/sign-in/"
    for browser in (client, half_way):
        assert browser.get("/settings/account/")["Location"].startswith("/sign-in/")
    there = works_elsewhere(cast, cast.agent)
    assert "next" in with_passkey(client, key).json()
    assert state()["membership_id"] == str(there.pk), "where it is not enforced it opens all the same"


def test_a_break_glass_owner_comes_in_with_a_passkey_and_the_others_are_told(cast, office):
    owner = signed_in(Client(), cast.owner)
    address = f"/settings/sso/break-glass/{cast.owner.pk}/"
    owner.post(address, {"on": "1"})
    assert not BreakGlass.objects.exists(), "nothing strong of ours yet"
    key = with_key(owner)
    owner.post(address, {"on": "1"})
    assert BreakGlass.objects.exists()
    enforced(office)
    assert "next" in with_passkey(Client(), key).json()
    assert OutgoingMail.objects.filter(kind="break_glass_used").exists()


def test_a_provider_changes_no_factor_of_a_person_who_works_elsewhere_too(cast, office):
    device = with_app(cast.agent.user)
    client = by_provider(office, cast.agent)
    client.post("/sign-in/code/", {"code": code(device)})
    assert client.get("/settings/account/add/totp/").status_code == 200
    works_elsewhere(cast, cast.agent, is_owner=False)  # so that nothing else keeps the app from being removed
    for page in ("add/totp/", f"factors/{device.pk}/", f"factors/{device.pk}/remove/", "recovery/"):
        assert client.post(f"/settings/account/{page}", {"name": "Mine"})["Location"] == "/settings/account/", page
    for page in ("passkeys/options/", "passkeys/"):
        assert post(client, f"/settings/account/{page}", {}).status_code == 403
    kept = TotpDevice.objects.get(user=cast.agent.user, confirmed=True)
    assert (kept.pk, kept.name) == (device.pk, "Authenticator app")
    assert not cast.agent.user.recovery_codes.exists()


def test_a_provider_gives_nobody_a_first_factor_who_works_elsewhere_too(cast, office):
    works_elsewhere(cast, cast.admin)
    client = by_provider(office, cast.admin)
    for page in ("options/", ""):
        assert post(client, f"/sign-in/set-up/passkey/{page}", {}).status_code == 403
    assert client.post("/sign-in/set-up/", {"code": "000000"})["Location"] == "/sign-in/"
    assert not TotpDevice.objects.filter(user=cast.admin.user).exists()
    assert client.get("/sign-in/code/")["Location"] == "/sign-in/", "the half-finished sign-in is over"


def test_an_operator_shows_a_strong_factor_whatever_their_role(cast):
    operators.set_operator(user=cast.agent.user, operator=True)
    cast.agent.user.refresh_from_db()
    signed = signed_in(Client(), cast.agent, factors=("password",))
    for page in ("/inbox/", "/operators/"):
        assert signed.get(page)["Location"].startswith("/sign-in/code/")
    weak = signed_in(Client(), cast.agent, factors=("password", "sms"))
    assert weak.get("/operators/")["Location"].startswith("/sign-in/code/")
    assert signed_in(Client(), cast.agent).get("/operators/").status_code == 200


def test_after_a_reset_the_mailbox_alone_opens_nothing(cast):
    with_app(cast.agent.user)
    admin = signed_in(Client(), cast.admin)
    page = admin.post(f"/settings/people/{cast.agent.pk}/reset/").content.decode()
    link = page.split('translate="no">')[1].split("<")[0]
    address = cast.agent.user.email
    [told] = mails_to(address)
    assert "was reset" in told
    assert "http" not in told
    Client().post("/forgot/", {"email": address})
    assert len(mails_to(address)) == 1, "and no other link is mailed while the admin's is open"
    browser = Client()
    browser.get(link.removeprefix("http://127.0.0.1:8000"))
    browser.post("/join/", {"new_password": NEW_PASSWORD, "repeated": NEW_PASSWORD})
    assert User.objects.get(pk=cast.agent.user_id).check_password(NEW_PASSWORD)
    Client().post("/forgot/", {"email": address})
    assert len(mails_to(address)) == 2
