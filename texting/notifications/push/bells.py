"""Ringing: one row for each member who has a device, in the transaction in which something happened.

Rows are only added, never changed, by whoever rings, so nobody waits for anybody, and a bell that is rung while another
one is answered is not lost with it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from tenancy.arrays import uuids
from tenancy.isolation import current_organization_id

WAIT = timedelta(seconds=10)
"""What a member reads within that time wakes none of their devices; what else comes in it needs no push of its own."""

_RING = """
    INSERT INTO texting_pushbell (organization_id, member_id, due_at)
    SELECT DISTINCT %(organization)s::uuid, device.member_id, %(due)s::timestamptz
    FROM texting_pushdevice device WHERE device.member_id = ANY (%(members)s::uuid[])
"""


def due() -> datetime:
    """When a bell that is rung now is answered."""
    return timezone.now() + WAIT


def ring(members: Iterable[UUID], *, at_once: bool = False) -> None:
    """For each of these members who has a device. Needs the organization active."""
    values: dict[str, Any] = {
        "organization": current_organization_id(),
        "due": timezone.now() if at_once else due(),
        "members": uuids(sorted(set(members))),
    }
    with connection.cursor() as cursor:
        cursor.execute(_RING, values)
