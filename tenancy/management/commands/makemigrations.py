"""`manage.py makemigrations`, which writes a new table's constraints and indexes into its CreateModel.

Django does the same in principle, but takes every constraint between two operations for an obstacle, and leaves them
as operations of their own. Each of them renders the models around it anew: two hundred and fifty cost a minute of
every migration and of every test run.
"""

from collections.abc import Sequence
from typing import cast

from django.core.management.commands.makemigrations import Command as MakeMigrations
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation


class Autodetector(MigrationAutodetector):
    """Django's, with constraints and indexes folded into the tables that the same migration makes."""

    def _optimize_migrations(self) -> None:
        super()._optimize_migrations()  # type: ignore[misc]
        for app_label, migrations in self.migrations.items():  # type: ignore[attr-defined]
            for migration in migrations:
                migration.operations = folded(migration.operations, app_label)


def folded(operations: Sequence[Operation], app_label: str) -> list[Operation]:
    """The same operations, with what belongs to a table of this migration said where the table is made.

    What is about a field that its table gets later stays behind it.
    """
    kept: list[Operation] = []
    made: dict[str, int] = {}
    later: dict[str, set[str]] = {}
    for operation in operations:
        if isinstance(operation, CreateModel):
            made[operation.name_lower] = len(kept)
        elif isinstance(operation, AddField):
            later.setdefault(operation.model_name_lower, set()).add(operation.name)
        elif isinstance(operation, (AddConstraint, AddIndex)) and operation.model_name_lower in made:
            subject = operation.index if isinstance(operation, AddIndex) else operation.constraint
            told = repr(subject.deconstruct())
            if not any(name in told for name in later.get(operation.model_name_lower, ())):
                place = made[operation.model_name_lower]
                [kept[place]] = cast("list[Operation]", kept[place].reduce(operation, app_label))
                continue
        kept.append(operation)
    return kept


class Command(MakeMigrations):
    autodetector = Autodetector
