"""Guessing is slowed down, and nobody can turn that against somebody else."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts import throttling
from accounts.models import SignInEvent, SignInOutcome
from accounts.origins import Origin
from accounts.throttling import FREE_ATTEMPTS, GUESSED_ACCOUNT, NETWORK_BUDGET, TooManyAttempts, growing_wait
from tests.at_once import at_once, errors_of
from tests.cast import PASSPHRASE

WRONG = "a wrong password"
ATTACKER = "203.0.113.9"
HOME = "198.51.100.7"


def attempt(client, email="agent@harbor.example", password=WRONG, address=ATTACKER):
    return client.post("/sign-in/", {"email": email, "password": password}, REMOTE_ADDR=address)


def time_passes(seconds):
    SignInEvent.objects.update(at=F("at") - timedelta(seconds=seconds))


def guess(client, times, **kwargs):
    return [attempt(client, **kwargs).status_code for _ in range(times)]


def test_five_attempts_are_free_and_the_sixth_must_wait(cast, client):
    assert guess(client, FREE_ATTEMPTS) == [422] * FREE_ATTEMPTS
    refused = attempt(client)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= throttling.FIRST_WAIT
    assert "Too many attempts" in refused.content.decode()


def test_while_waiting_even_the_right_password_is_not_looked_at(cast, client):
    guess(client, FREE_ATTEMPTS)
    assert attempt(client, password=PASSPHRASE).status_code == 429


def test_each_further_wrong_attempt_doubles_the_wait(cast, client):
    guess(client, FREE_ATTEMPTS)
    waits = []
    for _ in range(3):
        waits.append(int(attempt(client)["Retry-After"]))
        time_passes(waits[-1])
        assert attempt(client).status_code == 422
    assert waits == [4, 8, 16]


def test_refused_attempts_do_not_make_the_wait_longer(cast, client):
    guess(client, FREE_ATTEMPTS)
    assert guess(client, 20) == [429] * 20
    assert SignInEvent.objects.count() == FREE_ATTEMPTS
    time_passes(throttling.FIRST_WAIT + 1)
    assert attempt(client, password=PASSPHRASE).status_code == 302


def test_a_right_password_clears_the_count(cast, client):
    guess(client, FREE_ATTEMPTS - 1)
    assert attempt(client, password=PASSPHRASE).status_code == 302
    client.cookies.clear()
    assert guess(client, FREE_ATTEMPTS) == [422] * FREE_ATTEMPTS


def test_an_address_that_nobody_has_is_slowed_down_just_the_same(cast, client):
    real = guess(client, FREE_ATTEMPTS + 1)
    unknown = guess(client, FREE_ATTEMPTS + 1, email="nobody@harbor.example", address="203.0.113.10")
    assert real == unknown == [422] * FREE_ATTEMPTS + [429]


def test_an_attacker_does_not_lock_the_owner_of_the_account_out(cast, client):
    guess(client, FREE_ATTEMPTS + 3)
    assert attempt(client, password=PASSPHRASE, address=HOME).status_code == 302


def test_an_attack_from_everywhere_still_lets_the_right_password_through_from_a_new_address(cast, client):
    for number in range(GUESSED_ACCOUNT + 5):
        attempt(client, address=f"203.0.113.{number + 1}")
    assert attempt(client, password=PASSPHRASE, address=HOME).status_code == 302


def test_an_attack_from_everywhere_gets_one_guess_from_each_address_instead_of_five(cast, client):
    for number in range(GUESSED_ACCOUNT):
        attempt(client, address=f"203.0.113.{number + 1}")
    assert guess(client, 2, address="192.0.2.1") == [422, 429]


def test_a_known_browser_keeps_its_own_count_behind_the_attackers_own_address(cast, client):
    """The case of a shared office: attacker and person come from one network."""
    assert attempt(client, password=PASSPHRASE, address=ATTACKER).status_code == 302
    known = client.cookies["parley_known"].value
    attacker = type(client)()
    guess(attacker, NETWORK_BUDGET // 8)
    for number in range(NETWORK_BUDGET):
        attempt(attacker, email=f"victim{number}@harbor.example")
    assert attempt(attacker, password=PASSPHRASE).status_code == 429
    browser = type(client)()
    browser.cookies["parley_known"] = known
    assert attempt(browser, password=PASSPHRASE, address=ATTACKER).status_code == 302


def test_a_known_browser_is_known_for_its_own_people_only(cast, client):
    assert attempt(client, password=PASSPHRASE, address=HOME).status_code == 302
    browser = type(client)()
    browser.cookies["parley_known"] = client.cookies["parley_known"].value
    assert guess(browser, FREE_ATTEMPTS + 1, email="auditor@harbor.example")[-1] == 429
    assert not SignInEvent.objects.filter(user=cast.auditor.user, known_browser=True).exists()


def test_a_forged_cookie_makes_no_browser_known(cast, client):
    client.cookies["parley_known"] = f'["browser",["{cast.agent.user_id}"]]:forged:signature'
    attempt(client)
    assert not SignInEvent.objects.get().known_browser


def test_trying_many_accounts_from_one_network_uses_up_its_budget(cast, client):
    for number in range(NETWORK_BUDGET):
        assert attempt(client, email=f"person{number}@harbor.example").status_code == 422
    assert attempt(client, email="another@harbor.example").status_code == 429
    assert attempt(client, email="another@harbor.example", address=HOME).status_code == 422
    time_passes(throttling.NETWORK_WINDOW.total_seconds())
    assert attempt(client, email="another@harbor.example").status_code == 422


def test_one_customers_ipv6_network_is_one_source(cast, client):
    answers = [attempt(client, address=f"2001:db8:1:2::{number}").status_code for number in range(FREE_ATTEMPTS + 1)]
    assert answers[-1] == 429
    assert attempt(client, address="2001:db8:1:3::1").status_code == 422


def test_a_header_cannot_make_up_an_address(cast, client, settings):
    for number in range(FREE_ATTEMPTS + 1):
        answer = client.post(
            "/sign-in/",
            {"email": "agent@harbor.example", "password": "wrong"},
            REMOTE_ADDR=ATTACKER,
            HTTP_X_FORWARDED_FOR=f"10.0.0.{number}",
        )
    assert answer.status_code == 429


@pytest.mark.django_db(transaction=True)
def test_many_attempts_at_once_count_as_many(django_db_blocker):
    origin = Origin(address=ATTACKER, network=ATTACKER, browser="")
    tried = at_once(*[lambda: throttling.begin_attempt(email="a@b.example", user=None, origin=origin)] * 12)
    assert [type(one) for one in errors_of(tried)] == [TooManyAttempts] * (12 - FREE_ATTEMPTS)
    assert SignInEvent.objects.filter(outcome=SignInOutcome.FAILED).count() == FREE_ATTEMPTS
    SignInEvent.objects.all().delete()


@given(over=st.integers(-50, 10_000), ago=st.floats(0, 10_000))
def test_a_wait_is_never_longer_than_a_quarter_of_an_hour_and_always_ends(over, ago):
    now = timezone.now()
    wait = growing_wait(over, now - timedelta(seconds=ago), now)
    assert 0 <= wait <= throttling.LONGEST_WAIT
    if over < 0 or ago >= throttling.LONGEST_WAIT:
        assert wait == 0
    assert growing_wait(over + 1, now - timedelta(seconds=ago), now) >= wait
