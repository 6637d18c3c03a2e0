"""Passkeys: only the answer to this session's own challenge, from this site, by a verified holder, once."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Passkey, Session, SignInPolicy, User
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.accounts.codes import with_app
from tests.accounts.factors.keys import Key, post, with_key
from tests.cast import PASSPHRASE, signed_in

OPTIONS, FINISH = "/sign-in/passkey/options/", "/sign-in/passkey/"


def options(client):
    return post(client, OPTIONS, {}).json()


def enrolled(member):
    """The member's key, added in a browser of their own."""
    key = with_key(signed_in(Client(), member))
    member.user.refresh_from_db()  # adding a factor ends what began before
    return key


def password_right(client, member):
    client.post("/sign-in/", {"email": member.user.email, "password": PASSPHRASE})
    return client


def is_in(client) -> bool:
    return client.get("/settings/account/").status_code == 200


def test_a_passkey_signs_in_without_a_password_and_counts_as_both_factors(cast, client):
    key = enrolled(cast.admin)
    answer = post(client, FINISH + "?next=/settings/people/", key.signed(options(client)))
    assert answer.json() == {"next": "/settings/people/"}
    assert client.get("/settings/people/").status_code == 200
    assert Session.objects.latest("created_at").data["signed_in"]["factors"] == ["passkey"]


def test_a_passkey_is_the_second_factor_behind_a_password(cast, client):
    key = enrolled(cast.agent)
    answer = password_right(client, cast.agent).get("/sign-in/code/")
    assert "Use your passkey" in answer.content.decode()
    assert not is_in(client)
    assert post(client, FINISH, key.signed(options(client))).json() == {"next": "/"}
    assert is_in(client)


def test_what_is_asked_says_nothing_about_whom_we_know_and_verification_is_required(cast, client):
    enrolled(cast.agent)
    asked = options(client)
    assert asked["userVerification"] == "required"
    assert asked["allowCredentials"] == []
    assert asked["rpId"] == "localhost"
    adding = post(signed_in(Client(), cast.admin), "/settings/account/passkeys/options/", {}).json()
    assert adding["authenticatorSelection"]["userVerification"] == "required"
    assert adding["attestation"] == "none"


def test_a_key_that_does_not_verify_its_holder_is_refused_both_times(cast, client):
    lax = Key()
    lax.verifies = False
    browser = signed_in(Client(), cast.agent)
    asked = post(browser, "/settings/account/passkeys/options/", {}).json()
    assert post(browser, "/settings/account/passkeys/", lax.made(asked)).status_code == 422
    assert not Passkey.objects.exists()
    key = enrolled(cast.agent)
    key.verifies = False
    assert post(client, FINISH, key.signed(options(client))).status_code == 422
    assert not is_in(client)


def test_an_answer_is_good_once(cast, client):
    key = enrolled(cast.agent)
    answer = key.signed(options(client))
    assert "next" in post(client, FINISH, answer).json()
    client.post("/sign-out/")
    assert post(client, FINISH, answer).status_code == 422
    asked = options(client)
    wrong = dict(key.signed(asked), rawId="AAAA", id="AAAA")
    assert post(client, FINISH, wrong).status_code == 422
    assert post(client, FINISH, key.signed(asked)).status_code == 422, "a wrong answer uses the challenge up too"
    assert not is_in(client)


def test_an_answer_for_another_browsers_challenge_is_refused(cast, client):
    key = enrolled(cast.agent)
    other = Client()
    answer = key.signed(options(other))
    options(client)
    assert post(client, FINISH, answer).status_code == 422
    assert not is_in(client)
    assert post(Client(), FINISH, answer).status_code == 422, "a browser that was never asked"


def test_a_challenge_waits_five_minutes(cast, client, time_machine):
    key = enrolled(cast.agent)
    asked = options(client)
    time_machine.move_to(timezone.now() + timedelta(minutes=5, seconds=1))
    assert post(client, FINISH, key.signed(asked)).status_code == 422


@pytest.mark.parametrize(
    ("origin", "rp_id"),
    [
        ("https://evil.example", ""),
        ("http://localhost:1", ""),
        ("http://localhost:8000.evil.example", ""),
        ("http://localhost:8000", "evil.example"),
    ],
)
def test_an_answer_given_to_another_site_is_refused(cast, client, origin, rp_id):
    key = enrolled(cast.agent)
    assert post(client, FINISH, key.signed(options(client), origin, rp_id)).status_code == 422
    assert not is_in(client)


def test_a_counter_that_does_not_grow_is_refused_until_it_has_passed_the_old_one(cast, client):
    key = enrolled(cast.agent)
    key.sign_count = 40
    assert "next" in post(client, FINISH, key.signed(options(client))).json()
    client.post("/sign-out/")
    for copied in (40, 3, 39):
        key.sign_count = copied
        if copied != 40:
            assert post(client, FINISH, key.signed(options(client))).status_code == 422
    assert Passkey.objects.get().sign_count == 41
    key.sign_count = 41
    assert "next" in post(client, FINISH, key.signed(options(client))).json()


def test_behind_a_password_only_ones_own_key_counts(cast, client):
    enrolled(cast.agent)
    foreign = enrolled(cast.second_agent)
    password_right(client, cast.agent)
    assert post(client, FINISH, foreign.signed(options(client))).status_code == 422
    assert not is_in(client)
    with activate(cast.organization):
        assert AuditEvent.objects.filter(event=AuditKind.SIGN_IN_FAILED, actor_id=cast.agent.pk).count() == 1


def test_the_key_of_a_deactivated_person_opens_nothing(cast, client):
    key = enrolled(cast.agent)
    User.objects.filter(pk=cast.agent.user_id).update(is_active=False)
    assert post(client, FINISH, key.signed(options(client))).status_code == 422
    assert not is_in(client)


def test_where_passkeys_are_not_accepted_the_password_is_asked_for(cast, client):
    key = enrolled(cast.agent)
    SignInPolicy.objects.create(organization=cast.organization, methods=["totp"])
    answer = post(client, FINISH, key.signed(options(client)))
    assert answer.status_code == 422
    assert "password" in answer.json()["error"]
    assert not is_in(client)


def test_one_credential_cannot_be_added_twice_nor_by_somebody_else(cast):
    key = Key()
    browser = signed_in(Client(), cast.agent)
    asked = post(browser, "/settings/account/passkeys/options/", {}).json()
    made = key.made(asked)
    assert "next" in post(browser, "/settings/account/passkeys/", made).json()
    cast.agent.user.refresh_from_db()
    for member in (cast.agent, cast.second_agent):
        other = signed_in(Client(), member)
        again = post(other, "/settings/account/passkeys/options/", {}).json()
        copied = Key()
        copied.made(again)
        copied.credential_id = key.credential_id
        copied.cred_init = lambda rp_id, handle, same=key.credential_id, into=copied: _keep(into, rp_id, handle, same)
        assert post(other, "/settings/account/passkeys/", copied.made(again)).status_code == 422
    assert Passkey.objects.get().user_id == cast.agent.user_id


def _keep(key, rp_id, handle, credential_id):
    from cryptography.hazmat.primitives.asymmetric import ec

    key.credential_id, key.rp_id, key.user_handle = credential_id, rp_id, handle
    key.private_key = ec.generate_private_key(ec.SECP256R1())


def test_adding_takes_a_fresh_session_and_ends_the_others(cast):
    stale = signed_in(Client(), cast.agent, minutes_ago=30)
    assert post(stale, "/settings/account/passkeys/options/", {})["Location"].startswith("/confirm/")
    other = signed_in(Client(), cast.agent)
    with_key(signed_in(Client(), cast.agent))
    assert not is_in(other)


def test_ten_passkeys_are_the_most(cast):
    browser = signed_in(Client(), cast.agent)
    row = {"user": cast.agent.user, "name": "Key", "credential_id": b"x", "public_key": b"x", "aaguid": "0"}
    for number in range(10):
        Passkey.objects.create(**row, credential_id_sha256=f"{number:064d}")
    answer = post(browser, "/settings/account/passkeys/options/", {})
    assert "ten passkeys" in answer.json()["error"]


def test_a_passkey_confirms_who_is_there(cast, client):
    with_app(cast.admin.user)
    key = enrolled(cast.admin)
    signed_in(client, cast.admin, minutes_ago=30)
    asked = post(client, "/confirm/passkey/options/", {}).json()
    assert len(asked["allowCredentials"]) == 1
    wrong = dict(key.signed(asked), type="nonsense")
    assert post(client, "/confirm/passkey/", wrong).status_code == 422
    assert client.get("/settings/account/add/totp/").status_code == 302
    asked = post(client, "/confirm/passkey/options/", {}).json()
    answer = post(client, "/confirm/passkey/?next=/settings/account/", key.signed(asked))
    assert answer.json() == {"next": "/settings/account/"}
    assert client.get("/settings/account/add/totp/").status_code == 200


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("id", "rawId", "type", "response", "clientDataJSON", "authenticatorData", "signature", "userHandle")
BODIES = st.binary(max_size=60) | st.dictionaries(st.sampled_from(FIELDS), ODD)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=BODIES, field=st.sampled_from(FIELDS), odd=ODD)
def test_whatever_else_is_sent_is_refused_in_words(cast_once, body, field, odd):
    client, key = cast_once
    assert post(client, FINISH, body).status_code == 422
    answer = key.signed(options(client))
    place = answer if field in answer else answer["response"]
    if place.get(field) != odd and field not in {"userHandle"}:
        place[field] = odd
        assert post(client, FINISH, answer).status_code == 422
    assert not is_in(client)


@pytest.fixture
def cast_once(cast, client):
    return client, enrolled(cast.agent)


def test_a_huge_body_is_refused_unread(cast, client):
    assert post(client, FINISH, '{"rawId": "' + "A" * 70_000 + '"}').status_code == 422
    assert post(client, FINISH, "[" * 5_000).status_code == 422
    assert post(client, FINISH, b"\xff\xfe\x00").status_code == 422
