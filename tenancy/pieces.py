"""Rows for a file that leaves piece by piece: no transaction is open while a slow reader takes what is there."""

from collections.abc import Callable, Iterator
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from tenancy.isolation import activate
from tenancy.models import Organization

_Model = TypeVar("_Model", bound=Model)
_Shown = TypeVar("_Shown")
PIECE = 200


def in_pieces(
    organization: Organization,
    wanted: Callable[[], QuerySet[_Model]],
    show: Callable[[list[_Model]], list[_Shown]],
    *,
    still: Callable[[], QuerySet[_Model]] | None = None,
    size: int = PIECE,
) -> Iterator[list[_Shown]]:
    """All rows that are `wanted` now, in their order, as `show` has them; each piece reads in a transaction of its own.

    Left out is what is gone by the time of its piece, or no longer among `still`: those that the member may see, where
    what is wanted of a row (that nobody has decided about it) may change meanwhile; else the wanted ones.
    """
    with activate(organization):
        ids: list[UUID] = list(wanted().values_list("pk", flat=True))
    for start in range(0, len(ids), size):
        places = {pk: place for place, pk in enumerate(ids[start : start + size])}
        with activate(organization):
            rows = (still or wanted)().filter(pk__in=places)
            shown = show(sorted(rows, key=lambda row: places[row.pk]))
        yield shown
