"""What is stored in a word's place: a keyed hash, cut so short that several words share one.

A text's words are marked under a key of the organization and the month (of UTC) in which the text was written; names
under the organization's index key. The month stands in the mark in clear, so marks of one month are neighbours and a
look-up goes from month to month. Whoever holds the database alone can count marks and see that two texts of one month
share one, and cannot tell which words they are.
"""

import hmac
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

from tenancy.encryption import keyring
from tenancy.encryption.key_sources import INDEX

SEARCH_KEY = "search"  # a kind of data key; its scope is the month
TEXT_BITS, NAME_BITS, ALIKE_BITS = 20, 12, 24
ALIKE = 1 << (ALIKE_BITS + 1)
"""Marks from here on are of whole names and addresses: contacts that share one are probably the same person."""


def month_of(at: datetime) -> int:
    """The months since the year 0 of an aware datetime, in UTC."""
    day = at.astimezone(UTC)
    return day.year * 12 + day.month - 1


def scope_of(month: int) -> str:
    """How the month's key is called: `2026-11`."""
    return f"{month // 12}-{month % 12 + 1:02}"


def month_called(scope: str) -> int:
    """The month whose key has this name."""
    year, month = scope.split("-")
    return int(year) * 12 + int(month) - 1


def first_mark(month: int) -> int:
    """The least mark of this month; the next month's is the end of its range."""
    return month << TEXT_BITS


def keys_that_write(organization: UUID, months: Iterable[int]) -> dict[int, bytes]:
    """The secret of each month, made if there is none yet."""
    scopes = {month: scope_of(month) for month in months}
    keyring.make_current(organization, {(SEARCH_KEY, scope) for scope in scopes.values()})
    return {month: keyring.current(organization, SEARCH_KEY, scope).secret for month, scope in scopes.items()}


def keys_that_read(organization: UUID, months: Iterable[int]) -> dict[int, bytes]:
    """The secrets of the months that have one."""
    scopes = {scope_of(month): month for month in months}
    found = keyring.current_ones(organization, SEARCH_KEY, scopes)
    return {scopes[scope]: key.secret for scope, key in found.items()}


def text_mark(keys: Mapping[int, bytes], month: int, word: str) -> int:
    """The mark of a word in a text of this month."""
    return first_mark(month) | _cut(keys[month], "text", word, TEXT_BITS)


def name_marks(organization: UUID, beginnings: Iterable[str], last_four: str = "") -> list[int]:
    """The marks of how words of a name begin, and of a number's last four digits."""
    secret = keyring.current(organization, INDEX, "").secret
    found = {_cut(secret, "name", each, NAME_BITS) for each in beginnings}
    return sorted(found | ({number_mark(organization, last_four)} if last_four else set()))


def number_mark(organization: UUID, last_four: str) -> int:
    """The mark of a number's last four digits. They are shown to everybody: this hides nothing more."""
    secret = keyring.current(organization, INDEX, "").secret
    return (1 << NAME_BITS) | _cut(secret, "last four", last_four, NAME_BITS)


def whole_name_mark(organization: UUID, name: str) -> int:
    """The mark of a whole name (`words.whole_name`). So short that strangers may share one: the names are looked at."""
    secret = keyring.current(organization, INDEX, "").secret
    return ALIKE | _cut(secret, "whole name", name, ALIKE_BITS)


def mail_mark(organization: UUID, address: str) -> int:
    """The same of an e-mail address (`words.mail_of`)."""
    secret = keyring.current(organization, INDEX, "").secret
    return ALIKE | 1 << ALIKE_BITS | _cut(secret, "e-mail address", address, ALIKE_BITS)


def _cut(secret: bytes, purpose: str, word: str, bits: int) -> int:
    whole = hmac.digest(secret, f"search {purpose}/v1\0{word}".encode("utf-8", "surrogatepass"), sha256)
    return int.from_bytes(whole[:4], "big") >> (32 - bits)
