"""`manage.py makemigrations`, which says all about a new table where it is made, and makes new tables together.

Django does the first in principle, but takes every constraint between two operations for an obstacle, and leaves
constraints, and fields that point at a later table, as operations of their own. Each operation renders the models
around it anew: that cost a minute of every migration and of every test process.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, cast

from django.conf import settings
from django.core.management.commands.makemigrations import Command as MakeMigrations
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.exceptions import NodeNotFoundError
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation

from tenancy.together import Together


class Autodetector(MigrationAutodetector):
    """Django's, with fields, constraints and indexes said in the tables that the same migration makes."""

    def _optimize_migrations(self) -> None:
        super()._optimize_migrations()  # type: ignore[misc]
        for app_label, migrations in self.migrations.items():  # type: ignore[attr-defined]
            for migration in migrations:
                migration.operations = together(folded(migration.operations, app_label))


def folded(operations: Sequence[Operation], app_label: str) -> list[Operation]:
    """The same operations, with what belongs to a table of this migration said where the table is made.

    A constraint or index about a field that Django gives the table later stays an operation, behind all tables: it may
    need another table to be there. A migration that changes or removes what was there before is left as it is.
    """
    if not all(isinstance(operation, (CreateModel, AddField, AddConstraint, AddIndex)) for operation in operations):
        return list(operations)
    tables: list[Operation] = []
    others: list[Operation] = []
    made: dict[str, int] = {}
    later: dict[str, set[str]] = {}
    for operation in operations:
        if isinstance(operation, CreateModel):
            made[operation.name_lower] = len(tables)
            tables.append(operation)
        elif isinstance(operation, AddField) and operation.model_name_lower in made:
            later.setdefault(operation.model_name_lower, set()).add(operation.name)
            _fold(tables, made[operation.model_name_lower], operation, app_label)
        elif isinstance(operation, (AddConstraint, AddIndex)) and operation.model_name_lower in made:
            subject = operation.index if isinstance(operation, AddIndex) else operation.constraint
            told = repr(subject.deconstruct())
            if any(name in told for name in later.get(operation.model_name_lower, ())):
                others.append(operation)
            else:
                _fold(tables, made[operation.model_name_lower], operation, app_label)
        else:
            others.append(operation)
    return tables + others


def _fold(tables: list[Operation], place: int, operation: Operation, app_label: str) -> None:
    [tables[place]] = cast("list[Operation]", tables[place].reduce(operation, app_label))


def together(operations: Sequence[Operation]) -> list[Operation]:
    """The same operations, with tables in one step, and constraints and indexes that follow each other in another."""
    kept: list[Operation] = []
    for kind, run in groupby(operations, _kind):
        steps = list(run)
        kept += [Together(steps)] if kind and len(steps) > 1 else steps
    return kept


def _kind(operation: Operation) -> str:
    if isinstance(operation, CreateModel):
        return "tables"
    return "constraints" if isinstance(operation, (AddConstraint, AddIndex)) else ""


class Command(MakeMigrations):
    """Before the first release each app's one migration is written anew, the lower app's first.

    Those of higher apps still stand on the file that was taken away, and are left out of sight until it is there again.
    """

    autodetector = Autodetector

    def handle(self, *app_labels: str, **options: Any) -> None:
        before = settings.MIGRATION_MODULES
        try:
            while True:
                try:
                    super().handle(*app_labels, **options)
                except NodeNotFoundError as error:
                    above = str(getattr(error.origin, "app_label", ""))
                    if error.node[0] not in app_labels or above in {"", *app_labels, *settings.MIGRATION_MODULES}:
                        raise
                    settings.MIGRATION_MODULES = {**settings.MIGRATION_MODULES, above: "tenancy.no_migrations"}
                else:
                    return
        finally:
            settings.MIGRATION_MODULES = before
