"""Unwrapped data keys in this process: bounded, and each one only for a while."""

import threading
import time
from collections import OrderedDict
from collections.abc import Collection
from uuid import UUID

from tenancy.encryption.records import Key


class KeyCache:
    """Keys by id, and which of them is the current one of a scope. Safe to use from several threads.

    The least recently used go first when there are more than `entries`; none is given out `seconds` after it was kept.
    """

    def __init__(self, *, seconds: float, entries: int) -> None:
        self._seconds, self._entries = seconds, entries
        self._lock = threading.Lock()
        self._keys: OrderedDict[tuple[UUID, bytes], tuple[float, Key]] = OrderedDict()
        self._current: OrderedDict[tuple[UUID, str, str], tuple[float, bytes]] = OrderedDict()

    def by_ids(self, organization: UUID, key_ids: Collection[bytes]) -> dict[bytes, Key]:
        """Those that are here."""
        with self._lock:
            found = ((key_id, self._live(organization, key_id)) for key_id in key_ids)
            return {key_id: key for key_id, key in found if key}

    def current(self, organization: UUID, kind: str, scope: str) -> Key | None:
        """The key that seals new texts of this scope, if it is here."""
        with self._lock:
            entry = self._current.get((organization, kind, scope))
            if entry is None or entry[0] < time.monotonic():
                return None
            return self._live(organization, entry[1])

    def keep(self, organization: UUID, key: Key, kind: str | None = None, scope: str = "") -> None:
        """Keep a key that was read from the database just now; with `kind` as the current one of that scope."""
        until = time.monotonic() + self._seconds
        with self._lock:
            self._keys[organization, key.key_id] = (until, key)
            self._keys.move_to_end((organization, key.key_id))
            if kind is not None:
                self._current[organization, kind, scope] = (until, key.key_id)
                self._current.move_to_end((organization, kind, scope))
            for entries in (self._keys, self._current):
                while len(entries) > self._entries:
                    entries.popitem(last=False)

    def forget(self, organization: UUID, key_ids: Collection[bytes]) -> None:
        with self._lock:
            for key_id in key_ids:
                self._keys.pop((organization, key_id), None)

    def clear(self) -> None:
        with self._lock:
            self._keys.clear()
            self._current.clear()

    def _live(self, organization: UUID, key_id: bytes) -> Key | None:
        entry = self._keys.get((organization, key_id))
        if entry is None or entry[0] < time.monotonic():
            return None
        self._keys.move_to_end((organization, key_id))
        return entry[1]
