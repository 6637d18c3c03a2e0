"""Which passwords are refused, and how the others are kept."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from accounts.models import User
from accounts.models.user import normalized_email
from tests.cast import PASSPHRASE
from tests.quick_passwords import COSTS


def problems(password, user=None) -> list[str]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return [problem.code for problem in error.error_list]
    return []


@pytest.mark.parametrize(
    "password", ["seven quiet harbours", "correct horse battery staple", "ünïcödé wörds äre fine", "x" * 7 + "9q" * 20]
)
def test_long_uncommon_passwords_are_fine_whatever_they_are_made_of(password):
    assert problems(password) == []


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("fourteen chars", "too_short"),
        ("e\u0301" * 14, "too_short"),
        ("x" * 129, "too_long"),
        ("passwordpassword", "own_words"),
        ("Parley parley parley 12", "own_words"),
    ],
)
def test_short_endless_and_obvious_passwords_are_refused(password, code):
    assert code in problems(password)


def test_common_passwords_are_refused_even_when_long_enough(settings):
    assert "password_too_common" in problems("qwertyuiopasdfghjkl") or "password_too_common" in problems(
        "1qaz2wsx3edc4rfv"
    )


@pytest.mark.parametrize(
    "password",
    [
        *("iloveyouiloveyou", "letmeinletmeinletmein", "hunter2hunter2hunter2", "iloveyouprincess"),
        *("summer2024summer2024", "qwertyuiopasdfgh", "poiuytrewqlkjhgfdsa", "Passwort12345678", "qwerty123456789"),
        *("abcabcabcabcabcabc", "a" * 128, "98765432109876543210", "QWERTZUIOPASDFGHJKL"),
    ],
)
def test_long_passwords_that_are_short_ones_twice_or_keys_in_a_row_are_refused(password):
    assert {"easy", "password_too_common"} & set(problems(password))


@pytest.mark.parametrize(
    "password",
    [
        "sunshine monkey dragon",
        "other brave otters",
        "correct horse battery",
        "Okafor rides tandems",
        "mynameisjohnsmith",
    ],
)
def test_a_few_words_are_fine_also_when_each_alone_is_common(password):
    assert problems(password) == []


def test_a_password_of_any_size_is_judged_at_once():
    assert "too_long" in problems("ab" * 500_000)


def test_own_names_do_not_make_a_password(cast):
    user = cast.agent.user
    for own in ("Amelia Okafor 2026", "harbordental-okafor", "agent@harbor.example1"):
        assert "own_words" in problems(own, user), own
    assert problems("Okafor rides tandem bicycles", user) == []


def test_passwords_are_kept_as_argon2id_with_its_own_salt(db):
    first = User.objects.create_user(email="a@x.example", name="A", password=PASSPHRASE)
    second = User.objects.create_user(email="b@x.example", name="B", password=PASSPHRASE)
    assert first.password.startswith("argon2$argon2id$v=19$")
    assert first.password != second.password
    assert first.check_password(PASSPHRASE)
    assert not first.check_password(PASSPHRASE + " ")


def test_one_address_belongs_to_one_user_in_any_spelling(db):
    User.objects.create_user(email="Ada@X.example", name="Ada")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user(email="ada@x.EXAMPLE ", name="Other")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="ADA2@x.example", name="Other")


@settings_of_hypothesis(suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(st.emails())
def test_an_address_has_one_spelling(address):
    assert normalized_email(normalized_email(address)) == normalized_email(address)
    assert normalized_email(f" {address.upper()} ") == normalized_email(address.upper())


def test_the_product_hashes_with_more_than_the_least_that_owasp_asks_for():
    assert COSTS["memory_cost"] >= 19 * 1024
    assert COSTS["time_cost"] >= 2
