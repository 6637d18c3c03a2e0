"""Periods: each row of the tables of bounds and limits, and what is promised for any choices and limits."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.measures.profiles.rules import PROFILES
from retention.kinds import BOUNDS, Kind
from retention.periods import WHOLE, Because, Fate, Limit, Scope, Wanted, bounds, fate, longer, resolve
from retention.spans import Unit, days_of, said, typed_as
from retention.subjects import SUBJECTS

YEARS = {number: days_of(number, Unit.YEARS) for number in range(1, 11)}
TEXTS = (Kind.CONVERSATIONS, Kind.BODIES, Kind.ATTACHMENTS)


def limits(*profiles: str) -> list[Limit]:
    rules = [(PROFILES[key], rule) for key in profiles for rule in PROFILES[key].rules if rule.setting == "retention"]
    return [
        Limit(
            Kind(rule.field),
            shortest=rule.value if rule.test == "least" else None,
            longest=rule.value if rule.test == "most" else None,
            owner=profile.title,
        )
        for profile, rule in rules
    ]


def own(**days: int | None) -> dict[Kind, Wanted]:
    return {Kind(kind): Wanted(value, Scope.ORGANIZATION) for kind, value in days.items()}


@pytest.mark.parametrize(
    ("kind", "default", "shortest", "longest"),
    [
        (Kind.BODIES, YEARS[2], 30, None),
        (Kind.ATTACHMENTS, YEARS[1], 7, None),
        (Kind.CONVERSATIONS, YEARS[5], YEARS[5], None),
        (Kind.CONTACTS, YEARS[3], 30, None),
        (Kind.AUDIT, YEARS[6], YEARS[1], None),
        (Kind.WEBHOOKS, 30, 4, 90),
        (Kind.EXPORTS, 7, 1, 30),
    ],
)
def test_without_a_choice_the_default_holds_and_a_choice_stays_within_the_bounds(kind, default, shortest, longest):
    one = resolve({})[kind]
    assert (one.days, one.because, one.wanted.scope) == (default, Because.CHOSEN, Scope.DEFAULT)
    assert (one.shortest, one.longest) == (shortest, longest)
    below = resolve(own(**{kind: 1, Kind.CONVERSATIONS.value: None} if kind != Kind.CONVERSATIONS else {kind: 1}))[kind]
    assert below.days == shortest
    never = resolve(own(**dict.fromkeys(Kind)))[kind]
    assert (never.days, never.because) == (longest, Because.LONGEST if longest else Because.CHOSEN)


@pytest.mark.parametrize(
    ("profile", "kind", "chosen", "holds", "because"),
    [
        ("hipaa", Kind.AUDIT, YEARS[1], YEARS[6], Because.SHORTEST),  # 164.316(b): six years of documentation
        ("hipaa", Kind.BODIES, 30, 30, Because.CHOSEN),  # it is about documentation, not about every text
        ("pci", Kind.AUDIT, 30, YEARS[1], Because.SHORTEST),  # 10.5.1: twelve months
        ("medical_record", Kind.BODIES, YEARS[2], YEARS[6], Because.SHORTEST),
        ("broker_dealer", Kind.BODIES, YEARS[3], YEARS[6], Because.SHORTEST),
        ("broker_dealer", Kind.ATTACHMENTS, 30, YEARS[6], Because.SHORTEST),
        ("broker_dealer", Kind.CONVERSATIONS, YEARS[5], YEARS[6], Because.SHORTEST),
        ("debt", Kind.BODIES, YEARS[2], YEARS[3], Because.SHORTEST),
        ("debt", Kind.BODIES, YEARS[4], YEARS[4], Because.CHOSEN),
        ("financial", Kind.CONTACTS, None, 730, Because.LONGEST),  # 314.4(c)(6): two years after last use
        ("financial", Kind.BODIES, YEARS[4], 730, Because.LONGEST),
    ],
)
def test_a_profile_goes_before_a_choice(profile, kind, chosen, holds, because):
    one = resolve(own(**{kind: chosen}), limits(profile))[kind]
    assert (one.days, one.because) == (holds, because)


def test_laws_that_disagree_are_told_and_nothing_ends_before_the_minimum():
    found = resolve(own(bodies=90), limits("financial", "broker_dealer"))
    for kind in (Kind.BODIES, Kind.ATTACHMENTS):
        assert found[kind].is_conflict
        assert (found[kind].days, found[kind].because) == (YEARS[6], Because.CONFLICT)
        assert {str(found[kind].least.owner), str(found[kind].most.owner)} == {"Broker-dealer", "Financial"}
    assert not found[Kind.CONTACTS].is_conflict


def test_a_maximum_of_a_profile_counts_after_its_days_of_grace_and_a_minimum_at_once():
    now = datetime(2026, 11, 26, tzinfo=UTC)
    later = [Limit(Kind.CONTACTS, longest=40, starts_at=now + timedelta(days=7)), Limit(Kind.AUDIT, shortest=4000)]
    assert resolve({}, later, now)[Kind.CONTACTS].days == YEARS[3]
    assert resolve({}, later, now)[Kind.AUDIT].days == 4000
    assert resolve({}, later, now + timedelta(days=7))[Kind.CONTACTS].days == 40


def test_a_minimum_of_a_profile_that_was_left_keeps_for_its_days_and_is_in_nobody_s_way():
    now = datetime(2026, 11, 28, tzinfo=UTC)
    left = [Limit(Kind.BODIES, shortest=2192, owner="Broker-dealer", ends_at=now), Limit(Kind.BODIES, longest=730)]
    before, after = (resolve(own(bodies=400), left, at)[Kind.BODIES] for at in (now - timedelta(seconds=1), now))
    assert (before.days, before.because, before.is_conflict) == (2192, Because.LEFT, False)
    assert (before.shortest, before.longest) == (30, 730), "one may choose again"
    assert (after.days, after.because) == (400, Because.CHOSEN)
    parts = resolve({}, [Limit(Kind.ATTACHMENTS, shortest=4000, ends_at=now)], now - timedelta(seconds=1))
    assert {kind: parts[kind].days for kind in TEXTS} == dict.fromkeys(TEXTS, 4000), "the whole with its part"
    assert resolve(own(bodies=None), left, now - timedelta(days=1))[Kind.BODIES].days == 2192


def test_consent_and_suppression_and_what_proves_them_are_no_kind():
    models = {subject.model.partition(".")[2] for subjects in SUBJECTS.values() for subject in subjects}
    kept = {"ConsentEvent", "Suppression", "Disclosure", "DisclosureVersion", "Decision", "ProfileChange"}
    assert not models & kept
    assert not {"consent", "suppression"} & set(Kind)


days = st.none() | st.integers(1, 5000)
chosen = st.dictionaries(st.sampled_from(Kind), days.map(lambda one: Wanted(one, Scope.ORGANIZATION)))
limit = st.builds(
    Limit, st.sampled_from(Kind), shortest=st.none() | st.integers(1, 5000), longest=st.none() | st.integers(1, 5000)
)
some = st.lists(limit, max_size=8)


@given(chosen, some)
def test_never_shorter_than_a_minimum_nor_longer_than_a_maximum_unless_the_conflict_is_told(wanted, extra):
    found = resolve(wanted, extra)
    for one in (*bounds(), *extra):
        period = found[one.kind]
        assert not longer(one.shortest or 0, period.days), (one, period)
        if one.longest is not None and longer(period.days, one.longest):
            assert period.is_conflict, (one, period)
    for kind, period in found.items():
        if kind in wanted and period.because is Because.CHOSEN:
            assert period.days == wanted[kind].days


@given(chosen, some)
def test_a_part_never_outlives_its_whole_unless_a_conflict_is_told(wanted, extra):
    found = resolve(wanted, extra)
    for part, whole in WHOLE.items():
        assert not longer(found[part].days, found[whole].days) or found[part].is_conflict


@given(chosen, some, st.sampled_from(Kind), days)
def test_who_chooses_longer_never_keeps_anything_shorter(wanted, extra, kind, more):
    before = resolve(wanted, extra)
    old = wanted[kind].days if kind in wanted else BOUNDS[kind].default
    if not longer(more, old):
        return
    after = resolve(wanted | {kind: Wanted(more, Scope.TEAM)}, extra)
    assert not any(longer(before[one].days, after[one].days) for one in Kind)


@given(chosen, some, limit)
def test_one_more_minimum_keeps_nothing_shorter(wanted, extra, more):
    before = resolve(wanted, extra)
    after = resolve(wanted, [*extra, Limit(more.kind, shortest=more.shortest)])
    assert not any(longer(before[one].days, after[one].days) for one in Kind)


def test_a_hold_goes_before_everything_and_a_minimum_before_a_request_to_erase():
    at = datetime(2026, 11, 26, tzinfo=UTC)
    law = [Limit(Kind.BODIES, shortest=100)]
    period = resolve(own(bodies=200), law)[Kind.BODIES]

    def told(age: int, **more: bool) -> Fate:
        return fate(period, since=at - timedelta(days=age), at=at, **more)

    assert (told(201), told(200)) == (Fate.ENDS, Fate.KEPT)
    assert told(201, is_held=True) is Fate.HELD
    assert (told(101, is_erasure=True), told(100, is_erasure=True)) == (Fate.ENDS, Fate.KEPT)
    assert told(101, is_erasure=True, is_held=True) is Fate.HELD
    never = resolve(own(bodies=None, conversations=None), law)[Kind.BODIES]
    assert fate(never, since=at - timedelta(days=9999), at=at) is Fate.KEPT


def test_years_are_never_shorter_than_calendar_years_and_are_said_as_they_were_typed():
    for number in range(1, 11):
        for year in range(2024, 2032):
            lasts = datetime(year + number, 3, 1, tzinfo=UTC) - datetime(year, 3, 1, tzinfo=UTC)
            assert days_of(number, Unit.YEARS) >= lasts.days
        assert typed_as(days_of(number, Unit.YEARS)) == (number, Unit.YEARS)
    assert [said(one) for one in (None, 1, 90, 92, 730, 731, 2192)] == [
        *("never", "1 day", "90 days", "3 months", "2 years", "2 years", "6 years")
    ]


@given(st.integers(1, 40_000))
def test_what_was_typed_comes_back_as_it_was_counted(number):
    again, unit = typed_as(number)
    assert days_of(again, unit) - number in (0, 1)  # a maximum of two years is a day shorter
