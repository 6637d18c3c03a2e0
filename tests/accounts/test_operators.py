"""Operators make organizations and see nothing inside; strangers only where they may."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import operators
from accounts.models import Membership, OperatorEvent, OutgoingMail, User
from tenancy.isolation import activate
from tenancy.models import AuditEvent, Organization
from tests.accounts.test_people import NEW_PASSWORD
from tests.cast import PASSPHRASE, signed_in
from tests.mailed import link_to, mails_to

CHOICE = {"new_password": NEW_PASSWORD, "repeated": NEW_PASSWORD}
EVE = "eve@elm.example"
FORM = {"name": "Elm Street Vets", "country": "US", "time_zone": "America/Denver", "email": EVE}


@pytest.fixture
def operator(cast) -> Client:
    call_command("make_operator", cast.outsider.user.email)
    return signed_in(Client(), cast.outsider)


def test_an_operator_makes_an_organization_whose_owner_begins_by_mail(cast, operator):
    page = operator.get("/operators/").content.decode()
    assert "Harbor Dental" in page
    assert "Amelia" not in page
    assert operator.post("/operators/", FORM)["Location"] == "/operators/"
    organization = Organization.objects.get(name="Elm Street Vets")
    owner = Membership.objects.get(organization=organization)
    assert (owner.is_owner, owner.is_active) == (True, False)
    browser = Client()
    browser.get(link_to(EVE))
    assert browser.post("/join/", CHOICE)["Location"] == "/sign-in/"
    owner.refresh_from_db()
    assert owner.is_active
    assert browser.post("/sign-in/", {"email": EVE, "password": NEW_PASSWORD})["Location"] == "/sign-in/code/"
    with activate(organization):
        events = list(AuditEvent.objects.order_by("sequence").values_list("event", flat=True))
    assert events[:2] == ["organization:created", "member:invited"]
    acts = [(event.act, event.user_id, event.address) for event in OperatorEvent.objects.order_by("at")]
    assert acts == [
        ("operator:made", cast.outsider.user_id, None),
        ("operators_page:read", cast.outsider.user_id, "127.0.0.1"),
        ("organization:created", cast.outsider.user_id, "127.0.0.1"),
    ]


def test_an_owner_who_signs_in_already_keeps_their_password(cast, operator):
    operator.post("/operators/", {**FORM, "email": cast.agent.user.email})
    browser = Client()
    browser.get(link_to(cast.agent.user.email))
    assert browser.post("/join/", CHOICE).status_code == 422
    assert browser.post("/join/", {"password": PASSPHRASE})["Location"] == "/sign-in/"
    assert User.objects.get(pk=cast.agent.user_id).check_password(PASSPHRASE)


def test_for_everybody_else_there_is_no_such_page(cast):
    for member in (cast.owner, cast.admin, cast.agent):
        for method in ("get", "post"):
            assert getattr(signed_in(Client(), member), method)("/operators/", FORM).status_code == 404
    assert Client().get("/operators/")["Location"].startswith("/sign-in/")
    assert not Organization.objects.filter(name="Elm Street Vets").exists()
    assert not OperatorEvent.objects.exists()


def test_an_operator_shows_a_second_factor_and_shows_it_again(cast, operator):
    alone = signed_in(Client(), cast.outsider, factors=("password",))
    assert alone.post("/operators/", FORM)["Location"].startswith("/sign-in/code/")
    stale = signed_in(Client(), cast.outsider, minutes_ago=30)
    assert stale.post("/operators/", FORM)["Location"].startswith("/confirm/")
    assert not Organization.objects.filter(name="Elm Street Vets").exists()


def test_an_operator_without_administrative_rights_is_led_to_a_second_factor(cast):
    operators.set_operator(user=cast.agent.user, operator=True)
    entered = Client().post("/sign-in/", {"email": cast.agent.user.email, "password": PASSPHRASE})
    assert entered["Location"] == "/sign-in/code/"


def test_the_flag_is_taken_back_at_once(cast, operator):
    call_command("make_operator", cast.outsider.user.email, "--end")
    assert operator.get("/operators/").status_code == 404
    with pytest.raises(CommandError):
        call_command("make_operator", "nobody@elm.example")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 61},
        {"name": "Visit evil.example"},
        {"name": "https://evil"},
        {"name": "???"},
        {"country": "usa"},
        {"time_zone": "Mars/Olympus"},
        {"email": "nobody"},
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(operator, wrong):
    before = Organization.objects.count()
    assert operator.post("/operators/", {**FORM, **wrong}).status_code == 422
    assert Organization.objects.count() == before
    assert not OutgoingMail.objects.exists()


# --- Signing up by oneself ---


def test_strangers_make_nothing_unless_the_installation_allows_it(client, db):
    for path in ("/sign-up/", "/sign-up/begin/", "/sign-up/x/"):
        assert client.get(path).status_code == 404
    assert client.post("/sign-up/", FORM).status_code == 404


def test_a_stranger_proves_the_address_makes_the_organization_and_owns_it(cast, settings):
    settings.SELF_SIGN_UP = True
    assert Client().post("/sign-up/", FORM).status_code == 200
    assert not Organization.objects.filter(name="Elm Street Vets").exists()
    browser, second = Client(), Client()
    for one in (browser, second):
        assert one.get(link_to(EVE))["Location"] == "/sign-up/begin/"
    assert not Organization.objects.filter(name="Elm Street Vets").exists(), "looking at the link makes nothing"
    assert browser.post("/sign-up/begin/")["Location"] == "/join/"
    assert second.post("/sign-up/begin/").status_code == 404
    assert browser.post("/join/", CHOICE)["Location"] == "/sign-in/"
    owner = Membership.objects.get(user__email=EVE)
    assert (owner.is_owner, owner.is_active, owner.organization.name) == (True, True, "Elm Street Vets")
    assert owner.user.email_proved_at is not None
    assert len(mails_to(EVE)) == 1
    assert OperatorEvent.objects.get().act == "organization:signed_up"


def test_somebody_who_has_a_password_proves_it_and_gets_a_second_organization(cast, settings):
    settings.SELF_SIGN_UP = True
    Client().post("/sign-up/", {**FORM, "email": cast.agent.user.email})
    browser = Client()
    browser.get(link_to(cast.agent.user.email))
    browser.post("/sign-up/begin/")
    assert browser.post("/join/", CHOICE).status_code == 422
    assert browser.post("/join/", {"password": PASSPHRASE})["Location"] == "/sign-in/"


def test_one_network_signs_up_so_often(db, settings):
    settings.SELF_SIGN_UP = True
    for number in range(10):
        assert Client().post("/sign-up/", {**FORM, "email": f"p{number}@elm.example"}).status_code == 200
    assert Client().post("/sign-up/", FORM).status_code == 429
