"""The wall between organizations.

All tenant data lives behind one door, `activate(organization)`. It opens one transaction and sets two guards:

* the ORM's (django-scopes): a query without an organization is an error at the line that forgot it;
* the database's (forced row security): a policy that *raises* without an organization, because an opt-out list that
  merely looks empty would let us text someone who said stop.

Foreign keys and unique constraints ignore row security, so each reference between tenant rows is also a composite
foreign key that compares organizations (`SameOrganization`). The policies are ordinary Django constraints: `makemigrations`
writes them, and a model that forgets them fails `tests/architecture/test_isolation.py`.

There is no bypass. Work across organizations is a loop that activates one organization at a time.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar
from uuid import UUID

from django.db import connections, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement, Table
from django_scopes import ScopedManager, get_scope, scope

from tenancy.ids import new_id

if TYPE_CHECKING:
    from tenancy.models import Organization


class NoOrganization(RuntimeError):
    """Tenant data was touched outside `activate`."""


class NestedOrganization(RuntimeError):
    """A second organization was activated inside a transaction that belongs to another one."""


@dataclass
class _Activation:
    """What one transaction of `activate` still has to do, and what others keep for as long as it lasts."""

    steps: list[Callable[[], None]] = field(default_factory=list)
    last_steps: list[Callable[[], None]] = field(default_factory=list)
    kept: dict[type, Any] = field(default_factory=dict)


_activation: ContextVar[_Activation | None] = ContextVar("activation", default=None)
T = TypeVar("T")


@contextmanager
def activate(organization: "Organization | UUID") -> Iterator[UUID]:
    """Do everything inside for one organization, in one transaction. Yields the organization's id.

    Activating the same organization again inside is a no-op. Raises NestedOrganization for another one.
    """
    organization_id = organization if isinstance(organization, UUID) else organization.pk
    current = get_scope().get("organization")
    if current == organization_id:
        yield organization_id
        return
    if current is not None:
        raise NestedOrganization(f"already working for organization {current}")
    connection = connections["default"]
    inside_another = connection.in_atomic_block
    with transaction.atomic(), scope(organization=organization_id):
        tell_database("default", organization_id)
        activation = _Activation()
        token = _activation.set(activation)
        try:
            yield organization_id
            while (activation.steps or activation.last_steps) and not connection.needs_rollback:
                (activation.steps or activation.last_steps).pop(0)()
        finally:
            _activation.reset(token)
        if (
            inside_another and not connection.needs_rollback
        ):  # SET LOCAL outlives a savepoint: the enclosing transaction would keep it
            tell_database("default", None)


def before_commit(step: Callable[[], None], *, last: bool = False) -> None:
    """Run `step` as one of the last things of the active transaction; with `last` after all others.

    For short row locks: the audit log's head is locked by a `last` step, since it orders an organization's writes.
    """
    activation = _running()
    (activation.last_steps if last else activation.steps).append(step)


def kept_until_commit(kind: type[T]) -> T:
    """The active transaction's only instance of `kind`, made without arguments at first use and gone with it."""
    kept = _running().kept
    if kind not in kept:
        kept[kind] = kind()
    return kept[kind]  # type: ignore[no-any-return]


def _running() -> _Activation:
    activation = _activation.get()
    if activation is None:
        raise NoOrganization("no organization is active")
    return activation


def current_organization_id() -> UUID:
    """The active organization's id. Raises NoOrganization outside `activate`."""
    current: UUID | None = get_scope().get("organization")
    if current is None:
        raise NoOrganization("no organization is active")
    return current


def tell_database(alias: str, organization_id: UUID | None) -> None:
    """Name the organization to row security, until the running transaction of `alias` ends."""
    value = "" if organization_id is None else str(organization_id)
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT set_config('app.organization_id', %s, true)", [value])


class _SqlConstraint(models.BaseConstraint):
    """A constraint that Django has no class for: SQL to create it, SQL to remove it."""

    create: ClassVar[str]
    remove: ClassVar[str]

    def _parts(self, model: type[models.Model], editor: BaseDatabaseSchemaEditor) -> dict[str, Any]:
        return {"table": Table(model._meta.db_table, editor.quote_name), "name": editor.quote_name(self.name)}

    def create_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> Any:
        assert model is not None and schema_editor is not None  # noqa: S101 - Django always passes both
        return Statement(self.create, **self._parts(model, schema_editor))

    def remove_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> Any:
        assert model is not None and schema_editor is not None  # noqa: S101
        return Statement(self.remove, **self._parts(model, schema_editor))

    def constraint_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> Any:
        """Not a part of CREATE TABLE: a statement of its own after it."""
        assert schema_editor is not None  # noqa: S101
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """The database is the only judge."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.deconstruct() == other.deconstruct()  # type: ignore[attr-defined]

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
    """Rows can be added and read; UPDATE, DELETE and TRUNCATE are refused for everyone who uses SQL."""

    create = (
        "CREATE TRIGGER %(name)s BEFORE UPDATE OR DELETE ON %(table)s"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();"
        "CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %(table)s"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    remove = "DROP TRIGGER %(name)s ON %(table)s; DROP TRIGGER no_truncate ON %(table)s"


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
        related: type[models.Model] = field.related_model  # type: ignore[union-attr, assignment]
        target = Table(related._meta.db_table, editor.quote_name)
        walled = dict.fromkeys(
            editor.quote_name(each._meta.db_table)
            for each in (model, related)
            if any(isinstance(constraint, RowSecurity) for constraint in each._meta.constraints)
        )
        ours, theirs = (f", {editor.quote_name(column)}" for column in self.also) if self.also else ("", "")
        column = editor.quote_name(field.column)  # type: ignore[union-attr]
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


class TenantModel(models.Model):
    """A row of one organization. Subclasses repeat `*TenantModel.Meta.constraints` when they add their own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        "tenancy.Organization",
        on_delete=models.PROTECT,
        related_name="+",
        default=current_organization_id,
        db_index=False,
    )

    if TYPE_CHECKING:
        objects: ClassVar[models.Manager[Self]]
    else:
        objects = ScopedManager(organization="organization")

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            RowSecurity(name="%(app_label)s_%(class)s_tenant"),
            models.UniqueConstraint(fields=["organization", "id"], name="%(app_label)s_%(class)s_org_id"),
        ]
