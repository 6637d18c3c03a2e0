"""Where keys come from and how long they are remembered."""

from uuid import uuid4

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenancy.encryption import KeyDestroyed, Undecryptable, blind_index, keyring
from tenancy.encryption.cache import KeyCache
from tenancy.encryption.key_sources import INSTALLATION
from tenancy.encryption.records import Key
from tenancy.isolation import NoOrganization, activate
from tenancy.models import DataKey, Organization
from tests.at_once import at_once, errors_of

A, B = uuid4(), uuid4()


def rows(organization=A) -> list[DataKey]:
    with keyring.keys_of(organization):
        return list(DataKey.objects.order_by("id"))


@pytest.mark.django_db
def test_one_key_for_one_scope_however_often_it_is_asked_for():
    key = keyring.current(A, "body", "2026-03-14")
    assert keyring.current(A, "body", "2026-03-14") == key
    keyring.forget_everything()
    assert keyring.current(A, "body", "2026-03-14") == key
    assert keyring.by_ids(A, [key.key_id]) == {key.key_id: key}
    others = [
        (A, "body", "2026-03-15"),
        (A, "audit", "2026-03-14"),
        (B, "body", "2026-03-14"),
        (INSTALLATION, "body", ""),
    ]
    keys = {key.secret} | {keyring.current(*other).secret for other in others}
    assert len(keys) == 5
    assert len(rows()) == 3


@pytest.mark.django_db
def test_a_key_is_found_in_its_own_organization_only():
    key = keyring.current(A, "body", "2026-03-14")
    with pytest.raises(KeyDestroyed):
        keyring.by_ids(B, [key.key_id])


@pytest.mark.django_db
def test_many_keys_are_read_in_three_statements_and_are_as_bound_as_a_single_one():
    scopes = [f"{number}" for number in range(keyring.FEW + 1)]
    keyring.make_current(A, {("contact", scope) for scope in scopes})
    made = {key.key_id: key for key in keyring.current_ones(A, "contact", scopes).values()}
    strange = keyring.current(B, "contact", "1").key_id
    keyring.forget_everything()
    with CaptureQueriesContext(connections["keys"]) as statements:
        assert keyring.refresh(A, [*made, strange]) == made
    asked = [one["sql"] for one in statements if "tenancy_" in one["sql"]]
    assert len(asked) == 2, asked  # and one that names the organization
    moved, withheld, *_rest = rows()
    with keyring.keys_of(A):
        DataKey.objects.filter(pk=withheld.pk).update(withheld_at=timezone.now())
    keyring.forget_everything()
    assert made.keys() - keyring.refresh(A, list(made)).keys() == {bytes(withheld.key_id)}
    with keyring.keys_of(A):
        DataKey.objects.filter(pk=moved.pk).update(scope="another")
    keyring.forget_everything()
    with pytest.raises(Undecryptable):
        keyring.refresh(A, list(made))


@pytest.mark.django_db(transaction=True)
def test_a_key_that_many_ask_for_at_once_is_made_once():
    found = at_once(*[lambda: keyring._fetch_or_make(A, "body", "2026-03-14")] * 6)
    assert errors_of(found) == []
    assert len({key.secret for key in found}) == 1
    assert len(rows()) == 1


@pytest.mark.django_db
def test_keys_outlive_a_rollback_of_the_organization_s_transaction(harbor):
    with pytest.raises(ZeroDivisionError), activate(harbor.organization):
        harbor.add_message("Hello")
        raise ZeroDivisionError
    assert {row.kind for row in rows(harbor.organization.pk)} >= {"body", "contact", "config", "index"}


# --- The cache ---


def key(number: int) -> Key:
    return Key(bytes([number]) * 8, bytes([number]) * 32)


def test_the_cache_gives_nothing_out_after_its_time(monkeypatch):
    now = 100.0
    monkeypatch.setattr("tenancy.encryption.cache.time.monotonic", lambda: now)
    cache = KeyCache(seconds=60, entries=10)
    cache.keep(A, key(1), "body", "day")
    now = 160.0
    assert cache.current(A, "body", "day") == key(1)
    assert cache.by_ids(A, [key(1).key_id]) == {key(1).key_id: key(1)}
    now = 160.1
    assert cache.current(A, "body", "day") is None
    assert cache.by_ids(A, [key(1).key_id]) == {}


def test_the_cache_drops_what_was_used_longest_ago():
    cache = KeyCache(seconds=60, entries=2)
    cache.keep(A, key(1))
    cache.keep(A, key(2))
    assert cache.by_ids(A, [key(1).key_id])
    cache.keep(A, key(3))
    assert list(cache.by_ids(A, [key(number).key_id for number in (1, 2, 3)])) == [key(1).key_id, key(3).key_id]


def test_a_forgotten_key_no_longer_seals_either():
    cache = KeyCache(seconds=60, entries=2)
    cache.keep(A, key(1), "body", "day")
    cache.forget(A, [key(1).key_id])
    assert cache.current(A, "body", "day") is None
    cache.keep(A, key(1), "body", "day")
    cache.clear()
    assert cache.current(A, "body", "day") is None
    assert cache.by_ids(B, [key(1).key_id]) == {}


# --- Blind indexes ---


@pytest.mark.django_db
def test_a_blind_index_is_equal_for_equal_values_of_one_purpose_and_organization():
    one, two = (Organization.objects.create(name=slug, slug=slug) for slug in ("one", "two"))
    with activate(one):
        index = blind_index("contact.number", "+12125550181")
        assert len(index) == 16
        keyring.forget_everything()
        assert blind_index("contact.number", "+12125550181") == index
        assert blind_index("contact.number", "+12125550182") != index
        assert blind_index("contact.name", "+12125550181") != index
        assert blind_index("contact.number", "+12125550181", two.pk) != index
    with activate(two):
        other = blind_index("contact.number", "+12125550181")
    assert other != index
    assert blind_index("contact.number", "+12125550181", two.pk) == other
    with pytest.raises(NoOrganization):
        blind_index("contact.number", "+12125550181")
