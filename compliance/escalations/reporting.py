"""How escalations went: by trigger how many, how soon customers were reached on another channel, what was too late."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from accounts.models import Membership
from compliance.escalations.business_time import between
from compliance.escalations.own_hours import hours_now
from compliance.escalations.reading import visible_escalations
from compliance.models import Escalation

_Fact = tuple[str, str, datetime, datetime | None, datetime | None, str]


@dataclass(frozen=True)
class Group:
    """The escalations of one trigger that opened in a period. `minutes`: the median business time until the customer
    was reached; None where nobody was. `late_share`: of all of them, in per cent, rounded.
    """

    name: str
    opened: int
    still_open: int
    reached: int
    minutes: int | None
    late: int
    with_outcome: int
    waived: int

    @property
    def late_share(self) -> int:
        return round(100 * self.late / self.opened) if self.opened else 0


def report(member: Membership, begin: datetime, end: datetime) -> list[Group]:
    """One group for each trigger that came up from `begin` to before `end` (aware), and all together at the end.

    Only of conversations that the member may read. Nothing when nothing came up.
    """
    rows = visible_escalations(member).select_related(None).filter(opened_at__gte=begin, opened_at__lt=end)
    facts: list[_Fact] = list(
        rows.order_by().values_list("trigger", "state", "opened_at", "contacted_at", "breached_at", "outcome_channel")
    )
    by_trigger: dict[str, list[_Fact]] = defaultdict(list)
    for fact in facts:
        by_trigger[fact[0]].append(fact)
    labels = Escalation.Trigger.choices
    groups = [_group(str(label), by_trigger[value]) for value, label in labels if by_trigger[value]]
    return [*groups, _group("", facts)] if groups else []


def _group(name: str, facts: Sequence[_Fact]) -> Group:
    hours = hours_now()
    waits = [
        between(opened, reached, hours) / timedelta(minutes=1)
        for _t, _s, opened, reached, _late, _o in facts
        if reached
    ]
    closed = [outcome for _t, state, _o, _r, _late, outcome in facts if state == Escalation.State.CLOSED]
    return Group(
        name=name,
        opened=len(facts),
        still_open=len(facts) - len(closed),
        reached=len(waits),
        minutes=round(median(waits)) if waits else None,
        late=sum(late is not None for *_rest, late, _o in facts),
        with_outcome=sum(bool(outcome) for outcome in closed),
        waived=sum(not outcome for outcome in closed),
    )
