"""How long copies of keys may stay: less than the shortest time after which somebody was promised that data is gone."""

from dataclasses import dataclass
from datetime import datetime

from retention.choices import Choices
from retention.kinds import Kind
from tenancy.isolation import activate
from tenancy.models import Organization


@dataclass(frozen=True)
class Promise:
    """A period in force. `days`: of the shortest one of `organizations` that are shorter than copies of keys stay."""

    kind: Kind
    days: int
    organizations: int


def shorter_than(keep_days: int, now: datetime) -> Promise | None:
    """The shortest period of any organization that ends before `keep_days`; None: there is none."""
    found = []
    for organization in list(Organization.objects.order_by("pk").values_list("pk", flat=True)):
        with activate(organization):
            days, kind = _shortest(Choices.load(), now)
        if days < keep_days:
            found.append((days, kind))
    if not found:
        return None
    days, kind = min(found)
    return Promise(kind, days, len(found))


def _shortest(choices: Choices, now: datetime) -> tuple[int, Kind]:
    """Of all places that have a choice, and of the whole organization; exports always have a period."""
    days = [(period.days, kind) for kind, period in choices.periods(now).items()]
    days += [
        (choices.periods(now, row.team_id, row.tag_id)[kind].days, kind)
        for (kind, whose), row in choices.holding(now).items()
        if whose is not None
    ]
    return min((number, kind) for number, kind in days if number is not None)
