"""One lock an organization between what deletes and what keeps.

A purge reads policies and keepers and then ends rows; a hold says that rows stay. Whoever comes first commits first:
a hold that was placed is seen by the next batch, and one placed while a batch runs waits until that batch is over.
"""

import hashlib

from django.db import connection

from tenancy.isolation import current_organization_id


def deleting_lock() -> None:
    """Wait for the lock and hold it until the active transaction ends; taking it twice does no harm.

    Taken before policies or keepers are read by what deletes, and before a hold is written or widened. Short
    transactions only: the purge takes it for each batch anew.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number()])


def _number() -> int:
    text = f"what is deleted and what is kept/{current_organization_id()}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True)
