"""Waking a worker for an import. A lost bell costs time only: the sweep finds what is unfinished."""

from django.db import transaction

from compliance.models import ConsentImport
from tenancy.isolation import current_organization_id


def ring(started: ConsentImport) -> None:
    """When the running transaction has committed."""
    from compliance.tasks import work_on_import  # the edge imports this module

    wire = (str(current_organization_id()), str(started.pk))

    def now() -> None:
        work_on_import.apply_async(args=wire)

    transaction.on_commit(now, robust=True)
