"""`manage.py keep_backups --to DIR --keys-to DIR`: what the service `backup` of docker-compose.yml runs."""

import signal
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections

from retention.backups import keeping
from retention.management.backups import add_keeping


class Command(BaseCommand):
    help = "Make a backup each hour and try a restore each week, until it is told to stop. For one backup: backup."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", metavar="DIR", type=Path, required=True, help="as `backup --to`")
        parser.add_argument("--keys-to", metavar="DIR", type=Path, required=True, help="as `backup --keys-to`")
        parser.add_argument("--hours", metavar="N", type=_number, default=1, help="between two (default: %(default)s)")
        parser.add_argument(
            "--drill-days", metavar="N", type=_number, default=7, help="between two drills (default: %(default)s)"
        )

        add_keeping(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        told = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: told.set())  # between two backups; one that runs is ended by the next one

        def wait(seconds: float) -> bool:
            connections.close_all()  # none lies idle for an hour
            return told.wait(seconds)

        keeping.go_on(
            to=options["to"],
            keys_to=options["keys_to"],
            every=timedelta(hours=options["hours"]),
            drill_every=timedelta(days=options["drill_days"]),
            run=lambda command, **more: call_command(command, stdout=self.stdout, **more),
            wait=wait,
            keep_days=options["keep_days"],
            keys_keep_days=options["keys_keep_days"],
        )


def _number(value: str) -> int:
    """1 to 168."""
    number = int(value)
    if not 1 <= number <= 168:
        raise ValueError
    return number
