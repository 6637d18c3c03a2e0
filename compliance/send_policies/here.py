"""What several rules need to know of the organization whose text is judged."""

from datetime import datetime
from functools import cached_property

from django.utils import timezone

from tenancy.isolation import current_organization_id, kept_until_commit
from tenancy.models import Organization


class _Here:
    """The active organization, asked for once in a transaction."""

    @cached_property
    def organization(self) -> Organization:
        return Organization.objects.get(pk=current_organization_id())


def now() -> datetime:
    """The moment for which the hours are judged. In one place, so that tests of other things can let it be midday."""
    return timezone.now()


def organization() -> Organization:
    """The active organization."""
    return kept_until_commit(_Here).organization
