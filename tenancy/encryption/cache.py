"""Unwrapped data keys in this process: bounded, and each one only for a while."""

import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Iterable
from uuid import UUID

from tenancy.encryption.records import Key


class KeyCache:
    """Keys by id, and which of them is the current one of a scope. Safe to use from several threads.

    The least recently used go first when there are more than `entries`; none is given out `seconds` after it was kept.
    """

    def __init__(self, *, seconds: float, entries: int) -> None:
        self._seconds, self._entries = seconds, entries
        self._lock = threading.Lock()
        # By the organization's number: a UUID hashes itself in Python, and a page looks thousands of keys up.
        self._keys: OrderedDict[tuple[int, bytes], tuple[float, Key]] = OrderedDict()
        self._current: OrderedDict[tuple[int, str, str], tuple[float, bytes]] = OrderedDict()

    def by_ids(self, organization: UUID, key_ids: Collection[bytes]) -> dict[bytes, Key]:
        """Those that are here."""
        number = organization.int
        with self._lock:
            found = ((key_id, self._live(number, key_id)) for key_id in key_ids)
            return {key_id: key for key_id, key in found if key}

    def current(self, organization: UUID, kind: str, scope: str) -> Key | None:
        """The key that seals new texts of this scope, if it is here."""
        with self._lock:
            entry = self._current.get((organization.int, kind, scope))
            if entry is None or entry[0] < time.monotonic():
                return None
            return self._live(organization.int, entry[1])

    def keep(self, organization: UUID, key: Key, kind: str | None = None, scope: str = "") -> None:
        """Keep a key that was read from the database just now; with `kind` as the current one of that scope."""
        until = time.monotonic() + self._seconds
        with self._lock:
            self._put(organization.int, key, until)
            if kind is not None:
                self._current[organization.int, kind, scope] = (until, key.key_id)
                self._current.move_to_end((organization.int, kind, scope))
            self._drop_oldest()

    def keep_all(self, organization: UUID, keys: Iterable[Key]) -> None:
        """Keep many that were read just now."""
        until, number = time.monotonic() + self._seconds, organization.int
        with self._lock:
            for key in keys:
                self._put(number, key, until)
            self._drop_oldest()

    def forget(self, organization: UUID, key_ids: Collection[bytes]) -> None:
        with self._lock:
            for key_id in key_ids:
                self._keys.pop((organization.int, key_id), None)

    def clear(self) -> None:
        with self._lock:
            self._keys.clear()
            self._current.clear()

    def _put(self, organization: int, key: Key, until: float) -> None:
        self._keys[organization, key.key_id] = (until, key)
        self._keys.move_to_end((organization, key.key_id))

    def _drop_oldest(self) -> None:
        for entries in (self._keys, self._current):
            while len(entries) > self._entries:
                entries.popitem(last=False)

    def _live(self, organization: int, key_id: bytes) -> Key | None:
        place = (organization, key_id)
        entry = self._keys.get(place)
        if entry is None or entry[0] < time.monotonic():
            return None
        self._keys.move_to_end(place)
        return entry[1]
