"""What the clock starts here."""

from datetime import timedelta
from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from retention.backups import tombstones
from tenancy.encryption import kept_forms
from tenancy.models import Organization

LONGER = timedelta(days=7)
"""A backup that should have gone may still be there, as the newest one always is."""


@shared_task
def export_tombstones() -> None:
    """Tell of destroyed keys outside the databases. Raises BackupError when the folder cannot be written."""
    if settings.AUDIT_CHECKPOINT_DIR and settings.AUDIT_SIGNING_KEY:  # without the key the checkpoints' task complains
        tombstones.export(Path(settings.AUDIT_CHECKPOINT_DIR))


@shared_task
def forget_kept_forms() -> None:
    """Entries about records that no backup of the main database holds any more go."""
    before = timezone.now() - timedelta(days=settings.BACKUP_KEEP_DAYS) - LONGER
    for organization in list(Organization.everyone.order_by("pk").values_list("pk", flat=True)):
        kept_forms.tidy(organization, before)
