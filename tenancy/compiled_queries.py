"""Queries whose SQL is worked out once in a process, for those that every request asks.

Django works a query's SQL out anew each time it is asked: for the session's, five tables with a hundred columns, that
takes ten times as long as the database does. Here a query is written once, with `Given` where values come in, and asked
with those values as often as one likes. (`bulk_reads` takes statements of ours instead, of one table.)
"""

from collections.abc import Callable
from copy import copy
from typing import Any, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.expressions import Expression
from django.db.models.query import ModelIterable, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from tenancy.isolation import TenantModel

M = TypeVar("M", bound=models.Model)


class Given(Expression):
    """Stands for a value that is named when the query is asked, and is one that the database's driver takes as it is:
    a str, an int, bytes, a UUID, an aware datetime."""

    def __init__(self, name: str, output_field: "models.Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "%s", [self]  # the place to put the value


class CompiledQuery(Generic[M]):
    """`build` makes the query, with `select_related` if one likes; calling this with its values gives the rows.

    Not for tenant rows, whose manager would put the organization of the first asking into every other: TypeError. Row
    security holds for what is joined to them. A value too few is a KeyError, one too many a TypeError.
    """

    def __init__(self, build: Callable[[], QuerySet[M]]) -> None:
        self._build = build
        self._compiled: _Compiled | None = None

    def __call__(self, **given: Any) -> list[M]:
        if self._compiled is None:
            queryset = self._build()
            if issubclass(queryset.model, TenantModel):
                raise TypeError(f"{queryset.model.__name__} belongs to one organization")
            self._compiled = _Compiled(queryset)
        return list(ModelIterable(_Asked(self._compiled.with_values(given))))  # type: ignore[arg-type] # see _Asked


class _Compiled(SQLCompiler):
    """Django's compiler of one query, done with its work, but for the values."""

    def __init__(self, queryset: QuerySet[Any]) -> None:
        super().__init__(queryset.query, connections[DEFAULT_DB_ALIAS], DEFAULT_DB_ALIAS)
        sql, params = super().as_sql()
        self._sql, self._params = sql, cast("tuple[Any, ...]", params)
        self._names = {one.name for one in self._params if isinstance(one, Given)}
        self._values: dict[str, Any] = {}

    def with_values(self, values: dict[str, Any]) -> "_Compiled":
        """The same for these values, on this thread's connection."""
        if unknown := values.keys() - self._names:
            raise TypeError(f"this query has no {', '.join(sorted(unknown))}")
        bound = copy(self)
        bound.connection, bound._values = connections[DEFAULT_DB_ALIAS], values
        return bound

    def as_sql(self, with_limits: bool = True, with_col_aliases: bool = False) -> tuple[str, tuple[Any, ...]]:
        return self._sql, tuple(self._values[one.name] if isinstance(one, Given) else one for one in self._params)


class _Asked:
    """What `ModelIterable`, which makes objects of rows, asks a queryset for."""

    db = DEFAULT_DB_ALIAS
    _known_related_objects: dict[Any, Any] = {}

    def __init__(self, compiler: _Compiled) -> None:
        self._compiler = compiler
        self.query = self

    def get_compiler(self, using: str) -> _Compiled:
        return self._compiler
