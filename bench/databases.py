"""The databases of one benchmark: real ones, migrated, in a folder that is thrown away."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from config.embedded.pytest_services import Services


@dataclass(frozen=True)
class Databases:
    """The servers of one run: their first processes, and the main database's address for its owner and for all."""

    postgres: int
    valkey: int
    owner_url: str
    superuser_url: str

    def as_owner(self, statements: str) -> None:
        """Run SQL that the app's role may not."""
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            connection.execute(statements)


@contextmanager
def own_databases(*, durable: bool = False) -> Iterator[Databases]:
    """PostgreSQL and Valkey for this run; afterwards this process and its children are the app's role.

    `durable`: commits wait for the disk, as in production.
    """
    running = Services(durable=durable)
    running.start()
    try:
        import django
        from django.core.management import call_command
        from django.db import connections

        from config.embedded.postgres import APP, KEYS_DATABASE, MAIN_DATABASE, OWNER, SUPERUSER

        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        django.setup()
        for alias in ("keys", "default"):
            call_command("migrate", database=alias, interactive=False, verbosity=0)
            connections[alias].close()
            connections[alias].close_pool()
            connections[alias].settings_dict["USER"] = APP
        os.environ["DATABASE_URL"] = running.postgres.url(MAIN_DATABASE, APP)
        os.environ["KEYS_DATABASE_URL"] = running.postgres.url(KEYS_DATABASE, APP)
        assert running.postgres.child is not None
        assert running.valkey.child is not None
        yield Databases(
            running.postgres.child.pid,
            running.valkey.child.pid,
            running.postgres.url(MAIN_DATABASE, OWNER),
            running.postgres.url(MAIN_DATABASE, SUPERUSER),
        )
        connections.close_all()
    finally:
        running.stop()
