"""What the commands about backups have in common."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from retention.backups import tombstones
from retention.backups.errors import BackupError
from retention.backups.manifest import KEYS, MAIN
from retention.backups.restoring import Chosen, choose
from retention.backups.shelf import Shelf
from retention.backups.tombstones import Tombstones
from tenancy.encryption import EncryptionError


class BackupCommand(BaseCommand):
    """Refusals become one sentence and exit code 1."""

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.run(options)
        except (BackupError, EncryptionError) as error:
            raise CommandError(str(error)) from None

    def run(self, options: dict[str, Any]) -> None:
        raise NotImplementedError

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def add_source(parser: ArgumentParser, *, required: bool) -> None:
    """Which backup."""
    parser.add_argument("--from", dest="source", metavar="DIR", type=Path, required=required, help="as `backup --to`")
    parser.add_argument("--keys-from", metavar="DIR", type=Path, help="as `backup --keys-to`")
    parser.add_argument("--name", help="of the main database's copy (default: the newest)")
    parser.add_argument("--keys-name", help="of the keys' copy (default: the one made with it, else the newest)")


def add_targets(parser: ArgumentParser, *, required: bool) -> None:
    """Which databases."""
    parser.add_argument("--to-url", metavar="URL", required=required, help="the main database, as its owner")
    parser.add_argument("--keys-to-url", metavar="URL", required=required, help="the keys' database, as its owner")
    parser.add_argument(
        "--checkpoints",
        metavar="DIR",
        default=settings.AUDIT_CHECKPOINT_DIR,
        help="where checkpoints and tombstones are (default: AUDIT_CHECKPOINT_DIR)",
    )


def add_keeping(parser: ArgumentParser) -> None:
    """How long copies stay."""
    parser.add_argument(
        "--keep-days",
        metavar="N",
        type=_days,
        default=settings.BACKUP_KEEP_DAYS,
        help="default: BACKUP_KEEP_DAYS, %(default)s",
    )
    parser.add_argument(
        "--keys-keep-days",
        metavar="N",
        type=_days,
        default=7,
        help="shorter than the shortest promise to erase something (default: %(default)s)",
    )


def _days(value: str) -> int:
    """1 to 3650."""
    days = int(value)
    if not 1 <= days <= 3650:
        raise ValueError
    return days


def chosen(options: dict[str, Any]) -> Chosen:
    """The backup that was asked for, verified."""
    source: Path = options["source"]
    main, keys = Shelf(source / MAIN, MAIN), Shelf(options["keys_from"] or source / KEYS, KEYS)
    return choose(main, keys, name=options["name"], keys_name=options["keys_name"])


def known_tombstones(options: dict[str, Any]) -> Tombstones:
    """Raises CommandError when there are none: without them what was shredded would open again."""
    folder = options["checkpoints"]
    found = tombstones.read(Path(folder)) if folder else Tombstones()
    if found.until is None:
        raise CommandError(
            f"There are no tombstones in {folder or 'AUDIT_CHECKPOINT_DIR, which is not set'}: what was shredded since "
            "the backup would open again. Fetch that folder, or say --without-tombstones if it is lost."
        )
    return found
