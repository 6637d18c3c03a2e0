"""A mailbox gets the link to a new password, so it does not get the second factor as well."""

import pytest
from django.test import Client

from accounts.factors import recovery
from accounts.factors.ways import Way
from accounts.models import CodeMailbox, MailedLink, RecoveryCode, SignInPolicy, User
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.accounts.codes import code, with_app
from tests.accounts.factors.phones import ask_for, with_mailbox
from tests.accounts.test_password_reset import CHOICE, ask, opened
from tests.cast import PASSPHRASE

PAGE = "/forgot/new/"


@pytest.fixture(autouse=True)
def accepting(cast) -> SignInPolicy:
    methods = ["passkey", "totp", "sms", "email"]
    return SignInPolicy.objects.create(organization=cast.organization, required="everybody", methods=methods)


def reset_link(cast) -> Client:
    ask(cast.agent.user.email)
    return opened(cast.agent.user.email)


def has(cast, password: str) -> bool:
    return User.objects.get(pk=cast.agent.user_id).check_password(password)


def test_a_link_alone_resets_nothing_where_codes_by_mail_are_all_there_is(cast):
    with_mailbox(cast.agent)
    browser = reset_link(cast)
    page = browser.get(PAGE).content.decode()
    assert "Ask an admin" in page
    assert "new_password" not in page
    for extra in ({}, {"recovery_code": ""}, {"recovery_code": "aaaa-bbbb-cccc-dddd"}):
        browser.post(PAGE, {**CHOICE, **extra})
        assert has(cast, PASSPHRASE)
    assert MailedLink.objects.count() == 1


def test_a_recovery_code_beside_the_link_does_and_is_used_up(cast):
    with_mailbox(cast.agent)
    codes = recovery.make(cast.agent.user)
    browser = reset_link(cast)
    for wrong in ("", "aaaa-bbbb-cccc-dddd", "x" * 61):
        assert browser.post(PAGE, {**CHOICE, "recovery_code": wrong}).status_code == 422
    assert has(cast, PASSPHRASE)
    assert browser.post(PAGE, {**CHOICE, "recovery_code": codes[0]})["Location"] == "/sign-in/"
    assert has(cast, CHOICE["new_password"])
    assert RecoveryCode.objects.filter(user=cast.agent.user).count() == 9
    with activate(cast.organization):
        assert AuditEvent.objects.filter(event=AuditKind.RECOVERY_CODE_USED).count() == 1
    assert CodeMailbox.objects.filter(user=cast.agent.user).exists()
    assert not recovery.use(cast.agent.user, codes[0]), "once"


def test_recovery_codes_cannot_be_tried_through_the_link(cast):
    with_mailbox(cast.agent)
    codes = recovery.make(cast.agent.user)
    browser = reset_link(cast)
    answers = [browser.post(PAGE, {**CHOICE, "recovery_code": "aaaa-bbbb-cccc-dddd"}).status_code for _ in range(7)]
    assert answers[:5] == [422] * 5
    assert answers[-1] == 429
    assert browser.post(PAGE, {**CHOICE, "recovery_code": codes[0]}).status_code == 429
    assert has(cast, PASSPHRASE)


def test_who_has_an_app_too_is_asked_for_that_after_a_reset_by_mail(cast):
    with_mailbox(cast.agent)
    device = with_app(cast.agent.user)
    assert reset_link(cast).post(PAGE, CHOICE)["Location"] == "/sign-in/"
    thief = Client()
    typed = {"email": cast.agent.user.email, "password": CHOICE["new_password"]}
    assert thief.post("/sign-in/", typed)["Location"] == "/sign-in/code/"
    assert thief.post("/sign-in/code/", {"way": Way.EMAIL.value, "act": "send"}).status_code in {302, 404, 422}
    assert thief.post("/sign-in/set-up/", {"way": Way.EMAIL.value, "act": "send"}).status_code in {302, 404}
    assert not CodeMailbox.objects.exists()
    assert thief.get("/settings/account/").status_code == 302
    assert thief.post("/sign-in/code/", {"code": code(device)})["Location"] == "/"


def test_without_a_reset_codes_by_mail_go_on_as_ever(cast):
    with_mailbox(cast.agent)
    client = Client()
    client.post("/sign-in/", {"email": cast.agent.user.email, "password": PASSPHRASE})
    ask_for(client, Way.EMAIL)
    assert CodeMailbox.objects.filter(confirmed=True).exists()
