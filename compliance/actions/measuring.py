"""Counting before and after, and what follows. A window is counted once and kept: later purges change no figure.

An action holds when the first window after the change is at its target or under it, and opens again when it is not.
While it holds, every window of the next year is counted; it slips when one is above the target by more than chance,
that is with its whole interval. Two beats at once: the row is locked, passed over by the other, and moved on with what
was counted in one transaction.
"""

from datetime import date, timedelta

from compliance.actions import rates
from compliance.actions.counting import Kind, count_and_keep
from compliance.actions.settling import settle
from compliance.actions.windows import WATCHED, counted_on, today, window_after
from compliance.models import Action
from compliance.reports.periods import Period
from tenancy.isolation import current_organization_id
from tenancy.models import Organization

MOST_AT_ONCE = 25


def measure_due() -> int:
    """Measure what is due in the active organization, in the running transaction. Returns how many; twice is once."""
    organization = Organization.objects.get(pk=current_organization_id())
    day = today(organization.time_zone)
    due = Action.objects.filter(measure_on__lte=day).order_by("measure_on", "pk")
    rows = list(due.select_for_update(skip_locked=True, of=("self",)).select_related("organization")[:MOST_AT_ONCE])
    for action in rows:
        _measure(action, day, organization.time_zone)
    return len(rows)


def _measure(action: Action, day: date, zone: str) -> None:
    if action.state == Action.State.MEASURING:
        first, last = window_after(_changed(action), action.window, zone).first, _measured_until(action)
        period, kind = Period(first, last, zone), Kind.AFTER
    else:
        period, kind = _newest_window(action, day, zone), Kind.WATCH
    if rates.rate(action.rate) is None:
        settle(action, None)
        return
    made = count_and_keep(action, kind, period, turn=action.turn)
    settle(action, made)
    following = counted_on(period) + timedelta(days=action.window)
    if action.state == Action.State.MEASURING:
        action.measure_on = max(following, day + timedelta(days=1))
    elif action.state == Action.State.HELD:
        within = following <= _changed(action) + WATCHED + timedelta(days=action.window)
        action.measure_on = max(following, day + timedelta(days=1)) if within else None
    action.save(update_fields=["measure_on"])


def _measured_until(action: Action) -> date:
    """The last day of the window after the change; later by whole windows while there was nothing to count."""
    last = window_after(_changed(action), action.window, "UTC").last
    step = timedelta(days=action.window)
    while action.measurements.filter(turn=action.turn, kind=Kind.AFTER, until__gte=last).exists():
        last += step
    return last


def _newest_window(action: Action, day: date, zone: str) -> Period:
    """The last window that has settled by this day, after the one that was counted last."""
    newest = action.measurements.filter(turn=action.turn).order_by("-until").values_list("until", flat=True).first()
    last = (newest or _changed(action)) + timedelta(days=action.window)
    while last + timedelta(days=action.window) <= day - timedelta(days=2):
        last += timedelta(days=action.window)
    return Period(last - timedelta(days=action.window - 1), last, zone)


def _changed(action: Action) -> date:
    if action.changed_on is None:
        raise ValueError("an action is measured after its change only")
    return action.changed_on
