"""What Django loads for `ENGINE = "config.postgresql"`."""

from datetime import UTC
from typing import Any

from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base

from config.postgresql.moments import with_moments
from config.postgresql.pool import WatchfulPool


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, with our pool, and moments that are read faster."""

    _connection_pools: dict[str, Any]  # Django's, by alias
    _configure_connection: Any

    def get_connection_params(self) -> dict[str, Any]:
        """What a connection is opened with."""
        params: dict[str, Any] = super().get_connection_params()
        if self.timezone is UTC:
            params["context"] = with_moments(params["context"])
        return params

    @property
    def pool(self) -> Any:
        """This process' pool for the database; None when it has none."""
        options = None if self.alias == NO_DB_ALIAS else self.settings_dict["OPTIONS"].get("pool")
        if options and self.alias not in self._connection_pools:
            made = WatchfulPool(
                kwargs={**self.get_connection_params(), "autocommit": True},
                open=False,  # by the first who needs it
                configure=self._configure_connection,
                **options,
            )
            self._connection_pools.setdefault(self.alias, made)  # of several threads' pools the first one counts
        return self._connection_pools.get(self.alias) if options else None
