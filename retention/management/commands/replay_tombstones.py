"""`manage.py replay_tombstones --to-url URL --keys-to-url URL`: what was destroyed since a copy goes again."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from retention.backups.replaying import replay
from retention.backups.tombstones import Tombstones
from retention.management.backups import BackupCommand, add_targets, known_tombstones


class Command(BackupCommand):
    help = (
        "For databases that came back by other means than `restore`, or a keys' database that is older than the main "
        "one: keys that were destroyed since go again. Run it before web, workers and clock start."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_targets(parser, required=True)
        parser.add_argument("--dry-run", action="store_true", help="say how many keys would go, and change nothing")
        parser.add_argument(
            "--without-tombstones", action="store_true", help="apply what the databases themselves tell, and no more"
        )

    def run(self, options: dict[str, Any]) -> None:
        known = Tombstones() if options["without_tombstones"] else known_tombstones(options)
        if known.until:
            self.say(f"tombstones were last written at {known.until.isoformat()}")
        done = replay(
            main_url=options["to_url"],
            keys_url=options["keys_to_url"],
            known=known,
            folder=Path(options["checkpoints"]) if options["checkpoints"] else None,
            for_good=not options["dry_run"],
        )
        if options["dry_run"]:
            self.say(f"{done.known} destroyed keys are known, {done.gone} keys are there that would go")
            return
        self.say(f"{done.known} destroyed keys are known, {done.gone} keys were there and are gone again")
        if done.brought:
            self.say(f"{done.brought} rows that purges had kept were under such keys and were brought back")
        if done.rows:
            self.say(f"{done.rows} rows that came back had ended by their periods and are ended again")
        if done.ended:
            self.say(f"{done.ended} organizations that came back had ended and are ended again")
        if done.erased:
            self.say(f"{done.erased} contacts that came back had been erased and are erased again")
        for problem in done.problems:
            self.say(f"FAILED  {problem}")
        if done.problems:
            raise CommandError("Something that was destroyed is still there. Do not start web, workers and clock.")
        self.say("No destroyed key is there.")
