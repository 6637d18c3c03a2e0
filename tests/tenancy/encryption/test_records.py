"""Sealed bytes open for the place and the keys they were sealed for, and for nothing else."""

import os

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from tenancy.encryption import Undecryptable, records
from tenancy.encryption.records import Key

BINDING = b"organization, table, column, row"


def new_key() -> Key:
    return Key(os.urandom(8), os.urandom(32))


ONE, TWO = new_key(), new_key()


@given(st.binary(max_size=2000), st.integers(1, 3), st.binary(max_size=100))
def test_what_was_sealed_comes_back(text, count, binding):
    keys = [new_key() for _ in range(count)]
    record = records.seal(text, keys, binding)
    assert records.key_ids(record) == tuple(key.key_id for key in keys)
    assert records.unseal(record, keys, binding) == text
    assert len(record) == len(text) + 78 + 8 * count
    assert text not in record or len(text) < 4


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=3), st.binary(min_size=16, max_size=16))
def test_a_record_has_the_key_that_the_librarys_hkdf_derives(secrets, salt):
    """RFC 5869 in three HMACs is faster, and must be the same."""
    derived = HKDF(SHA256(), 64, salt, records._INFO).derive(b"".join(secrets))
    assert b"".join(records._derive([Key(b"8 bytes.", secret) for secret in secrets], salt)) == derived


@given(st.data())
def test_any_changed_bit_is_noticed(data):
    record = bytearray(records.seal(b"See you at nine", [ONE, TWO], BINDING))
    position = data.draw(st.integers(0, len(record) * 8 - 1))
    record[position // 8] ^= 1 << position % 8
    with pytest.raises(Undecryptable):
        records.key_ids(bytes(record))
        records.unseal(bytes(record), [ONE, TWO], BINDING)


@given(st.integers(0, 108))
def test_a_record_that_was_cut_short_is_noticed(length):
    record = records.seal(b"See you at nine", [ONE, TWO], BINDING)
    with pytest.raises(Undecryptable):
        records.key_ids(record[:length])
        records.unseal(record[:length], [ONE, TWO], BINDING)


@pytest.mark.parametrize("version", [0, 2, 255])
def test_another_version_is_refused(version):
    record = records.seal(b"text", [ONE], BINDING)
    with pytest.raises(Undecryptable):
        records.key_ids(bytes([version]) + record[1:])


def test_another_place_is_refused():
    record = records.seal(b"text", [ONE], BINDING)
    with pytest.raises(Undecryptable, match="altered, or moved"):
        records.unseal(record, [ONE], BINDING + b"!")


@pytest.mark.parametrize(
    "keys",
    [[TWO, ONE], [ONE, ONE], [ONE], [ONE, Key(TWO.key_id, os.urandom(32))]],
    ids=["order", "twice", "one", "other"],
)
def test_other_keys_fail_at_the_commitment(keys):
    record = records.seal(b"text", [ONE, TWO], BINDING)
    with pytest.raises(Undecryptable, match="another key"):
        records.unseal(record, keys, BINDING)


def test_a_wrong_commitment_is_refused_before_decryption():
    """With plain GCM a ciphertext can be made that opens under two keys; the commitment names one."""
    record = bytearray(records.seal(b"text", [ONE], BINDING))
    record[26:58] = os.urandom(32)
    with pytest.raises(Undecryptable, match="another key"):
        records.unseal(bytes(record), [ONE], BINDING)


def test_the_same_text_never_looks_the_same():
    assert records.seal(b"text", [ONE], BINDING) != records.seal(b"text", [ONE], BINDING)


def test_chance_that_is_drawn_for_many_at_once_is_another_for_each():
    drawn = records.chances(100)
    assert (len(set(drawn)), {len(one) for one in drawn}) == (100, {records.CHANCE_BYTES})
    first, second = (records.seal(b"Hello", [ONE], b"place", chance) for chance in drawn[:2])
    assert first != second
    assert records.unseal(first, [ONE], b"place") == b"Hello"


def test_a_wrapped_key_opens_only_with_its_wrapping_key_and_name():
    wrapping = os.urandom(32)
    wrapped = records.wrap(b"s" * 32, wrapping, b"name")
    assert records.unwrap(wrapped, wrapping, b"name") == b"s" * 32
    for other in ((wrapped, os.urandom(32), b"name"), (wrapped, wrapping, b"other"), (wrapped[:-1], wrapping, b"name")):
        with pytest.raises(Undecryptable):
            records.unwrap(*other)
    with pytest.raises(Undecryptable):
        records.unwrap(b"", wrapping, b"name")


@given(st.lists(st.binary(max_size=5), max_size=4), st.lists(st.binary(max_size=5), max_size=4))
def test_no_two_lists_of_parts_are_written_the_same(one, two):
    assert (records.lengths_first(*one) == records.lengths_first(*two)) == (one == two)


def test_a_key_never_prints_its_secret():
    assert repr(ONE) == f"Key({ONE.key_id.hex()})"
    assert ONE.secret.hex() not in f"{ONE!r} {ONE}"
