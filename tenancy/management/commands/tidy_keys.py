"""`manage.py tidy_keys`: write over what destroyed keys left on the disk of the keys' database."""

from argparse import ArgumentParser
from datetime import UTC
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from tenancy.encryption import tidying


class Command(BaseCommand):
    help = (
        "Write the tables of keys anew and end the write-ahead log's files, so that no file of the keys' server holds "
        "a destroyed key. The clock does this by itself each hour in which keys were destroyed, and each day. Exits "
        "with 1, and says why, when it could not be done."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--at-most",
            type=float,
            metavar="SECONDS",
            help="how long one table may take, nobody can read a key meanwhile (default: 20, large tables longer)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["at_most"] is not None and not 0 < options["at_most"] <= 3600:
            raise CommandError("--at-most is a number of seconds, at most 3600.")
        try:
            done = tidying.tidy(rewrite_seconds=options["at_most"])
        except tidying.NotTidied as error:
            raise CommandError(f"Not written over: {error}.") from None
        except DatabaseError:
            raise CommandError("Not written over: the keys' database does not answer.") from None
        before = done.begun_at.astimezone(UTC)
        self.stdout.write(f"What keys left that were destroyed before {before:%Y-%m-%d %H:%M:%S} UTC is written over.")
