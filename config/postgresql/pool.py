"""A pool of connections for which a server that is away is an answer, not something to wait for.

psycopg's own pool keeps everybody waiting for the whole time-out, request after request, while the server refuses every
connection; it then comes back to a server that has returned only after up to some minutes, and after a restart it tries
its dead connections one by one with growing pauses. Here instead

* who waits while a connection is refused is told so within `FIRST_SECONDS`, and who comes within the next
  `AWAY_SECONDS` at once, so that a provider's webhook gets its 503 while it still listens and threads stay free;
* whoever comes after that tries anew, so that a server which is back is used within a second;
* one dead connection makes all idle ones be replaced.

A pool that is merely busy is waited for as long as before.
"""

from time import monotonic
from typing import Any

from psycopg import Connection
from psycopg_pool import ConnectionPool, PoolTimeout

FIRST_SECONDS = 0.5
AWAY_SECONDS = 1.0


class WatchfulPool(ConnectionPool[Connection[Any]]):
    """See the module. Takes what `ConnectionPool` takes, but for its two ways of coping with a server that is away."""

    def __init__(self, **options: Any) -> None:
        self._refused_at = self._away_until = 0.0  # of this machine's monotonic clock
        super().__init__(**options, check=self._check_or_replace_all, reconnect_timeout=0)

    def getconn(self, timeout: float | None = None) -> Connection[Any]:
        """A connection that works. Raises PoolTimeout when there is none in time, or the server is away."""
        begun = monotonic()
        if begun < self._away_until:
            raise PoolTimeout("the server refused every connection a moment ago")
        whole = self.timeout if timeout is None else timeout
        try:
            connection = super().getconn(min(FIRST_SECONDS, whole))
        except PoolTimeout:
            if self._refused_at >= begun or whole <= FIRST_SECONDS:
                raise
            connection = super().getconn(whole - FIRST_SECONDS)
        self._away_until = 0.0
        return connection

    def reconnect_failed(self) -> None:
        """Called for each connection that could not be made: the server is away, unless another one may still work."""
        self._refused_at = monotonic()
        if self.get_stats()["pool_size"] == 0:
            self._away_until = self._refused_at + AWAY_SECONDS

    def _check_or_replace_all(self, connection: Connection[Any]) -> None:
        try:
            self.check_connection(connection)
        except Exception:
            self.drain()
            raise
