"""States of an action move by one table; every move is kept in its history and in the audit log."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from compliance.actions.cannot_act import CannotAct
from compliance.actions.windows import today
from compliance.models import Action, ActionEvent
from compliance.models.action import LONGEST_WORDS
from tenancy import audit
from tenancy.audit import AuditKind

State = Action.State
MOVES: Mapping[State, frozenset[State]] = {
    State.OPEN: frozenset({State.DOING, State.DONE, State.MEASURING, State.DROPPED}),
    State.DOING: frozenset({State.DONE, State.MEASURING, State.DROPPED}),
    State.SLIPPED: frozenset({State.DOING, State.MEASURING, State.DROPPED}),
    State.MEASURING: frozenset({State.HELD, State.SLIPPED, State.OPEN, State.DROPPED}),
    State.HELD: frozenset({State.SLIPPED, State.OPEN}),
    State.DONE: frozenset({State.OPEN}),
    State.DROPPED: frozenset({State.OPEN}),
}
"""HELD and SLIPPED are the clock's; everything else a person's."""
TO_DO = (State.OPEN, State.DOING, State.SLIPPED)
"""Somebody has to do something by the due day."""
OVER = (State.DONE, State.HELD, State.DROPPED)
AGAIN = timedelta(days=14)
"""Until an action that opened again is due."""


def locked(action: Action) -> Action:
    """Its row, nobody else's until the transaction ends."""
    return Action.objects.select_for_update(of=("self",)).get(pk=action.pk)


def move(live: Action, state: State) -> None:
    """Set the state of a locked row, without saving. Raises CannotAct for a move that is not in the table."""
    before = State(live.state)
    if state not in MOVES[before]:
        raise CannotAct(_("This action is “%(state)s” now. Look at it again.") % {"state": live.get_state_display()})
    live.state, live.measure_on, live.told_for = state, None, None
    live.ended_at = timezone.now() if state in OVER else None


def move_by_clock(action: Action, state: State, kind: ActionEvent.Kind, facts: Mapping[str, object]) -> None:
    """What a measurement makes of a locked action; one that slips is to do again in two weeks."""
    if state != action.state:
        move(action, state)
    if state == State.SLIPPED:
        action.due_on = today(action.organization.time_zone) + AGAIN
    keep(action, kind, None, "", facts)


def keep(
    live: Action,
    kind: ActionEvent.Kind,
    member: Membership | None,
    words: str = "",
    facts: Mapping[str, object] | None = None,
) -> None:
    """Save a moved row, with a line of its history and one of the audit log."""
    live.save()
    note(live, kind, member, facts, clean_words(words))
    audit.record(event=AuditKind.ACTION_MOVED, actor=member, object=live, to=kind.value, facts=dict(facts or {}))


def note(
    action: Action,
    kind: ActionEvent.Kind,
    actor: Membership | None,
    facts: Mapping[str, object] | None = None,
    words: str = "",
) -> None:
    """One line of its history."""
    ActionEvent.objects.create(
        action=action, kind=kind, actor=actor, at=timezone.now(), facts=dict(facts or {}), words=words
    )


def clean_words(words: str) -> str:
    """Without what the database cannot hold. Raises CannotAct for too many."""
    text = words.replace("\x00", "").strip()
    if len(text) > LONGEST_WORDS:
        raise CannotAct(_("Say it in at most %(most)d characters.") % {"most": LONGEST_WORDS})
    return text
