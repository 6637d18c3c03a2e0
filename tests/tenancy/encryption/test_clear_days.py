"""The keys of many days go at once, and of no day of which anything must stay."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Q

from tenancy.encryption import KeyDestroyed, keyring
from tenancy.encryption.clear_days import in_use, named, shred_clear_days, staying
from tenancy.isolation import activate
from texting.models import Conversation, Message

from ..conftest import NOON

DAYS = [(NOON + timedelta(days=number)).date() for number in range(4)]


def nothing(model):
    return []


@pytest.fixture
def texts(harbor):
    """One text on each of three days; the fourth day has a key and no text."""
    with activate(harbor.organization):
        rows = [harbor.add_message(f"text {number}", at=NOON + timedelta(days=number)) for number in range(3)]
        keyring.make_current(harbor.organization.pk, [("body", DAYS[3].isoformat())])
    return harbor.organization.pk, rows


def keys(owner, *days):
    return {day: keyring.stored_ids(owner, "body", day.isoformat()) for day in days or DAYS}


def read(row) -> str:
    keyring.forget_everything()
    return Message.objects.get(pk=row.pk).body


def keep(*rows):
    return lambda model: [Q(pk__in=[]), Q(pk__in=[row.pk for row in rows])] if model is Message else []


def test_days_of_which_nothing_must_stay_go_together_and_no_other(texts, harbor):
    owner, (first, second, third) = texts
    with activate(owner):
        late = harbor.add_message("same day", at=NOON + timedelta(days=1, hours=11))
        days = keys(owner)
        assert staying("body", days, keep(second, late)) == {DAYS[1]}
        assert shred_clear_days("body", days, keep(second), reason="purge") == {DAYS[0], DAYS[2], DAYS[3]}
        assert [read(row) for row in (second, late)] == ["text 1", "same day"]
        for row in (first, third):
            with pytest.raises(KeyDestroyed):
                read(row)
        assert keys(owner) == {**{day: [] for day in DAYS}, DAYS[1]: days[DAYS[1]]}
        assert named("body", days) == {*days[DAYS[0]], *days[DAYS[1]], *days[DAYS[2]]}


def test_a_day_with_a_newer_key_and_one_that_is_too_young_are_left_to_those_who_wait(texts):
    owner, _ = texts
    with activate(owner):
        days = keys(owner)
        keyring.renew(owner, "body", DAYS[0].isoformat(), days[DAYS[0]])
        young = datetime.now(UTC).date() - timedelta(days=1)
        keyring.make_current(owner, [("body", young.isoformat())])
        days |= keys(owner, young)
        assert shred_clear_days("body", days, nothing, reason="purge") == set(DAYS[1:])
        assert keyring.those_stored(owner, [*days[DAYS[0]], *days[DAYS[1]], *days[young]]) == {
            *days[DAYS[0]],
            *days[young],
        }


def test_nothing_is_asked_of_columns_without_rows_nor_of_another_s_rows(texts, northside):
    owner, _ = texts
    asked = []

    def reasons(model):
        asked.append(model)
        return [Q()]

    with activate(northside.organization):
        northside.add_message("theirs")
        theirs = keys(northside.organization.pk, DAYS[0])
    with activate(owner):
        assert staying("body", keys(owner), reasons) == set(DAYS[:3])
        assert set(asked) == {Message, Conversation}  # of some twenty
        assert in_use("body", theirs) == []
        assert in_use("body", {}) == []
        assert shred_clear_days("body", {}, reasons, reason="purge") == set()
