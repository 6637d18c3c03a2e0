"""What people make of an action: its owner and whoever manages actions may move it."""

from datetime import date, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.actions.cannot_act import CannotAct
from compliance.actions.counting import count_and_keep
from compliance.actions.states import AGAIN, State, clean_words, keep, locked, move
from compliance.actions.windows import counted_on, today, window_after, window_before
from compliance.models import Action, ActionEvent, ActionMeasurement

EARLIEST = timedelta(days=366)
"""How far back a change may have been made."""


def begin(*, member: Membership, action: Action) -> None:
    """Somebody is at it. Twice is once."""
    live = _mine(member, action)
    if live.state == State.DOING:
        return
    move(live, State.DOING)
    keep(live, ActionEvent.Kind.BEGUN, member)


def done(*, member: Membership, action: Action, changed_on: date, words: str) -> None:
    """The change took effect on this day. With a rate, what was before is counted and kept, and what comes after will
    be; without one the action is done. Raises CannotAct for a day ahead or too long ago.
    """
    live = _mine(member, action)
    zone = member.organization.time_zone
    day = today(zone)
    if not day - EARLIEST <= changed_on <= day:
        raise CannotAct(_("Choose the day on which the change took effect: today, or a day of the last year."))
    move(live, State.MEASURING if live.rate else State.DONE)
    live.changed_on, live.turn = changed_on, live.turn + 1
    if live.rate:
        count_and_keep(
            live, ActionMeasurement.Kind.BEFORE, window_before(changed_on, live.window, zone), turn=live.turn
        )
        live.measure_on = counted_on(window_after(changed_on, live.window, zone))
    keep(live, ActionEvent.Kind.DONE, member, words, {"changed_on": str(changed_on)})


def drop(*, member: Membership, action: Action, reason: str) -> None:
    """It is not done, or not measured on. Raises CannotAct without a reason, MissingPermission."""
    require(member, Permission.ACTIONS_MANAGE)
    live, words = locked(action), clean_words(reason)
    if not words:
        raise CannotAct(_("Say why it is dropped."))
    move(live, State.DROPPED)
    keep(live, ActionEvent.Kind.DROPPED, member, words)


def reopen(*, member: Membership, action: Action, reason: str) -> None:
    """It is to be done after all, or again, in two weeks. What was measured stays.

    Raises CannotAct, MissingPermission.
    """
    require(member, Permission.ACTIONS_MANAGE)
    live, words = locked(action), clean_words(reason)
    if not words:
        raise CannotAct(_("Say why it is opened again."))
    move(live, State.OPEN)
    live.due_on = max(live.due_on, today(member.organization.time_zone) + AGAIN)
    keep(live, ActionEvent.Kind.REOPENED, member, words)


def may_move(member: Membership, owner_id: UUID) -> bool:
    """Whether the member may begin it and say that it is done."""
    return member.may(Permission.ACTIONS_MANAGE) or (member.pk == owner_id and member.may(Permission.ACTIONS_READ))


def _mine(member: Membership, action: Action) -> Action:
    live = locked(action)
    if not may_move(member, live.owner_id):
        raise CannotAct(_("Only its owner, or somebody who manages improvements, can say this."))
    return live
