"""`manage.py after_restore --at TIME`: after a backup was put back, before anything is sent.

The outbox came back as it was when the backup was made. What was waiting then may have been sent since, and the
database does not know. Each such text becomes "not confirmed" and is looked up at its provider; it is sent again only
when it is not there and its purpose allows it (`texting/purposes.py`). Safe to run twice.
"""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from texting import restoring


class Command(BaseCommand):
    help = "Look up, instead of sending, what waited when the backup was made. Run it before the workers start."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--at", required=True, help="the restore point with its zone, such as 2026-11-25T14:03:00+00:00"
        )
        parser.add_argument("--dry-run", action="store_true", help="count only; change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            at = datetime.fromisoformat(options["at"])
        except ValueError:
            raise CommandError("--at must be a time such as 2026-11-25T14:03:00+00:00.") from None
        if timezone.is_naive(at):
            raise CommandError("--at needs a zone, such as +00:00, or an hour would be an hour off.")
        if at > timezone.now():
            raise CommandError("--at is in the future.")
        counts = restoring.after_restore(at, dry_run=options["dry_run"])
        would = "would be" if options["dry_run"] else "will be"
        what = f"{counts.texts} texts of {counts.organizations} organizations"
        self.stdout.write(f"{what} {would} looked up before anything is sent again.")
