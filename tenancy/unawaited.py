"""Statements whose answers nobody waits for: the database works at one while this process makes the next one ready.

    with unawaited():
        insert_rows(decisions)  # sent
        insert_rows(texts)  # sealed and sent while the decisions are being written

What is read inside is waited for as ever, and with it all that was sent before. How many rows a statement changed is
not known inside (-1), so Django's `save` of a row that exists has no place here: it would take the row for gone.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def unawaited() -> Iterator[None]:
    """Inside a transaction. Raises at its end, at the latest, what the database raised inside."""
    transaction.get_connection().validate_no_broken_transaction()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield
