"""`manage.py verify_consent`: does the consent ledger still say what it said?"""

from typing import Any

from django.core.management.base import CommandError

from compliance.ledger.ledger_verification import verify_ledger
from tenancy.management.verifying import VerifyingCommand


class Command(VerifyingCommand):
    help = (
        "Verify the audit log against signed checkpoints, then every entry of the consent ledger against the log. "
        "Exits with 1 when something differs, and says what."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        sound = True
        for organization, chain in self.chains(options):
            ledger = verify_ledger(organization)
            both = chain.sound and ledger.sound
            verdict = "sound" if both else f"NOT SOUND, {len(chain.findings) + len(ledger.differences)} findings"
            seen = f"{ledger.entries} entries, {ledger.stops} opt-outs, {chain.events} events"
            self.stdout.write(f"{organization.slug}: {seen}: {verdict}")
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
