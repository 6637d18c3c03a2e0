"""Waking a worker for an announcement. A lost bell costs time only: the sweep finds what is unfinished."""

from django.db import transaction

from tenancy.isolation import current_organization_id
from texting.models import Announcement


def ring(row: Announcement) -> None:
    """When the running transaction has committed."""
    from texting.announcements.tasks import work_on_announcement  # the edge imports this module

    wire = (str(current_organization_id()), str(row.pk))

    def now() -> None:
        work_on_announcement.apply_async(args=wire)

    transaction.on_commit(now, robust=True)
