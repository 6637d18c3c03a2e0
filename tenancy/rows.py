"""Making an object of a row that was read, a third of which is what a list of contacts costs.

Django's `Model.__init__` asks each field's descriptor to set its value. Of a new object there is nothing that most of
them could have to say about it: what was read goes where they would put it. Who listens to `pre_init` or `post_init`
hears of no row; nobody does here, and a test says so.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import models
from django.db.models.base import ModelState
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute

Row = TypeVar("Row", bound=models.Model)


def from_db(model: type[Row], db: str | None, field_names: Sequence[str], values: Sequence[Any]) -> Row:
    """`Model.from_db`: names are of columns' attributes, in the order of `values`; what is left out is read later."""
    row = model.__new__(model)
    row._state = ModelState()
    row._state.adding, row._state.db = False, db
    held = row.__dict__
    held.update(zip(field_names, values, strict=True))
    for name in _set_by_descriptors(model):
        if name in held:
            setattr(row, name, held[name])
    return row


@cache
def _set_by_descriptors(model: type[models.Model]) -> tuple[str, ...]:
    """Attributes that keep more than their value, such as encrypted ones. A foreign key's would forget what was read
    before through another id, and there is no before.
    """
    found = []
    for field in model._meta.concrete_fields:
        descriptor = getattr(model, field.attname)
        if hasattr(type(descriptor), "__set__") and type(descriptor) is not ForeignKeyDeferredAttribute:
            found.append(field.attname)
    return tuple(found)


def new_row(model: type[Row], values: dict[str, Any], related: dict[str, models.Model | None] | None = None) -> Row:
    """`model(**values)`, a third as dear. `values` are by columns' attributes (`line_id`, and not `line`), of the type
    that the column gives when it is read; `related` are rows that foreign keys lead to and that are looked at later.

    Raises TypeError for a name that is no column's.
    """
    names, constants, made = _left_out(model)
    if not values.keys() <= names:
        raise TypeError(f"{model.__name__} has no {', '.join(sorted(values.keys() - names))}")
    row = model.__new__(model)
    row._state = ModelState()
    held = row.__dict__
    held.update(constants)
    for name, default in made:
        if name not in values:
            held[name] = default()
    held.update(values)
    if related:
        row._state.fields_cache.update(related)
    return row


@cache
def _left_out(
    model: type[models.Model],
) -> tuple[frozenset[str], dict[str, Any], tuple[tuple[str, Callable[[], Any]], ...]]:
    """All columns' attributes, and what is in those that nobody names: the same each time, or made each time."""
    constants, made = {}, []
    for field in model._meta.concrete_fields:
        if field.has_default() and callable(field.default):
            made.append((field.attname, field.default))
        else:
            constants[field.attname] = field.get_default()
    return frozenset(field.attname for field in model._meta.concrete_fields), constants, tuple(made)
