"""Constraints of PostgreSQL that Django has no class for, written so that it handles them like its own."""

from typing import Any, ClassVar

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement, Table


class _SqlConstraint(models.BaseConstraint):
    """A constraint that Django has no class for: SQL to create it, SQL to remove it."""

    create: ClassVar[str]
    remove: ClassVar[str]

    def _parts(self, model: type[models.Model], editor: BaseDatabaseSchemaEditor) -> dict[str, Any]:
        return {"table": Table(model._meta.db_table, editor.quote_name), "name": editor.quote_name(self.name)}

    def create_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> Any:
        """Runs at the end of its migration: after the tables and keys it refers to, and after Django's foreign keys.

        Returns an empty statement: Django runs what is returned, at once or for some tables at the end.
        """
        if model is None or schema_editor is None:
            raise TypeError("a model and a schema editor are needed")
        schema_editor.deferred_sql.append(Statement(self.create, **self._parts(model, schema_editor)))
        return ""

    def remove_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> Any:
        if model is None or schema_editor is None:
            raise TypeError("a model and a schema editor are needed")
        return Statement(self.remove, **self._parts(model, schema_editor))

    def constraint_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> Any:
        """Not a part of CREATE TABLE: a statement of its own after it."""
        self.create_sql(model, schema_editor)

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """The database is the only judge."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash((type(self), self.name))


class RowSecurity(_SqlConstraint):
    """Rows are visible and writable only for the active organization; also for the table's owner (FORCE)."""

    create = (
        "ALTER TABLE %(table)s ENABLE ROW LEVEL SECURITY;"
        "ALTER TABLE %(table)s FORCE ROW LEVEL SECURITY;"
        "CREATE POLICY %(name)s ON %(table)s USING (organization_id = (SELECT current_organization()))"
    )
    remove = (
        "DROP POLICY %(name)s ON %(table)s;"
        "ALTER TABLE %(table)s NO FORCE ROW LEVEL SECURITY;"
        "ALTER TABLE %(table)s DISABLE ROW LEVEL SECURITY"
    )


class AppendOnly(_SqlConstraint):
    """Rows can be added and read; UPDATE, DELETE and TRUNCATE are refused for everyone who uses SQL.

    Rows of an organization that has ended may be deleted; each row says whose it is, whatever organization is active.
    """

    create = (
        "CREATE TRIGGER %(name)s BEFORE UPDATE OR DELETE ON %(table)s"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();"
        "CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %(table)s"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();"
        "CREATE TRIGGER only_of_the_ended AFTER DELETE ON %(table)s REFERENCING OLD TABLE AS gone"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_deleting_of_the_living()"
    )
    remove = (
        "DROP TRIGGER %(name)s ON %(table)s; DROP TRIGGER no_truncate ON %(table)s;"
        "DROP TRIGGER only_of_the_ended ON %(table)s"
    )


class Guarded(_SqlConstraint):
    """Each row that is written is looked at by a function of the first migration, which knows what came before.

    `tells` is the function that says afterwards, elsewhere, what was written.
    """

    create = (
        "CREATE TRIGGER %(name)s BEFORE INSERT OR UPDATE ON %(table)s FOR EACH ROW EXECUTE FUNCTION %(function)s();"
        "CREATE TRIGGER guard_tells AFTER INSERT OR UPDATE ON %(table)s FOR EACH ROW EXECUTE FUNCTION %(tells)s()"
    )
    remove = "DROP TRIGGER %(name)s ON %(table)s; DROP TRIGGER guard_tells ON %(table)s"

    def __init__(self, *, function: str, tells: str, name: str) -> None:
        super().__init__(name=name)
        self.function, self.tells = function, tells

    def _parts(self, model: type[models.Model], editor: BaseDatabaseSchemaEditor) -> dict[str, Any]:
        names = {"function": editor.quote_name(self.function), "tells": editor.quote_name(self.tells)}
        return {**super()._parts(model, editor), **names}

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "function": self.function, "tells": self.tells}


class SameOrganization(_SqlConstraint):
    """A foreign key that also compares organizations, because row security does not check foreign keys.

    `also` names one more pair of columns (ours, theirs) that must agree, such as a verdict.

    PostgreSQL looks at the existing rows as the tables' owner, whom forced row security stops too: the force is lifted
    for that one statement, inside the migration's transaction. Django's own foreign keys know nothing of this, so one
    that is added to an existing tenant table later says `db_constraint=False` and leaves the checking to this one.
    """

    create = (
        "%(lift)sALTER TABLE %(table)s ADD CONSTRAINT %(name)s FOREIGN KEY (organization_id, %(column)s%(ours)s)"
        " REFERENCES %(target)s (organization_id, id%(theirs)s) DEFERRABLE INITIALLY DEFERRED%(force)s"
    )
    remove = "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s"

    def __init__(self, *, field: str, name: str, also: tuple[str, str] | None = None) -> None:
        super().__init__(name=name)
        self.field = field
        self.also = also

    def _parts(self, model: type[models.Model], editor: BaseDatabaseSchemaEditor) -> dict[str, Any]:
        field = model._meta.get_field(self.field)
        if not isinstance(field, models.ForeignKey):
            raise TypeError(f"{model.__name__}.{self.field} is not a foreign key")
        related: type[models.Model] = field.related_model
        target = Table(related._meta.db_table, editor.quote_name)
        walled = dict.fromkeys(
            editor.quote_name(each._meta.db_table)
            for each in (model, related)
            if any(isinstance(constraint, RowSecurity) for constraint in each._meta.constraints)
        )
        ours, theirs = (f", {editor.quote_name(column)}" for column in self.also) if self.also else ("", "")
        column = editor.quote_name(field.column)
        return {
            **super()._parts(model, editor),
            **{"column": column, "target": target, "ours": ours, "theirs": theirs},
            "lift": "".join(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY; " for table in walled),
            "force": "".join(f"; ALTER TABLE {table} FORCE ROW LEVEL SECURITY" for table in walled),
        }

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        also = {"also": self.also} if self.also else {}
        return path, args, {**kwargs, "field": self.field, **also}


def same_organization(*fields: str) -> list[SameOrganization]:
    """A SameOrganization for each named foreign key."""
    return [SameOrganization(field=field, name=f"%(app_label)s_%(class)s_{field}_org") for field in fields]
