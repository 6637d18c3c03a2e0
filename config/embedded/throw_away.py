"""A PostgreSQL for one restore drill: started in a folder of its own, thrown away afterwards."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embedded.postgres import OWNER, Postgres
from config.embedded.processes import CannotStart
from config.embedded.roles import prepare


@contextmanager
def server() -> Iterator[str]:
    """The address of its database `postgres`, as a role that may make databases. The roles are those of the manual.

    Raises RuntimeError or OSError that says why there is none.
    """
    folder = Path(tempfile.mkdtemp(prefix="parley-drill-"))
    folder.chmod(0o755)  # PostgreSQL may run as another account; what is inside is closed
    postgres = Postgres(folder / "postgres", folder / "run", durable=False)
    try:
        try:
            with (folder / "log").open("ab") as log:
                postgres.create()
                postgres.start(log)
        except CannotStart as refusal:  # its reason is for whoever asked, who knows nothing of this package
            raise RuntimeError(str(refusal)) from None
        prepare(folder / "run", for_tests=True)
        yield postgres.url("postgres", OWNER)
    finally:
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
