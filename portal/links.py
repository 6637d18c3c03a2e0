"""Short links that are sent by text: 128 random bits, of which only a hash is stored.

Who knows a link knows nothing yet: it opens a page that asks for more, and a GET of it changes nothing. Links of each
kind are hashed apart, so that a link of one kind never opens the page of another.
"""

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from portal.models import PortalLink
from tenancy.isolation import current_organization_id
from tenancy.models import Organization

Kind = PortalLink.Kind
CODE_BYTES = 16
CODE_LENGTH = 22  # characters of base64url, without padding
PREFIXES = {Kind.MESSAGE: "s", Kind.PAYMENT: "p"}
_CODE = re.compile(rf"[A-Za-z0-9_-]{{{CODE_LENGTH}}}")


@dataclass(frozen=True)
class NewLink:
    """A link that was made just now: the only moment at which its code is known."""

    kind: PortalLink.Kind
    digest: bytes
    code: str = field(repr=False)

    @property
    def address(self) -> str:
        """What stands in the text."""
        return f"{settings.PUBLIC_BASE_URL}/{PREFIXES[self.kind]}/{self.code}"


@dataclass(frozen=True)
class Found:
    """What a link opens."""

    organization: Organization
    target_id: UUID


def make_link(kind: PortalLink.Kind, target_id: UUID) -> NewLink:
    """A new link to a row of the active organization, stored in the running transaction."""
    code = secrets.token_urlsafe(CODE_BYTES)
    link = NewLink(kind, digest_of(kind, code), code)
    PortalLink.objects.create(
        digest=link.digest,
        kind=kind,
        organization_id=current_organization_id(),
        target_id=target_id,
        made_at=timezone.now(),
    )
    return link


def find(kind: PortalLink.Kind, code: str) -> Found | None:
    """What the code opens, and whose it is; asked outside of any organization. None for everything that is no code."""
    if not _CODE.fullmatch(code):
        return None
    row = PortalLink.objects.select_related("organization").filter(digest=digest_of(kind, code), kind=kind).first()
    return Found(row.organization, row.target_id) if row else None


def stored(codes: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of these, each with the letter of its kind, lead somewhere in the active organization. One statement."""
    digests = {digest_of(kind, code): (letter, code) for letter, code in codes for kind in _kinds(letter)}
    rows = PortalLink.objects.filter(organization_id=current_organization_id(), digest__in=list(digests))
    return {digests[bytes(digest)] for digest in rows.values_list("digest", flat=True)}


def _kinds(letter: str) -> list[Kind]:
    return [kind for kind, prefix in PREFIXES.items() if prefix == letter]


def forget(target_id: UUID) -> int:
    """Remove every link of the active organization to this row; how many there were."""
    deleted, _ = PortalLink.objects.filter(organization_id=current_organization_id(), target_id=target_id).delete()
    return deleted


def digest_of(kind: PortalLink.Kind, code: str) -> bytes:
    """32 bytes: SHA-256. A code has 128 random bits, so that a slow hash would add nothing."""
    return sha256(f"parley link/v1/{kind}/{code}".encode()).digest()
