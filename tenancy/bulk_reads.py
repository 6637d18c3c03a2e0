"""Rows of one model by a statement of ours, without Django's composing of queries.

Django's `raw` begins with an ordinary query set that it never runs (with us a scoped one), and finds out anew each time
which column is which field: for a statement that is asked for each group of texts that is more than the rows cost.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models

from tenancy.isolation import TenantModel, current_organization_id

Row = TypeVar("Row", bound=TenantModel)


def read_rows(model: type[Row], statement: str, values: Sequence[Any] = ()) -> list[Row]:
    """The rows that `statement` finds for the active organization, whose id is its first value, before `values`.

    Its columns come in any order. Fields that it leaves out are read when they are looked at; columns that the model
    does not know (the next release has added them) are left alone. Raises NoOrganization.
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, [current_organization_id(), *values])
        plan = _plan(model, tuple(column.name for column in cursor.description))
        return [model.from_db("default", plan.names, plan.values(row)) for row in cursor.fetchall()]


class _Plan:
    """How the columns of a statement become what `from_db` takes: the fields' order, and their own reading."""

    def __init__(self, model: type[models.Model], columns: tuple[str, ...]) -> None:
        fields: list[Any] = [field for field in model._meta.concrete_fields if field.column in columns]
        self.names = [field.attname for field in fields]
        self._places = [columns.index(field.column) for field in fields]
        self._readers = [
            (at, field.from_db_value) for at, field in enumerate(fields) if hasattr(field, "from_db_value")
        ]

    def values(self, row: Sequence[Any]) -> list[Any]:
        """What the row holds, field by field."""
        read = [row[place] for place in self._places]
        for at, reader in self._readers:
            read[at] = reader(read[at], None, connection)
        return read


@cache
def _plan(model: type[models.Model], columns: tuple[str, ...]) -> _Plan:
    """Statements are constants of our modules, so there are only so many."""
    return _Plan(model, columns)
