"""A business with texts, and a folder for backups of it. pg_dump sees what is committed only."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections

from config.embedded.postgres import BACKUP, OWNER, SUPERUSER
from retention.backups.manifest import KEYS, MAIN
from retention.backups.shelf import Shelf
from tenancy.isolation import activate
from tests.tenancy.conftest import Business, make_business

SECRET = "my blood type is zebra-quartz-77"


def url(alias: str, role: str, name: str | None = None) -> str:
    settings = connections[alias].settings_dict
    return f"postgresql://{role}@/{name or settings['NAME']}?host={quote(settings['HOST'], safe='')}"


@dataclass
class Vault:
    """Where backups stand, and the commands."""

    folder: Path
    main: Shelf = field(init=False)
    keys: Shelf = field(init=False)

    def __post_init__(self) -> None:
        self.main, self.keys = Shelf(self.folder / MAIN, MAIN), Shelf(self.folder / KEYS, KEYS)

    def backup(self, **options: Any) -> str:
        """The name of the backup."""
        return self.say(**options).partition(":")[0]

    def say(self, **options: Any) -> str:
        """What the command said that made one."""
        out = StringIO()
        call_command("backup", to=self.folder, stdout=out, **options)
        return out.getvalue()


@dataclass
class Fresh:
    """Two empty databases of the owner's, as a person makes them."""

    main: str
    keys: str

    def restore(self, vault: Vault, **options: Any) -> str:
        """What the command said."""
        out = StringIO()
        targets = {"to_url": self.main, "keys_to_url": self.keys}
        call_command("restore", source=vault.folder, stdout=out, **targets, **options)
        return out.getvalue()


@contextmanager
def empty_databases() -> Iterator[Fresh]:
    """Two, gone afterwards."""
    with psycopg.connect(url("default", SUPERUSER, "postgres"), autocommit=True) as server:
        names = [f"restored_{part}_{secrets.token_hex(4)}" for part in (MAIN, KEYS)]
        for name in names:
            server.execute(f"CREATE DATABASE {name} OWNER {OWNER}")
        yield Fresh(*(url("default", OWNER, name) for name in names))
        for name in names:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def fresh(transactional_db: None) -> Iterator[Fresh]:
    with empty_databases() as found:
        yield found


@pytest.fixture
def vault(tmp_path: Path, settings: Any) -> Vault:
    settings.BACKUP_KEY = os.urandom(32)
    settings.BACKUP_DATABASE_URL, settings.BACKUP_KEYS_DATABASE_URL = url("default", BACKUP), url("keys", BACKUP)
    settings.AUDIT_CHECKPOINT_DIR = str(tmp_path / "checkpoints")
    (tmp_path / "checkpoints").mkdir()
    return Vault(tmp_path / "backups")


@pytest.fixture
def business(transactional_db: None) -> Business:
    business = make_business("Harbor Dental", "harbor")
    with activate(business.organization):
        business.add_message(SECRET)
    return business
