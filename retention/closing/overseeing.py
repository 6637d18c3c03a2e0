"""What operators see and do of ends: that one was asked for, how far it is, what proves it. Nothing of what is inside.

They end an organization as its command does, and take back what an operator began; what owners asked for is theirs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts import operators
from accounts.models import OperatorEvent, User
from accounts.origins import Origin
from retention.closing import asking
from retention.closing.clearing import name_of
from retention.models import Closing
from retention.requests.cannot_do import CannotDo
from tenancy.isolation import activate
from tenancy.models import Organization

MOST = 200
"""Ends on one page; the newest."""
Act = OperatorEvent.Act
State = Closing.State
GROUPS: dict[str, tuple[State, ...]] = {
    "waiting": (State.ASKED, State.COUNTING),
    "running": (State.CARRIERS, State.ENDING),
    "done": (State.ENDED,),
}


@dataclass(frozen=True)
class End:
    """One organization's end. `name` is empty when neither row nor certificate has it. `operator`: who began it, if
    one did; "" for an owner or the command line. `rows`: deleted so far.
    """

    organization_id: UUID
    name: str
    closing: Closing
    by_owner: bool
    operator: str
    is_held: bool
    rows: int

    @property
    def may_take_back(self) -> bool:
        """Whether operators may, and can."""
        return not self.by_owner and self.closing.state == State.COUNTING

    @property
    def carriers_left(self) -> int:
        """Copies that carriers refused to delete, or did not answer for."""
        return int(self.closing.carriers.get("refused", 0) + self.closing.carriers.get("waiting", 0))


def ends(group: str = "") -> list[End]:
    """The newest first; of one of `GROUPS`, or all."""
    moved = Coalesce("ended_at", "closes_at", "end_asked_at").desc()
    known = Organization.everyone.filter(
        Q(end_asked_at__isnull=False) | Q(closes_at__isnull=False) | Q(ended_at__isnull=False)
    )
    if group == "done":
        known = known.filter(ended_at__isnull=False)
    elif group:
        known = known.filter(ended_at=None)
    rows = list(known.order_by(moved, "pk")[:MOST])
    began = _operators([row.pk for row in rows])
    found = [_end(row, began.get(row.pk, "")) for row in rows]
    return [one for one in found if one and (not group or one.closing.state in GROUPS[group])]


def begin(*, operator: User, origin: Origin, organization_id: UUID, typed: str) -> Closing:
    """Nothing is sent from now on; everything is destroyed in 30 days. Raises CannotDo."""
    organization = Organization.objects.get(pk=organization_id)
    if " ".join(typed.split()).casefold() != organization.name.casefold():
        raise CannotDo(_("Type the organization's name as it stands above."))
    with activate(organization):
        return asking.begin_from_outside(operator=operator, origin=origin)


def take_back(*, operator: User, origin: Origin, organization_id: UUID) -> None:
    """It goes on as before. Raises CannotDo for what an owner asked for, and when it is too late."""
    with transaction.atomic():
        with activate(organization_id):
            asking.take_back_from_outside()
        operators.note(Act.END_TAKEN_BACK, user=operator, origin=origin, organization_id=organization_id)


def certificate(*, operator: User, origin: Origin, organization_id: UUID, rows: bool) -> str:
    """The signed text; "" when there is none."""
    with activate(organization_id):
        closing = Closing.objects.filter(state=State.ENDED).first()
    found = "" if closing is None else closing.rows_certificate if rows else closing.certificate
    if found:
        operators.note(Act.END_CERTIFICATE, user=operator, origin=origin, organization_id=organization_id)
    return found


def cells(found: list[End]) -> Iterator[tuple[object, ...]]:
    """Rows of the CSV, as `COLUMNS`."""
    for one in found:
        closing = one.closing
        moments = (closing.asked_at, closing.ends_at, closing.ended_at, closing.keys_over_at, closing.cleared_at)
        yield (
            *(
                one.organization_id,
                one.name,
                closing.state,
                "owner" if one.by_owner else one.operator or "command line",
            ),
            *(_utc(moment) for moment in moments),
            *(closing.keys, one.rows, one.carriers_left),
        )


COLUMNS = (
    *("organization", "name", "state", "asked_by", "asked_at", "ends_at", "ended_at"),
    *("keys_written_over_at", "rows_deleted_at"),
    *("keys", "rows", "carriers_left"),
)


def _utc(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def _end(row: Organization, operator: str) -> End | None:
    with activate(row):
        closing = Closing.objects.exclude(state=State.TAKEN_BACK).first()
        if closing is None:
            return None
        late = closing.ends_at is not None and closing.state in (State.COUNTING, State.CARRIERS)
        return End(
            organization_id=row.pk,
            name=row.name or name_of(closing),
            closing=closing,
            by_owner=asking.is_owners(closing),
            operator=operator,
            is_held=late and asking.is_held(),
            rows=sum(closing.cleared.values()),
        )


def _operators(ids: list[UUID]) -> dict[UUID, str]:
    """The address of the operator who began each end last."""
    acts = OperatorEvent.objects.filter(act=Act.END_BEGUN, organization__in=ids).order_by("at")
    return {pk: str(email or "") for pk, email in acts.values_list("organization_id", "user__email") if pk}


WINDOW_DAYS = asking.WINDOW // timedelta(days=1)
