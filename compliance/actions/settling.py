"""What a measurement says of an action, and who is told."""

from accounts.mail import MailKind
from compliance.actions import rates
from compliance.actions.counting import Estimate, estimate
from compliance.actions.owners import tell_owner
from compliance.actions.states import State, move_by_clock
from compliance.models import Action, ActionEvent, ActionMeasurement


def settle(action: Action, row: ActionMeasurement | None) -> None:
    """Move a locked action by what was counted just now; None: its rate is not known any more, so nothing can be."""
    rate = rates.rate(action.rate)
    if row is None or rate is None:
        _slip(action, {"rate": "gone"})
        return
    found = estimate(row, rate.unit)
    facts: dict[str, object] = {"kind": row.kind, "events": row.events, "base": row.base, "until": str(row.until)}
    if action.state == State.MEASURING:
        if found.value is None:
            move_by_clock(action, State.MEASURING, ActionEvent.Kind.LONGER, facts)
        elif found.value <= row.target:
            move_by_clock(action, State.HELD, ActionEvent.Kind.HELD, facts)
        else:
            _slip(action, facts)
    elif is_slipping(found, row.target):
        _slip(action, facts)


def is_slipping(found: Estimate, target: float) -> bool:
    """Whether it is above the target by more than chance: its interval lies above it as a whole."""
    return found.bounds is not None and found.bounds[0] > target


def _slip(action: Action, facts: dict[str, object]) -> None:
    move_by_clock(action, State.SLIPPED, ActionEvent.Kind.SLIPPED, facts)
    tell_owner(action, MailKind.ACTION_SLIPPED)
