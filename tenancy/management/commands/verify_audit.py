"""`manage.py verify_audit`: does the audit log still say what it said?"""

from typing import Any

from django.core.management.base import CommandError

from tenancy.management.verifying import VerifyingCommand


class Command(VerifyingCommand):
    help = (
        "Recompute the audit log's chain and hold it against signed checkpoints. Exits with 1 when something differs."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        sound = True
        for organization, report in self.chains(options):
            verdict = "sound" if report.sound else f"NOT SOUND, {len(report.findings)} findings"
            self.stdout.write(
                f"{organization.slug}: {report.events} events, {report.checkpoints} checkpoints: {verdict}"
            )
            for finding in report.findings:
                self.stdout.write(f"  event {finding.sequence}: {finding.problem}")
            sound = sound and report.sound
        if not sound:
            raise CommandError("The audit log was tampered with, or a checkpoint was.")
