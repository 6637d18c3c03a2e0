"""What a stolen or altered key table is good for, and what another root key does."""

import os
from uuid import uuid4

import pytest

from tenancy.encryption import KeysNotReady, Undecryptable, keyring, wrapping
from tenancy.models import DataKey, OrganizationKey

A, B = uuid4(), uuid4()


@pytest.mark.django_db
def test_keys_are_stored_wrapped():
    key = keyring.current(A, "config", "")
    with keyring.keys_of(A):
        data_key, organization_key = DataKey.objects.get(), OrganizationKey.objects.get()
        wrapping_key = wrapping.unwrapped_organization_key(organization_key)
    stored = b"".join(bytes(part) for part in (data_key.wrapped, data_key.key_id, organization_key.wrapped))
    assert key.secret not in stored
    assert wrapping_key not in stored
    assert wrapping.root_key() not in stored


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["kind", "scope", "generation", "key_id", "organization_id", "wrapped"])
def test_a_wrapped_key_under_another_name_does_not_unwrap(change):
    keyring.current(A, "body", "2026-03-14")
    other = {
        "kind": "contact",
        "scope": "2026-03-15",
        "generation": 2,
        "key_id": os.urandom(8),
        "organization_id": B,
        "wrapped": os.urandom(60),
    }
    with keyring.keys_of(A):
        row = DataKey.objects.get()
        assert wrapping.unwrapped(row)
        setattr(row, change, other[change])
        with pytest.raises(Undecryptable):
            wrapping.unwrapped(row)


@pytest.mark.django_db
def test_another_root_key_is_refused_with_a_reason(settings):
    keyring.current(A, "config", "")
    keyring.forget_everything()
    settings.ROOT_KEY = os.urandom(32)
    with pytest.raises(KeysNotReady, match="not the key that wrapped"):
        keyring.current(A, "config", "")
    settings.ROOT_KEY = b""
    with pytest.raises(KeysNotReady, match="not set"):
        keyring.current(B, "config", "")
