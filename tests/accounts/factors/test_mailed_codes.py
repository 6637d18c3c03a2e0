"""Codes by e-mail: set up, signed in with, and worth nothing twice, later, elsewhere or to somebody else."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.factors.ways import Way
from accounts.models import CodeMailbox, Membership, OutgoingMail, SentCode, Session, SignInPolicy, User
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.accounts.codes import with_app
from tests.accounts.factors.phones import ask_for, with_mailbox
from tests.cast import PASSPHRASE, signed_in
from tests.mailed import mails_to

CODE_PAGE, SET_UP, ADD = "/sign-in/code/", "/sign-in/set-up/", "/settings/account/add/email/"


@pytest.fixture(autouse=True)
def accepting(cast) -> SignInPolicy:
    """The organization accepts codes by e-mail, which it does not by default."""
    return SignInPolicy.objects.create(organization=cast.organization, methods=["passkey", "totp", "sms", "email"])


def mailed(member: Membership) -> str:
    """The code that was mailed to the member last."""
    return re.findall(r"(\d{6}) is your sign-in code for", "\n".join(mails_to(member.user.email)))[-1]


def half_way(member: Membership) -> Client:
    """A browser whose password was right, and which has asked for a code."""
    client = Client()
    answer = client.post("/sign-in/", {"email": member.user.email, "password": PASSPHRASE})
    assert answer["Location"] == CODE_PAGE
    ask_for(client, Way.EMAIL)
    return client


def typed(client: Client, code: str):
    return client.post(CODE_PAGE, {"way": "email", "code": code})


def is_in(client: Client) -> bool:
    return client.get("/settings/account/").status_code == 200


def test_a_mailbox_counts_once_its_code_was_typed_in_and_then_signs_in(cast):
    client = signed_in(Client(), cast.agent)
    assert client.post(ADD, {"way": "email", "act": "send"})["Location"] == f"{ADD}?way=email"
    assert not CodeMailbox.objects.get().confirmed
    assert client.post(ADD, {"way": "email", "code": "abcdef"}).status_code == 422
    assert client.post(ADD, {"way": "email", "code": mailed(cast.agent)}).status_code == 302
    assert CodeMailbox.objects.get().confirmed
    newcomer = half_way(cast.agent)
    assert typed(newcomer, mailed(cast.agent))["Location"] == "/"
    assert is_in(newcomer)
    assert Session.objects.latest("created_at").data["signed_in"]["factors"] == ["password", "email"]


def test_a_code_counts_once(cast):
    with_mailbox(cast.agent)
    client = half_way(cast.agent)
    code = mailed(cast.agent)
    assert typed(client, code).status_code == 302
    client.post("/sign-out/")
    again = half_way(cast.agent)
    if mailed(cast.agent) != code:
        assert typed(again, code).status_code == 422
    assert not is_in(again)


def test_a_code_is_too_old_after_ten_minutes_although_the_sign_in_is_begun_anew(cast, time_machine):
    with_mailbox(cast.agent)
    client = half_way(cast.agent)
    code = mailed(cast.agent)
    time_machine.move_to(timezone.now() + timedelta(minutes=9, seconds=59), tick=False)
    assert "on its way" in client.get(CODE_PAGE).content.decode(), "the last moment"
    time_machine.move_to(timezone.now() + timedelta(seconds=2), tick=False)
    typed(client, code)
    assert not is_in(client)
    client.post("/sign-in/", {"email": cast.agent.user.email, "password": PASSPHRASE})
    assert typed(client, code).status_code == 422


def test_a_code_is_worth_nothing_to_anybody_else_nor_in_another_browser(cast):
    with_mailbox(cast.agent)
    with_mailbox(cast.second_agent)
    client, thief, other = half_way(cast.agent), half_way(cast.second_agent), half_way(cast.agent)
    code = mailed(cast.agent)  # the newest of the agent's, which `other` asked for
    if code != mailed(cast.second_agent):
        assert typed(thief, code).status_code == 422
    assert typed(client, code).status_code == 422, "its own code ended when another was asked for"
    assert not is_in(thief)
    assert not is_in(client)
    assert typed(other, code)["Location"] == "/"


def test_a_mailbox_gets_five_codes_an_hour_and_the_page_says_when_the_next(cast):
    with_mailbox(cast.agent)
    client = half_way(cast.agent)
    for _ in range(4):
        ask_for(client, Way.EMAIL)
    refused = client.post(CODE_PAGE, {"way": "email", "act": "send"})
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 3000
    assert SentCode.objects.count() == 5
    assert typed(client, mailed(cast.agent))["Location"] == "/", "the one that came last still counts"


def test_five_wrong_tries_end_it(cast):
    with_mailbox(cast.agent)
    client = half_way(cast.agent)
    code = mailed(cast.agent)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    answers = [typed(client, wrong).content.decode() for _ in range(5)]
    assert "is not right" in answers[3]
    assert "used up or too old" in answers[4]
    assert typed(client, code).status_code == 422
    with activate(cast.organization):
        assert AuditEvent.objects.filter(event=AuditKind.SIGN_IN_FAILED, actor_id=cast.agent.pk).count() == 6


def test_a_code_that_went_to_the_old_address_is_worth_nothing_after_it_changed(cast):
    with_mailbox(cast.agent)
    client = half_way(cast.agent)
    code = mailed(cast.agent)
    User.objects.filter(pk=cast.agent.user_id).update(email="moved@harbor.example")
    assert typed(client, code).status_code == 422
    assert not is_in(client)


def test_it_is_not_offered_where_it_is_not_accepted_nor_counts_for_an_admin(cast, accepting):
    with_mailbox(cast.admin)
    with_app(cast.admin.user)
    admin = signed_in(Client(), cast.admin, factors=("password", "email"))
    assert admin.get("/settings/people/")["Location"].startswith(CODE_PAGE)
    assert "Code by e-mail" not in admin.get(CODE_PAGE).content.decode()
    SignInPolicy.objects.update(methods=["passkey", "totp", "sms"], required="everybody")
    with_mailbox(cast.agent)
    agent = half_way(cast.agent)
    assert typed(agent, mailed(cast.agent))["Location"] == SET_UP, "it was shown, and something stronger is set up"
    assert not is_in(agent)
    assert signed_in(Client(), cast.agent).get(ADD).status_code == 404


def test_the_digits_are_sealed_until_they_leave_and_gone_afterwards(cast, caplog):
    with_mailbox(cast.agent)
    half_way(cast.agent)
    waiting = repr(list(OutgoingMail.objects.values()))
    code = mailed(cast.agent)
    assert code not in waiting.replace(str(OutgoingMail.objects.first().pk), "")
    assert f" {code} " not in caplog.text
    with activate(cast.organization):
        assert not any(code in str(event) for event in AuditEvent.objects.values_list("details", flat=True))
