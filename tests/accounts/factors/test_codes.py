"""Codes that are sent: six digits, once, ten minutes, five tries, for one session, person, way and address."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.factors import codes, recovery
from accounts.factors.codes import Answer, Bound
from accounts.factors.ways import Way
from accounts.models import RecoveryCode, SentCode, User
from accounts.throttling import TooManyAttempts
from tests.at_once import at_once, errors_of
from tests.cast import make_cast

MINE = bytes(32)


def bound(member, **changes) -> Bound:
    return replace(Bound(member.user, Way.SMS, MINE, "+12125550177"), **changes)


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_the_right_code_counts_once(cast):
    _, code = codes.issue(bound(cast.agent))
    assert len(code) == 6
    assert code.isdecimal()
    assert codes.check(bound(cast.agent), f" {code[:3]} {code[3:]} ") is Answer.RIGHT
    assert codes.check(bound(cast.agent), code) is Answer.GONE


def test_digits_are_compared_in_constant_time(cast, monkeypatch):
    compared = []
    monkeypatch.setattr(
        codes, "constant_time_compare", lambda one, other: compared.append((one, other)) or one == other
    )
    _, code = codes.issue(bound(cast.agent))
    assert codes.check(bound(cast.agent), other_than(code)) is Answer.WRONG
    assert codes.check(bound(cast.agent), code) is Answer.RIGHT
    assert [one == other for one, other in compared] == [False, True]


def test_a_code_is_right_for_nothing_but_what_it_was_sent_for(cast):
    _, code = codes.issue(bound(cast.agent))
    for elsewhere in (
        bound(cast.agent, binding=b"\x01" * 32),
        bound(cast.second_agent),
        bound(cast.agent, way=Way.EMAIL),
    ):
        assert codes.check(elsewhere, code) is Answer.GONE
    assert codes.check(bound(cast.agent, address="+12125550178"), code) is Answer.WRONG
    assert codes.check(bound(cast.agent), code) is Answer.RIGHT


def test_the_digits_stand_nowhere_and_equal_digits_look_different(cast, monkeypatch):
    monkeypatch.setattr("accounts.factors.codes.secrets.randbelow", lambda _: 424242)
    rows = [codes.issue(bound(cast.agent))[0], codes.issue(bound(cast.second_agent, address="+12125550178"))[0]]
    assert bytes(rows[0].code_hash) != bytes(rows[1].code_hash)
    stored = repr([list(SentCode.objects.values()), rows])
    assert "424242" not in stored
    assert "2125550177" not in stored


def test_five_wrong_tries_end_it_and_the_right_one_comes_too_late(cast):
    _, code = codes.issue(bound(cast.agent))
    answers = [codes.check(bound(cast.agent), other_than(code)) for _ in range(5)]
    assert answers == [Answer.WRONG] * 4 + [Answer.GONE]
    assert codes.check(bound(cast.agent), code) is Answer.GONE


def test_a_code_is_good_for_ten_minutes_and_a_newer_one_ends_it(cast, time_machine):
    _, code = codes.issue(bound(cast.agent))
    time_machine.move_to(timezone.now() + timedelta(minutes=10, seconds=1))
    assert codes.check(bound(cast.agent), code) is Answer.GONE
    _, first = codes.issue(bound(cast.agent))
    _, second = codes.issue(bound(cast.agent))
    if first != second:
        assert codes.check(bound(cast.agent), first) is Answer.WRONG
    assert codes.check(bound(cast.agent), second) is Answer.RIGHT


def test_a_number_gets_five_codes_an_hour_and_ten_a_day_whoever_asks(cast, time_machine):
    people = [cast.agent, cast.second_agent, cast.auditor]
    for turn in range(5):
        codes.issue(bound(people[turn % 3]))
    with pytest.raises(TooManyAttempts) as refused:
        codes.issue(bound(cast.supervisor))
    assert 3500 < refused.value.seconds <= 3601
    time_machine.move_to(timezone.now() + timedelta(hours=1, seconds=1))
    for turn in range(5):
        codes.issue(bound(people[turn % 3]))
    time_machine.move_to(timezone.now() + timedelta(hours=2))
    with pytest.raises(TooManyAttempts) as refused:
        codes.issue(bound(cast.agent))
    assert refused.value.seconds > 20 * 3600
    assert SentCode.objects.count() == 10
    time_machine.move_to(timezone.now() + timedelta(days=1))
    codes.issue(bound(cast.agent))


def test_one_person_cannot_have_codes_sent_to_many_numbers(cast):
    for last in range(5):
        codes.issue(bound(cast.agent, address=f"+1212555018{last}"))
    with pytest.raises(TooManyAttempts):
        codes.issue(bound(cast.agent, address="+12125550199"))


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(typed=st.text(max_size=14) | st.text(alphabet="0123456789٠١٢٣４５ -", max_size=12))
def test_nothing_but_the_six_digits_is_ever_right(cast, typed):
    SentCode.objects.all().delete()
    _, code = codes.issue(bound(cast.agent))
    right = "".join(typed.split()) == code
    assert (codes.check(bound(cast.agent), typed) is Answer.RIGHT) is right


def together(work, times=6) -> list:
    """What each of several requests got that came at the same moment."""
    answers = at_once(*[work] * times)
    assert errors_of(answers) == []
    return answers


@pytest.mark.django_db(transaction=True)
def test_the_same_code_twice_at_the_same_time_counts_once():
    cast = make_cast()
    _, code = codes.issue(bound(cast.agent))
    answers = together(lambda: codes.check(bound(cast.agent), code))
    assert answers.count(Answer.RIGHT) == 1
    kept = recovery.make(cast.agent.user)
    assert together(lambda: recovery.use(cast.agent.user, kept[0])).count(True) == 1
    assert RecoveryCode.objects.count() == 9


@pytest.mark.django_db(transaction=True)
def test_many_guesses_and_many_requests_at_once_count_as_many():
    cast = make_cast()
    _, code = codes.issue(bound(cast.agent))
    answers = together(lambda: codes.check(bound(cast.agent), other_than(code)), times=7)
    assert answers.count(Answer.WRONG) == 4
    assert codes.check(bound(cast.agent), code) is Answer.GONE

    def ask() -> bool:
        try:
            codes.issue(bound(cast.agent))
        except TooManyAttempts:
            return False
        return True

    assert together(ask, times=8).count(True) == 4


def test_recovery_codes_have_80_bits_are_hashed_and_good_once(cast):
    made = recovery.make(cast.agent.user)
    assert len(set(made)) == 10
    assert all(len(code.replace("-", "")) == 16 for code in made)
    stored = b"".join(bytes(row.code_hash) for row in RecoveryCode.objects.all())
    assert not any(code.replace("-", "").upper().encode() in stored for code in made)
    assert recovery.use(cast.agent.user, f"  {made[3].upper().replace('-', ' ')} ")
    assert not recovery.use(cast.agent.user, made[3])
    assert not recovery.use(cast.second_agent.user, made[4])
    assert recovery.use(cast.agent.user, made[4])
    again = recovery.make(cast.agent.user)
    assert not recovery.use(cast.agent.user, made[5])
    assert recovery.use(cast.agent.user, again[0])


def test_recovery_codes_outlive_a_change_of_the_secret_key(cast, settings):
    made = recovery.make(cast.agent.user)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another one"
    assert recovery.use(cast.agent.user, made[0])


@pytest.mark.parametrize("typed", ["", "-", "a" * 40, "aaaa-aaaa-aaaa-aaaa", "ａａａａ-aaaa", "\x00" * 16, "🔑" * 16])
def test_odd_recovery_codes_are_wrong_and_guessing_slows_down(cast, typed):
    recovery.make(cast.agent.user)
    for _ in range(5):
        assert not recovery.use(cast.agent.user, typed)
    with pytest.raises(TooManyAttempts):
        recovery.use(cast.agent.user, typed)
    User.objects.filter(pk=cast.agent.user_id).update(recovery_failed_at=timezone.now() - timedelta(hours=1))
    assert not recovery.use(cast.agent.user, typed)
