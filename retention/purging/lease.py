"""Who works at a purge says until when, so that another takes over when it died."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from retention.models import Purge

LEASE = timedelta(minutes=15)


def keep(purge_id: UUID) -> None:
    """Stay at it for so long; with each thing that is done, in its transaction."""
    Purge.objects.filter(pk=purge_id).update(busy_until=timezone.now() + LEASE)


def give_up(purge_id: UUID) -> None:
    """Let others take it."""
    Purge.objects.filter(pk=purge_id).update(busy_until=None)
