"""`manage.py backup --to DIR`: an encrypted, signed copy of both databases; old ones go."""

from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from retention.backups import promises, tombstones
from retention.backups.making import addresses, backup
from retention.backups.manifest import KEYS, MAIN
from retention.backups.shelf import Shelf
from retention.management.backups import BackupCommand, add_keeping


class Command(BackupCommand):
    help = (
        "Copy the main database and that of the keys, sealed under BACKUP_KEY, into DIR/main and DIR/keys. "
        "Connects as BACKUP_DATABASE_URL and BACKUP_KEYS_DATABASE_URL say."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", metavar="DIR", type=Path, required=True, help="where the backups stand")
        parser.add_argument("--keys-to", metavar="DIR", type=Path, help="where the keys' stand: on another disk")
        add_keeping(parser)

    def run(self, options: dict[str, Any]) -> None:
        made = backup(
            *addresses(),
            main=Shelf(options["to"] / MAIN, MAIN),
            keys=Shelf(options["keys_to"] or options["to"] / KEYS, KEYS),
            keep=timedelta(days=options["keep_days"]),
            keep_keys=timedelta(days=options["keys_keep_days"]),
            now=timezone.now(),
        )
        if settings.AUDIT_CHECKPOINT_DIR:
            tombstones.export(Path(settings.AUDIT_CHECKPOINT_DIR))
        rows, keys = sum(made.main.census.values()), made.keys.census["tenancy_datakey"]
        self.say(
            f"{made.main.name}: {rows} rows in {made.main.size} bytes, {keys} keys in {made.keys.size} bytes, "
            f"as it was at {made.main.taken_at.isoformat()}"
        )
        for gone in made.removed:
            self.say(f"removed {gone}")
        if options["keep_days"] > settings.BACKUP_KEEP_DAYS:
            self.say(
                f"WARNING: copies stay {options['keep_days']} days, and BACKUP_KEEP_DAYS says "
                f"{settings.BACKUP_KEEP_DAYS}: of what a purge keeps, nothing can be brought back in copies that are "
                "older. Say the same in both places."
            )
        if found := promises.shorter_than(options["keys_keep_days"], timezone.now()):
            self.say(
                f"WARNING: copies of keys stay {options['keys_keep_days']} days, and {found.organizations} "
                f"organization(s) have shorter periods (the shortest: {found.days} days for {found.kind.value}). What "
                "a purge destroys can be opened with such a copy until it ends: give --keys-keep-days a smaller number."
            )
