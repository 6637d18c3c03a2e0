"""Statements whose answers nobody waits for: the database works at one while this process makes the next one ready.

    with unawaited():
        insert_rows(decisions)  # sent
        insert_rows(texts)  # sealed and sent while the decisions are being written

What is read inside is waited for as ever, and with it all that was sent before. How many rows a statement changed is
not known inside (-1), so Django's `save` of a row that exists has no place here: it would take the row for gone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

import psycopg
from django.db import OperationalError, connection, transaction
from django.db.utils import DatabaseErrorWrapper


@contextmanager
def unawaited() -> Iterator[None]:
    """Inside a transaction. Raises at its end, at the latest, what the database raised inside: the first of it, also
    where that was caught, since nothing that was sent after it has been done. TransactionManagementError outside.
    """
    usual = transaction.get_connection()
    if not usual.in_atomic_block:
        raise transaction.TransactionManagementError("statements that nobody waits for need a transaction around them")
    usual.validate_no_broken_transaction()
    wrapper, noting = connection.wrap_database_errors, _Noting(usual)
    usual.wrap_database_errors = noting
    try:
        with noting, connection.connection.pipeline():
            yield
    except OperationalError as error:
        if noting.first is None or not isinstance(error.__cause__, psycopg.errors.PipelineAborted):
            raise
    finally:
        usual.wrap_database_errors = wrapper
    if noting.first is not None:
        with wrapper:
            raise noting.first


class _Noting(DatabaseErrorWrapper):
    """Django's, which also knows the first error that the server told."""

    first: psycopg.Error | None = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.first is None and isinstance(error, psycopg.Error) and error.diag.sqlstate:
            self.first = error
        super().__exit__(kind, error, traceback)
