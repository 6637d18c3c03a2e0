"""Each assertion counts once."""

import hashlib
from datetime import datetime

from django.db import connection

from accounts.models import SamlUsed
from accounts.saml.refusals import Reason, Refused
from tenancy.ids import new_id
from tenancy.isolation import current_organization_id


def use_assertion(assertion_id: str, until: datetime) -> None:
    """Note that the active organization has taken it; `until` is when it would be too old anyway. Raises Refused."""
    hashed = hashlib.sha256(assertion_id.encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {SamlUsed._meta.db_table} (id, organization_id, assertion_hash, until)"  # noqa: S608
            " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [new_id(), current_organization_id(), hashed, until],
        )
        if cursor.rowcount != 1:
            raise Refused(Reason.REPLAYED)
