"""From an address or an e-mail domain to an organization's way in."""

import secrets
from uuid import UUID

from accounts.models import SsoDomain, SsoDoor
from accounts.models.user import normalized_email


def door_at(slug: str) -> SsoDoor | None:
    """The door with this random address, whether it is on or not."""
    return SsoDoor.objects.select_related("organization").filter(slug=slug).first()


def door_of(organization_id: UUID) -> SsoDoor:
    """The organization's own door, made at first use."""
    slug = secrets.token_hex(11)
    return SsoDoor.objects.get_or_create(organization_id=organization_id, defaults={"slug": slug})[0]


def door_for(email: str) -> SsoDoor | None:
    """The open door of the organization that has proved the address's domain. The address itself is not looked up."""
    domain = normalized_email(email).rpartition("@")[2]
    proved = SsoDomain.objects.filter(SsoDomain.vouching(), domain=domain).values("organization")
    return SsoDoor.objects.filter(is_on=True, organization__in=proved).first()
