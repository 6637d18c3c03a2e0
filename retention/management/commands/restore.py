"""`manage.py restore --from DIR --to-url URL --keys-to-url URL`: a backup into two empty databases."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from retention.backups import restoring
from retention.backups.tombstones import Tombstones
from retention.management.backups import BackupCommand, add_source, add_targets, chosen, known_tombstones


class Command(BackupCommand):
    help = (
        "Put a backup back into two empty databases: verified first, closed to all but their owner until what was "
        "shredded since is gone again, what waited will be looked up, and everything was checked."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_source(parser, required=True)
        add_targets(parser, required=False)
        parser.add_argument("--verify-only", action="store_true", help="read the backup from end to end and stop")
        parser.add_argument(
            "--without-tombstones", action="store_true", help="what was shredded since the backup opens again"
        )

    def run(self, options: dict[str, Any]) -> None:
        if not options["verify_only"] and not (options["to_url"] and options["keys_to_url"]):
            raise CommandError("Name the two empty databases with --to-url and --keys-to-url.")
        found = chosen(options)
        self.say(f"{found.of_main.name} is whole: the main database of {found.of_main.taken_at.isoformat()}, "
                 f"keys of {found.of_keys.taken_at.isoformat()}")  # fmt: skip
        if options["verify_only"]:
            return
        known = Tombstones() if options["without_tombstones"] else known_tombstones(options)
        if known.until:
            self.say(f"tombstones were last written at {known.until.isoformat()}")
        report = restoring.restore(
            found,
            main_url=options["to_url"],
            keys_url=options["keys_to_url"],
            known=known,
            folder=Path(options["checkpoints"]) if options["checkpoints"] else None,
            for_good=True,
            say=self.say,
        )
        for line in report.table():
            self.say(line)
        if not report.passed:
            raise CommandError(
                "What came back is not right (FAILED above). Both databases stay closed to all but their owner."
            )
        self.say("Restored, and open. Start web, workers and clock.")
