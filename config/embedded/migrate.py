"""`python -m config.embedded.migrate SOCKETS`: roles, databases and all migrations of both, in one process.

The environment names the databases with their owner's role.
"""

import hashlib
import multiprocessing
import os
import sys
from pathlib import Path

from config.env import PROJECT


def fingerprint() -> str:
    """Changes whenever a migration of ours, or a package that may bring one, changes."""
    digest = hashlib.sha256()
    for file in sorted([*PROJECT.glob("*/migrations/*.py"), PROJECT / "requirements" / "base.txt"]):
        digest.update(str(file.relative_to(PROJECT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def main(sockets: Path) -> int:
    # Imported here, since the supervisor wants the fingerprint only and none of their memory.
    import django

    from config.embedded.roles import prepare

    prepare(sockets)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    # Both at the same time: nearly all of it is Django's own thinking, and that on one processor.
    keys = multiprocessing.get_context("fork").Process(target=migrate, args=("keys",))
    keys.start()
    migrate("default")
    keys.join()
    return 1 if keys.exitcode else 0


def migrate(alias: str) -> None:
    """Every migration of this release, on one database."""
    from django.core.management import call_command

    call_command("migrate", database=alias, interactive=False, verbosity=0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
