"""pytest plugin: a real PostgreSQL and a real Valkey for one test run, in a folder that is thrown away.

A plugin and not a conftest, because pytest-django reads the settings before any conftest is loaded. In a distributed
run each process has servers of its own: a test may empty its Redis or break its PostgreSQL, and disturbs none beside
it. A pytest that a test starts finds its parent's and uses those.
"""

import base64
import fcntl
import gc
import os
import secrets
import shutil
import tempfile
import time
from pathlib import Path
from typing import IO

import pytest

from config.embedded.postgres import KEYS_DATABASE, MAIN_DATABASE, OWNER, Postgres
from config.embedded.roles import prepare
from config.embedded.valkey import Valkey

PREFIX = "parley-test-"
MEMORY, ENOUGH = Path("/dev/shm"), 4 * 2**30  # noqa: S108 - as with any other temporary folder, the names are random
MARK = "PARLEY_TEST_SERVICES"
OWNER_OF_SERVICES = "PARLEY_TEST_PROCESS"  # the process of a distributed run that started them; "" in any other run


class Services:
    """Both servers and their folder. The lock tells a later run whether the folder is still in use.

    `durable`: what is committed waits for the disk, which tests do without.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=None if durable else _in_memory()))
        self.folder.chmod(0o755)  # PostgreSQL may run as another account; what is inside is closed
        self.lock = _lock(self.folder)
        sockets = self.folder / "run"
        self.postgres = Postgres(self.folder / "postgres", sockets, durable=durable)
        self.valkey = Valkey(self.folder / "valkey", sockets, durable=durable)

    def start(self) -> None:
        with (self.folder / "services.log").open("ab") as log:
            self.postgres.create()
            self.postgres.start(log)
            self.valkey.start(log)
        prepare(self.folder / "run", for_tests=True)
        os.environ.update(
            DATABASE_URL=self.postgres.url(MAIN_DATABASE, OWNER),
            KEYS_DATABASE_URL=self.postgres.url(KEYS_DATABASE, OWNER),
            REDIS_URL=self.valkey.url,
            SECRET_KEY=secrets.token_urlsafe(48),
            ROOT_KEY=base64.b64encode(secrets.token_bytes(32)).decode(),
            AUDIT_SIGNING_KEY=base64.b64encode(secrets.token_bytes(32)).decode(),
            PUBLIC_BASE_URL="http://127.0.0.1:8000",
            PARLEY_LOCAL="1",
        )
        os.environ.update({MARK: str(self.folder), OWNER_OF_SERVICES: os.environ.get("PYTEST_XDIST_WORKER", "")})

    def stop(self) -> None:
        self.valkey.stop()
        self.postgres.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.lock.close()
        os.environ.pop(MARK, None)
        os.environ.pop(OWNER_OF_SERVICES, None)


_running: list[Services] = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Start before pytest-django imports the settings.

    Tests look at the modules as they are written, whatever was compiled: who changes one sees what the change does.
    With PARLEY_COMPILED=1 they look at the compiled ones.
    """
    gc.disable()  # half of the time in which tests are collected; `tests/conftest.py` tidies up now and then
    os.environ.setdefault("PARLEY_COMPILED", "0")
    distributed = os.environ.get("PYTEST_XDIST_WORKER", "")
    if os.environ.get(MARK) and os.environ.get(OWNER_OF_SERVICES) == distributed:
        return
    _remove_leftovers()
    services = Services()
    _running.append(services)
    try:
        services.start()
    except BaseException:
        services.stop()
        raise


def pytest_unconfigure() -> None:
    while _running:
        _running.pop().stop()


def _in_memory() -> Path | None:
    """Where data that nobody keeps lies best, if that has room for several runs: PostgreSQL makes and deletes thousands
    of files for each database that a test restores. None: where temporary files usually lie.
    """
    try:
        unused = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        fits = min(unused, shutil.disk_usage(MEMORY).free) >= ENOUGH
        runs_programs = not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC  # they are copied there for another account
        return MEMORY if fits and runs_programs and os.access(MEMORY, os.W_OK) else None
    except (OSError, ValueError):
        return None


def _lock(folder: Path) -> IO[str]:
    file = (folder / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise
    return file


def _remove_leftovers(*, older_than: float = 60) -> None:
    """Folders of runs that were killed: nobody holds their lock any more. A new one may be about to be locked."""
    for folder in (found for place in (MEMORY, Path(tempfile.gettempdir())) for found in place.glob(PREFIX + "*")):
        try:
            made = folder.stat()
            if made.st_uid == os.geteuid() and time.time() - made.st_mtime >= older_than:
                with _lock(folder):
                    shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # in use, or gone meanwhile
