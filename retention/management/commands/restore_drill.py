"""`manage.py restore_drill`: restore a backup somewhere else, check it, and keep what came of it."""

import tempfile
from argparse import ArgumentParser
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from retention.backups import drill, tombstones
from retention.backups.errors import BackupError
from retention.backups.making import addresses, backup
from retention.backups.manifest import KEYS, MAIN
from retention.backups.restoring import Chosen, choose
from retention.backups.shelf import Shelf
from retention.backups.tombstones import Tombstones
from retention.management.backups import BackupCommand, add_source, chosen

STALE = timedelta(days=1)
"""How old the newest backup may be."""


class Command(BackupCommand):
    help = (
        "Restore the newest backup in DIR (without --from: one made now and thrown away) into new databases, check "
        "them, drop them. Once a week: /health/ready, /metrics and `check --database default` say when one last passed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_source(parser, required=False)
        parser.add_argument(
            "--server-url",
            metavar="URL",
            help="a server to restore to, as a role that may make databases (default: one of its own, thrown away)",
        )

    def run(self, options: dict[str, Any]) -> None:
        folder = Path(settings.AUDIT_CHECKPOINT_DIR) if settings.AUDIT_CHECKPOINT_DIR else None
        with ExitStack() as stack:
            try:
                found = chosen(options) if options["source"] else _made_now(stack)
                if not options["name"]:
                    _refuse_stale(found)
                server = options["server_url"] or stack.enter_context(drill.throw_away_server())
                known = tombstones.read(folder) if folder else Tombstones()
            except BackupError as error:
                drill.note_failure(str(error))
                raise
            done = drill.drill(found, server_url=server, known=known, folder=folder, say=self.say)
        for line in done.report.table() if done.report else ():
            self.say(line)
        if not done.row.passed:
            raise CommandError(f"The drill did not pass. {done.row.problem}".rstrip())
        self.say(f"The drill passed in {done.row.seconds} seconds.")


def _refuse_stale(found: Chosen) -> None:
    """That an old copy comes back proves nothing of today's."""
    if timezone.now() - found.of_main.taken_at > STALE:
        raise BackupError(
            f"The newest backup is of {found.of_main.taken_at.isoformat()}, more than a day ago: none was made since. "
            "Find out why (manage.py backup says), or name an older one with --name."
        )


def _made_now(stack: ExitStack) -> Chosen:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="parley-drill-")))
    main, keys = Shelf(folder / MAIN, MAIN), Shelf(folder / KEYS, KEYS)
    life = timedelta(days=1)
    backup(*addresses(), main=main, keys=keys, keep=life, keep_keys=life, now=timezone.now())
    return choose(main, keys)
