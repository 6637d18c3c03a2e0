"""Which escalation is open for a customer: asked for once in a transaction, and anew after a change."""

from collections.abc import Iterable
from uuid import UUID

from compliance.models import Escalation
from tenancy.arrays import among
from tenancy.isolation import kept_until_commit


class _Kept:
    """By contact; an empty list where none is open."""

    def __init__(self) -> None:
        self.found: dict[UUID, list[Escalation]] = {}


def open_for(contacts: Iterable[UUID]) -> dict[UUID, list[Escalation]]:
    """The open ones of these contacts on all lines, the oldest first; at most one statement."""
    wanted = set(contacts)
    kept = kept_until_commit(_Kept).found
    if missing := wanted - kept.keys():
        kept |= {contact: [] for contact in missing}
        rows = Escalation.objects.defer("outcome").select_related("owner__user")
        for row in rows.filter(contact_id__in=among(missing), state=Escalation.State.OPEN).order_by("id"):
            kept[row.contact_id].append(row)
    return {contact: kept[contact] for contact in wanted}


def open_on(contact_id: UUID, line_id: UUID) -> Escalation | None:
    """The one that is open for a contact on a line."""
    return next((one for one in open_for([contact_id])[contact_id] if one.line_id == line_id), None)


def forget() -> None:
    """Something was changed: the next question reads anew."""
    kept_until_commit(_Kept).found.clear()
