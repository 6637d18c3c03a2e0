"""`python -m config.embedded.migrate SOCKETS`: roles, databases and all migrations of both, in one process.

The environment names the databases with their owner's role.
"""

import hashlib
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


def main(sockets: Path) -> None:
    # Imported here, since the supervisor wants the fingerprint only and none of their memory.
    import django
    from django.core.management import call_command

    from config.embedded.roles import prepare

    prepare(sockets)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    for alias in ("keys", "default"):
        call_command("migrate", database=alias, interactive=False, verbosity=0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
