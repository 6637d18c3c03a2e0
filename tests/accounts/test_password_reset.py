"""A forgotten password: one answer for all, one use, no way around the second factor."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts import invitations
from accounts.founding import add_member
from accounts.models import (
    Enforced,
    Invitation,
    MailedLink,
    Membership,
    OutgoingMail,
    Session,
    SsoDoor,
    TotpDevice,
    User,
)
from accounts.password_reset import OF_ONE_NETWORK
from accounts.sessions import SessionStore, SignedIn
from accounts.tasks import forget_what_ended
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.accounts.codes import with_app
from tests.accounts.test_people import NEW_PASSWORD
from tests.cast import PASSPHRASE, role_of, signed_in
from tests.mailed import link_to, mails_to

CHOICE = {"new_password": NEW_PASSWORD, "repeated": NEW_PASSWORD}


def ask(address: str, client: Client | None = None):
    return (client or Client()).post("/forgot/", {"email": address})


def opened(address: str) -> Client:
    client = Client()
    assert client.get(link_to(address))["Location"] == "/forgot/new/"
    return client


def test_the_link_sets_a_password_ends_every_session_and_works_once(cast):
    address = cast.agent.user.email
    signed_in(Client(), cast.agent)
    ask(address)
    browser, second = opened(address), opened(address)
    assert browser.post("/forgot/new/", CHOICE)["Location"] == "/sign-in/"
    user = User.objects.get(pk=cast.agent.user_id)
    assert user.check_password(NEW_PASSWORD)
    assert user.email_proved_at is not None
    assert not Session.objects.filter(user=user).exists()
    assert (
        second.post(
            "/forgot/new/", {"new_password": "other brave otters", "repeated": "other brave otters"}
        ).status_code
        == 404
    )
    assert User.objects.get(pk=user.pk).check_password(NEW_PASSWORD)
    assert "Your password for Parley was changed" in mails_to(address)[-1]
    with activate(cast.organization):
        assert AuditEvent.objects.filter(event=AuditKind.PASSWORD_CHANGED, actor_id=cast.agent.pk).count() == 1
    assert Client().post("/sign-in/", {"email": address, "password": NEW_PASSWORD})["Location"] == "/"


def test_everybody_gets_the_same_answer_and_only_those_who_sign_in_get_a_mail(cast):
    invited = User.objects.create_user(email="never@harbor.example", name="Never joined")
    Membership.objects.create(user=invited, organization=cast.organization, is_active=False, joined_at=None)
    pages = set()
    for address in (cast.agent.user.email, cast.leaver.user.email, invited.email, "nobody@harbor.example"):
        page = ask(address)
        assert page.status_code == 200
        body = page.content.decode().partition("<main")[2]
        pages.add(body.replace(address, "X"))
        assert len(mails_to(address)) == (address == cast.agent.user.email)
    assert len(pages) == 1
    assert OutgoingMail.objects.count() == 1
    assert MailedLink.objects.count() == 1


def test_a_second_factor_stays(cast):
    user = cast.admin.user
    with_app(user)
    ask(user.email)
    opened(user.email).post("/forgot/new/", CHOICE)
    assert TotpDevice.objects.filter(user=user, confirmed=True).exists()
    entered = Client().post("/sign-in/", {"email": user.email, "password": NEW_PASSWORD})
    assert entered["Location"] == "/sign-in/code/"


def test_a_link_ends_after_an_hour_and_with_whatever_ends_the_sessions(cast):
    address = cast.agent.user.email
    ask(address)
    browser = opened(address)
    User.objects.filter(email=address).update(auth_epoch=7)
    assert browser.get("/forgot/new/").status_code == 404
    User.objects.filter(email=address).update(auth_epoch=0)
    assert browser.get("/forgot/new/").status_code == 200
    MailedLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert browser.post("/forgot/new/", CHOICE).status_code == 404
    assert User.objects.get(email=address).check_password(PASSPHRASE)


@pytest.mark.parametrize("token", ["x", "x" * 5000, "%00", "../settings"])
def test_a_made_up_link_opens_nothing(client, db, token):
    client.get(f"/forgot/{token}/")
    assert client.get("/forgot/new/").status_code == 404
    assert client.post("/forgot/new/", CHOICE).status_code == 404


def test_a_deactivated_person_cannot_use_the_link_they_got(cast):
    ask(cast.agent.user.email)
    browser = opened(cast.agent.user.email)
    User.objects.filter(pk=cast.agent.user_id).update(is_active=False)
    assert browser.post("/forgot/new/", CHOICE).status_code == 404


def test_one_network_asks_so_often_and_one_address_gets_so_many(cast):
    for _ in range(OF_ONE_NETWORK):
        assert ask(cast.agent.user.email).status_code == 200
    refused = ask("somebody@else.example")
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert len(mails_to(cast.agent.user.email)) == 5


@pytest.mark.parametrize("address", ["", "nobody", "a@b.example\nBcc: c@d.example", "x" * 5000 + "@b.example"])
def test_what_is_no_address_is_said(client, db, address):
    assert ask(address, client).status_code == 422
    assert not OutgoingMail.objects.exists()


# --- Another address ---


def change(client: Client, email: str):
    return client.post("/settings/account/email/", {"email": email})


def test_the_new_mailbox_confirms_and_both_are_told(cast):
    old, new = cast.agent.user.email, "amelia@new.example"
    browser = signed_in(Client(), cast.agent)
    assert change(browser, new)["Location"] == "/settings/account/"
    assert User.objects.get(pk=cast.agent.user_id).email == old
    assert new in mails_to(old)[-1]
    mailbox = Client()
    assert mailbox.get(link_to(new))["Location"] == "/new-address/"
    assert User.objects.get(pk=cast.agent.user_id).email == old, "a program that looks at links changes nothing"
    assert mailbox.post("/new-address/")["Location"] == "/sign-in/"
    user = User.objects.get(pk=cast.agent.user_id)
    assert (user.email, user.email_proved_at is not None) == (new, True)
    assert browser.get("/inbox/").status_code == 302, "everything that was signed in ended"
    for address in (old, new):
        assert "has a new address" in mails_to(address)[-1]
    assert mailbox.post("/new-address/").status_code == 404


def test_an_address_that_somebody_has_is_answered_alike_and_gets_no_link(cast):
    browser = signed_in(Client(), cast.agent)
    taken, free = change(browser, cast.outsider.user.email), change(browser, "free@new.example")
    assert (taken.status_code, taken["Location"]) == (free.status_code, free["Location"])
    assert mails_to(cast.outsider.user.email) == []
    mailbox = Client()
    mailbox.get(link_to("free@new.example"))
    User.objects.create_user(email="free@new.example", name="Quicker")
    assert mailbox.post("/new-address/").status_code == 404
    assert User.objects.get(pk=cast.agent.user_id).email == "agent@harbor.example"


def test_a_new_password_ends_the_link_that_a_thief_asked_for(cast):
    change(signed_in(Client(), cast.agent), "thief@new.example")
    thief = Client()
    thief.get(link_to("thief@new.example"))
    ask(cast.agent.user.email)
    opened(cast.agent.user.email).post("/forgot/new/", CHOICE)
    assert thief.post("/new-address/").status_code == 404


def test_a_stale_session_proves_itself_first(cast):
    stale = signed_in(Client(), cast.agent, minutes_ago=30)
    assert change(stale, "amelia@new.example")["Location"].startswith("/confirm/")
    assert not OutgoingMail.objects.exists()


# --- Beside single sign-on ---


def enforced(cast):
    SsoDoor.objects.create(organization=cast.organization, slug="d" * 22, is_on=True, enforced=Enforced.EVERYBODY)


def by_sso(member) -> Client:
    """A browser whose session began at the organization's provider."""
    state = SignedIn(
        user_id=str(member.user_id),
        membership_id=str(member.pk),
        epoch=member.epoch,
        authenticated_at=timezone.now().timestamp(),
        factors=["password", "totp"],
        sso="a-sign-in",
        ends_at=timezone.now().timestamp() + 3600,
    )
    store, client = SessionStore(), Client()
    store.step(state, address="127.0.0.1", browser="Firefox on Linux")
    client.cookies[settings.SESSION_COOKIE_NAME] = store.session_key
    return client


def test_whoever_must_come_by_single_sign_on_gets_the_same_answer_and_no_mail(cast):
    usual = ask(cast.agent.user.email)
    browser = opened(cast.agent.user.email)
    enforced(cast)
    answer = ask(cast.second_agent.user.email)
    assert answer.status_code == usual.status_code
    assert mails_to(cast.second_agent.user.email) == []
    assert browser.post("/forgot/new/", CHOICE).status_code == 404, "a link from before sets no password either"
    assert User.objects.get(pk=cast.agent.user_id).check_password(PASSPHRASE)


def test_a_provider_of_one_organization_moves_no_address_of_somebody_who_works_in_two(cast):
    add_member(organization=cast.other_organization, user=cast.agent.user, role="agent")
    change(by_sso(cast.agent), "thief@new.example")
    assert not OutgoingMail.objects.exists()


def test_a_provider_of_one_organization_accepts_no_invitation_of_another(cast):
    role = role_of(cast.other_organization, "agent")
    with activate(cast.other_organization):
        invitations.invite(actor=cast.outsider, email=cast.agent.user.email, name="X", roles=[role])
    browser = by_sso(cast.agent)
    browser.get(link_to(cast.agent.user.email))
    assert browser.post("/join/").status_code == 422
    assert Membership.objects.filter(user=cast.agent.user, is_active=True).count() == 1


def test_a_reset_whose_link_ended_unused_still_asks_for_an_admins_link(cast):
    address = cast.agent.user.email
    with_app(cast.agent.user)
    with activate(cast.organization):
        invitations.reset_sign_in(actor=cast.owner, member=cast.agent)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    forget_what_ended()
    assert not Invitation.objects.exists()
    assert ask(address).status_code == ask("nobody@harbor.example").status_code
    assert not any("/forgot/" in one for one in mails_to(address)), "the mailbox alone does not open it"
    with activate(cast.organization):
        token = invitations.reset_sign_in(actor=cast.owner, member=cast.agent)
    browser = Client()
    browser.get(f"/join/{token}/")
    assert browser.post("/join/", CHOICE).status_code == 302
    assert User.objects.get(pk=cast.agent.user_id).reset_at is None
    ask(address)
    assert any("/forgot/" in one for one in mails_to(address)), "after that everything is as ever"


def test_a_link_that_was_mailed_before_the_reset_sets_no_password_after_it(cast):
    address = cast.agent.user.email
    ask(address)
    browser = opened(address)
    with activate(cast.organization):
        invitations.reset_sign_in(actor=cast.owner, member=cast.agent)
    assert browser.post("/forgot/new/", CHOICE).status_code == 404
    assert not User.objects.get(pk=cast.agent.user_id).has_usable_password()


def test_somebody_whom_the_directory_added_may_have_a_password_mailed(cast):
    """They have no password and no link either once it has ended, and nobody took anything away from them."""
    user = User.objects.create_user(email="nora@harbor.example", name="Nora")
    add_member(organization=cast.organization, user=user, role="agent")
    ask("nora@harbor.example")
    assert "/forgot/" in mails_to("nora@harbor.example")[-1]
