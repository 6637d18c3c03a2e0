"""The wall between organizations.

All tenant data lives behind one door, `activate(organization)`. It opens one transaction and sets two guards:

* the ORM's (django-scopes): a query without an organization is an error at the line that forgot it;
* the database's (forced row security): a policy that *raises* without an organization, because an opt-out list that
  merely looks empty would let us text someone who said stop.

Foreign keys and unique constraints ignore row security, so each reference between tenant rows is also a composite
foreign key that compares organizations (`SameOrganization`). The policies are ordinary Django constraints, so
`makemigrations` writes them, and a model that forgets them fails `tests/architecture/test_isolation.py`.

There is no bypass. Work across organizations is a loop that activates one organization at a time.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar
from uuid import UUID

from django.db import connections, models, transaction
from django_scopes import ScopedManager, get_scope, scope

from tenancy import rows
from tenancy.constraints import AppendOnly, RowSecurity, SameOrganization, same_organization
from tenancy.ids import new_id

if TYPE_CHECKING:
    from tenancy.models import Organization

__all__ = [
    "AppendOnly",
    "NestedOrganization",
    "NoOrganization",
    "RowSecurity",
    "SameOrganization",
    "TenantModel",
    "activate",
    "before_commit",
    "current_organization_id",
    "kept_until_commit",
    "same_organization",
    "tell_database",
]


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
        organization_id: UUID
    else:
        objects = ScopedManager(organization="organization")
        from_db = classmethod(rows.from_db)

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            RowSecurity(name="%(app_label)s_%(class)s_tenant"),
            models.UniqueConstraint(fields=["organization", "id"], name="%(app_label)s_%(class)s_org_id"),
        ]
