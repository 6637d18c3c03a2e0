"""What several rules need to know of the organization whose text is judged."""

from functools import cached_property

from tenancy.isolation import current_organization_id, kept_until_commit
from tenancy.models import Organization


class _Here:
    """The active organization, asked for once in a transaction."""

    @cached_property
    def organization(self) -> Organization:
        return Organization.objects.get(pk=current_organization_id())


def organization() -> Organization:
    """The active organization."""
    return kept_until_commit(_Here).organization
