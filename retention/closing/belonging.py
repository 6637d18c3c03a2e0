"""Which tables hold rows of an organization, and in which order they can be emptied: read from the models.

A table that refers to another comes before it. So a new model takes its place by itself; one that should outlive an
organization is named in `STAYS`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.db import models

from tenancy.isolation import RowSecurity

STAYS = {
    "retention.Closing": "the certificate, and until when proof is locked away",
    "tenancy.AuditHead": "how long the log was, and its last hash",
    "tenancy.AuditCheckpoint": "signed: what the log was",
    "accounts.OperatorEvent": "what operators did belongs to no organization",
}
TAIL = "tenancy.AuditEvent"
"""Of the log the tombstone and what follows it stay: a restore reads it."""
ESCROW = ("compliance.ConsentEvent", "compliance.Suppression")
"""Proof of permission (`tenancy.encryption.ending.IN_ESCROW`), and with it whatever it refers to."""


@dataclass(frozen=True)
class Table:
    """A model's table. `owner`: SQL condition by which rows are the organization's, with one parameter."""

    model: type[models.Model]
    owner: str
    is_walled: bool

    @property
    def label(self) -> str:
        return self.model._meta.label

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    @property
    def key(self) -> str:
        """The column of the primary key; where that is of several, the row's place."""
        return self.model._meta.pk.column or "ctid"


@cache
def tables() -> tuple[Table, ...]:
    """All of them, those first to which no later one refers. Raises RuntimeError for a circle of references."""
    left = {one.model: one for one in _all()}
    order: list[Table] = []
    while left:
        free = [model for model in left if not any(other is not model and model in referred(other) for other in left)]
        if not free:
            raise RuntimeError(f"tables refer to each other in a circle: {sorted(str(model) for model in left)}")
        order += [left.pop(model) for model in free]
    return tuple(order)


def referred(model: type[models.Model]) -> set[type[models.Model]]:
    """The models that a model's foreign keys lead to."""
    return {field.related_model for field in _foreign_keys(model)}


def referring(model: type[models.Model]) -> Iterator[tuple[Table, str]]:
    """(table, column) of every foreign key that leads to this model, its own left out."""
    for table in tables():
        if table.model is not model:
            for field in _foreign_keys(table.model):
                if field.related_model is model:
                    yield table, field.column


@cache
def kept_with(labels: tuple[str, ...]) -> frozenset[type[models.Model]]:
    """These models and all that their rows may refer to: what cannot go as long as they stay."""
    found: set[type[models.Model]] = set()
    known = {table.model for table in tables()}
    new = {apps.get_model(label) for label in labels}
    while new:
        found |= new
        new = {other for model in new for other in referred(model) if other in known} - found
    return frozenset(found)


def _all() -> Iterator[Table]:
    """Directly, by its column; or through the first foreign key that leads to such a table."""
    owners: dict[type[models.Model], str] = {}
    waiting = list(apps.get_models())
    while True:
        before = len(owners)
        for model in list(waiting):
            if owner := _owner(model, owners):
                owners[model] = owner
                waiting.remove(model)
                walled = any(isinstance(one, RowSecurity) for one in model._meta.constraints)
                yield Table(model, owner, walled)
        if len(owners) == before:
            return


def _owner(model: type[models.Model], owners: dict[type[models.Model], str]) -> str:
    fields = _foreign_keys(model)
    if any(field.column == "organization_id" for field in fields):
        return "organization_id = %s"
    through = sorted((field for field in fields if field.related_model in owners), key=lambda field: field.null)
    for field in through:
        target = field.related_model
        inner = f'SELECT "{target._meta.pk.column}" FROM "{target._meta.db_table}" WHERE {owners[target]}'  # noqa: S608 - names of our models
        return f'"{field.column}" IN ({inner})'
    return ""


def _foreign_keys(model: type[models.Model]) -> list["models.ForeignKey[models.Model]"]:
    return [field for field in model._meta.local_fields if isinstance(field, models.ForeignKey)]
