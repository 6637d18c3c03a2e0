"""`manage.py verify_audit`: does the audit log still say what it said?"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tenancy.audit_checkpoints import BadNote, read_notes, trusted_keys
from tenancy.audit_verification import verify_chain
from tenancy.models import Organization


class Command(BaseCommand):
    help = (
        "Recompute the audit log's chain and hold it against signed checkpoints. Exits with 1 when something differs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", metavar="SLUG", help="only this organization")
        parser.add_argument(
            "--checkpoints",
            metavar="DIR",
            default=settings.AUDIT_CHECKPOINT_DIR,
            help="folder with the notes that left the database (default: AUDIT_CHECKPOINT_DIR)",
        )
        parser.add_argument(
            "--public-key", metavar="BASE64", action="append", default=[], help="trust this signing key too"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        organizations = Organization.objects.order_by("slug")
        if options["organization"]:
            organizations = organizations.filter(slug=options["organization"])
            if not organizations:
                raise CommandError(f"There is no organization {options['organization']}.")
        try:
            trusted = trusted_keys(*options["public_key"])
        except BadNote as error:
            raise CommandError(f"The public key cannot be used: {error}.") from None
        sound = True
        for organization in organizations:
            folder = options["checkpoints"]
            notes = read_notes(Path(folder), organization.pk) if folder else ()
            report = verify_chain(organization, checkpoints=notes, trusted=trusted)
            verdict = "sound" if report.sound else f"NOT SOUND, {len(report.findings)} findings"
            self.stdout.write(
                f"{organization.slug}: {report.events} events, {report.checkpoints} checkpoints: {verdict}"
            )
            for finding in report.findings:
                self.stdout.write(f"  event {finding.sequence}: {finding.problem}")
            sound = sound and report.sound
        if not sound:
            raise CommandError("The audit log was tampered with, or a checkpoint was.")
