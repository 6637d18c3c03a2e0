"""Having a line's list compared before its night comes."""

from uuid import UUID

from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.carrier import turns
from tenancy import audit
from tenancy.audit import AuditKind
from texting.models import Line
from texting.providers.registry import capabilities_of
from texting.queries import NotYours


class NothingToCompare(ValueError):
    """The line is off, or its provider has no list."""


def compare_soon(*, actor: Membership, line_id: UUID) -> None:
    """A worker reads the line's list within a minute. Raises NotYours, NothingToCompare, MissingPermission."""
    require(actor, Permission.LINES_MANAGE)
    line = Line.objects.filter(pk=line_id, sends_codes=False).first()
    if line is None:
        raise NotYours
    if not line.is_active or not capabilities_of(line.provider).lists_opt_outs:
        raise NothingToCompare
    turns.put(line.pk, timezone.now())
    audit.record(event=AuditKind.CARRIER_LIST_ASKED, actor=actor, object=line)
