"""Which actions something opened, for its own page; of those that the member may see."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from accounts.models import Membership
from compliance.actions.places import visible_actions
from compliance.models import Action, ActionOrigin

Kind = ActionOrigin.Kind
TONES = {
    Action.State.OPEN: ("neutral", "flag"),
    Action.State.DOING: ("info", "clock"),
    Action.State.DONE: ("success", "check"),
    Action.State.MEASURING: ("info", "chart-column"),
    Action.State.HELD: ("success", "circle-check"),
    Action.State.SLIPPED: ("danger", "triangle-alert"),
    Action.State.DROPPED: ("neutral", "x"),
}
"""By state: tone and icon of its badge."""


@dataclass(frozen=True)
class ActionLink:
    """One action beside what opened it."""

    id: UUID
    title: str
    state: str
    tone: str
    icon: str


def links(
    member: Membership, kind: Kind, *, refs: Collection[UUID] = (), keys: Collection[str] = ()
) -> dict[tuple[UUID | None, str], tuple[ActionLink, ...]]:
    """By (ref, key) of what opened them, the newest first. Nothing is asked for without any, or without the right."""
    if not (refs or keys):
        return {}
    rows = ActionOrigin.objects.filter(kind=kind, action__in=visible_actions(member).values("pk"))
    rows = rows.filter(ref__in=list(refs)) if refs else rows.filter(key__in=list(keys))
    found: dict[tuple[UUID | None, str], list[ActionLink]] = defaultdict(list)
    for row in rows.select_related("action").order_by("-action__opened_at", "-action_id"):
        found[row.ref, row.key].append(_link(row.action))
    return {key: tuple(some) for key, some in found.items()}


def answer_links(member: Membership, review_id: UUID) -> list[ActionLink]:
    """Of all answers of one review, the newest first."""
    return [one for some in links(member, Kind.ANSWER, refs=[review_id]).values() for one in some]


def _link(action: Action) -> ActionLink:
    tone, icon = TONES[Action.State(action.state)]
    return ActionLink(action.pk, action.title, str(action.get_state_display()), tone, icon)
