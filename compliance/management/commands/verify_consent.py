"""`manage.py verify_consent`: does the consent ledger still say what it said?"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from compliance.ledger_verification import verify_ledger
from tenancy.audit_checkpoints import BadNote, read_notes, trusted_keys
from tenancy.audit_verification import verify_chain
from tenancy.models import Organization


class Command(BaseCommand):
    help = (
        "Verify the audit log against signed checkpoints, then every entry of the consent ledger against the log. "
        "Exits with 1 when something differs, and says what."
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
            chain = verify_chain(organization, checkpoints=notes, trusted=trusted)
            ledger = verify_ledger(organization)
            both = chain.sound and ledger.sound
            verdict = "sound" if both else f"NOT SOUND, {len(chain.findings) + len(ledger.differences)} findings"
            self.stdout.write(f"{organization.slug}: {ledger.entries} entries, {chain.events} events: {verdict}")
            if ledger.unproved:
                self.stdout.write(
                    f"  {ledger.unproved} entries: place proved, content not (the day's key is destroyed)"
                )
            for finding in chain.findings:
                self.stdout.write(f"  event {finding.sequence}: {finding.problem}")
            for one in ledger.differences:
                place = f" (event {one.sequence})" if one.sequence else ""
                self.stdout.write(f"  entry {one.entry}{place}: {one.problem}")
            sound = sound and both
        if not sound:
            raise CommandError("The consent ledger was tampered with, or the log was.")
