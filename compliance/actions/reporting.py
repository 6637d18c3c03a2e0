"""Reports > Actions: how many were opened, held and slipped, and what the measured ones did to their rates."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from accounts.models import Membership
from compliance.actions.places import visible_actions
from compliance.actions.reading import ShownAction, rows_of
from compliance.models import ActionEvent, ActionMeasurement
from compliance.reports.periods import Period

Kind = ActionEvent.Kind
FLOWS = (Kind.OPENED, Kind.HELD, Kind.SLIPPED)


@dataclass(frozen=True)
class Report:
    """`flows`: by each of FLOWS how many in each bucket. `measured`: whose newest effect was counted in the period."""

    buckets: list[date]
    flows: list[list[int]]
    measured: list[ShownAction]

    @property
    def is_empty(self) -> bool:
        return not self.measured and not any(map(any, self.flows))


def report(member: Membership, period: Period) -> Report:
    """Of actions that the member may see."""
    mine = visible_actions(member)
    ids = mine.order_by().values("pk")
    events = ActionEvent.objects.filter(action__in=ids, kind__in=FLOWS, at__gte=period.begin, at__lt=period.end)
    counts: dict[str, Counter[date]] = {kind: Counter() for kind in FLOWS}
    for kind, at in events.values_list("kind", "at"):
        counts[kind][at.astimezone(ZoneInfo(period.zone)).date()] += 1
    buckets = period.buckets()
    kept = ActionMeasurement.objects.filter(
        action__in=ids,
        kind=ActionMeasurement.Kind.AFTER,
        measured_at__gte=period.begin,
        measured_at__lt=period.end,
    )
    found = mine.filter(pk__in=kept.values("action")).order_by("-opened_at", "-id")
    measured = [row for row in rows_of(member, list(found)) if row.effect is not None]
    return Report(buckets, [period.fold(counts[kind], buckets) for kind in FLOWS], measured)
