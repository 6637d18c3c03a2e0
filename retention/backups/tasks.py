"""What the clock starts here."""

from pathlib import Path

from celery import shared_task
from django.conf import settings

from retention.backups import tombstones


@shared_task
def export_tombstones() -> None:
    """Tell of destroyed keys outside the databases. Raises BackupError when the folder cannot be written."""
    if settings.AUDIT_CHECKPOINT_DIR and settings.AUDIT_SIGNING_KEY:  # without the key the checkpoints' task complains
        tombstones.export(Path(settings.AUDIT_CHECKPOINT_DIR))
