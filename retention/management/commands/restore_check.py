"""`manage.py restore_check`: is what came back what there was, and safe to start? A table, JSON, an exit code."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from retention.backups import tombstones
from retention.backups.restoring import check_again
from retention.backups.tombstones import Tombstones
from retention.management.backups import BackupCommand, add_source, add_targets, chosen


class Command(BackupCommand):
    help = "Check two databases that were restored, before anything is started on them. Exits with 1 when it fails."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_source(parser, required=True)
        add_targets(parser, required=True)
        parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")

    def run(self, options: dict[str, Any]) -> None:
        folder = Path(options["checkpoints"]) if options["checkpoints"] else None
        report = check_again(
            chosen(options),
            main_url=options["to_url"],
            keys_url=options["keys_to_url"],
            known=tombstones.read(folder) if folder else Tombstones(),
            folder=folder,
        )
        if options["json"]:
            self.say(json.dumps(report.as_json()))
        else:
            for line in report.table():
                self.say(line)
        if not report.passed:
            raise CommandError("It did not pass.")
