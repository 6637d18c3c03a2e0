"""Counted rates as pages and the clock read them, and counting one for good: later purges change no figure."""

from dataclasses import dataclass

from django.utils import timezone

from compliance.actions import intervals, rates
from compliance.actions.intervals import Count
from compliance.actions.places import place_of_action
from compliance.actions.rates import Unit
from compliance.models import Action, ActionMeasurement
from compliance.reports.periods import Period

Kind = ActionMeasurement.Kind


@dataclass(frozen=True)
class Estimate:
    """A counted rate in its unit. `low` and `high`: between which values it truly lies, 95 of 100 times. None: of
    nothing.
    """

    count: Count
    unit: Unit

    @property
    def value(self) -> float | None:
        return self.unit.scale * self.count.events / self.count.base if self.count.base else None

    @property
    def bounds(self) -> tuple[float, float] | None:
        found = intervals.wilson(self.count) if self.unit is Unit.SHARE else intervals.poisson(self.count)
        return (found[0] * self.unit.scale, found[1] * self.unit.scale) if found else None


def chance(before: Count, after: Count, unit: Unit) -> float | None:
    """How often the same rate would give two counts that differ this much; None where one is of nothing."""
    how = intervals.chance_of_shares if unit is Unit.SHARE else intervals.chance_of_rates
    return how(before, after)


def estimate(row: ActionMeasurement, unit: Unit) -> Estimate:
    """Of a kept measurement."""
    return Estimate(Count(row.events, row.base), unit)


def count_and_keep(action: Action, kind: Kind, period: Period, *, turn: int) -> ActionMeasurement:
    """Count now. Raises LookupError for a rate that is not known any more."""
    rate = rates.rate(action.rate)
    if rate is None or action.target is None:
        raise LookupError(action.rate)
    count = rate.count(period, place_of_action(action))
    return ActionMeasurement.objects.create(
        action=action,
        turn=turn,
        kind=kind,
        rate=action.rate,
        since=period.first,
        until=period.last,
        events=count.events,
        base=count.base,
        target=action.target,
        measured_at=timezone.now(),
    )
