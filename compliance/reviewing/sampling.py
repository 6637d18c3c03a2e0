"""Whether a conversation is drawn to be reviewed: a function of the rates, of what is said of it, and of its ticket.

The ticket is a keyed hash of the conversation's id under a key that only this organization has: the same each time it
is asked, spread evenly, known to nobody before. So a draw can be told again, two clocks draw the same, and neither the
agent nor whoever sets the rates can steer it. A rate that rises later (a check that turns) draws what its ticket then
allows, and never takes back what was drawn. Usual rates: DOMAIN 6.5 (5 % and all that is flagged). Decision 260.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from compliance.models import DrawnConversation, ReviewSettings, TeamSampling
from tenancy.encryption import blind_index

Reason = DrawnConversation.Reason
WHOLE = 1000
"""Rates are thousandths."""
TICKETS = 1_000_000
USUAL: Mapping[str, int] = {
    Reason.CHECK: 1000,
    Reason.FINDING: 1000,
    Reason.ESCALATION: 1000,
    Reason.OPT_OUT: 200,
    Reason.PAYMENT: 100,
    Reason.NEW: 200,
    Reason.USUAL: 50,
}
"""What is offered before an organization has set its own."""
NEW_DAYS, NEW_CONVERSATIONS, SECOND_RATE = 30, 20, 100
_DRAW, _SECOND = "review.draw", "review.second"


@dataclass(frozen=True)
class Rules:
    """The rates that hold, of each team too. `since`: conversations resolved before are not drawn."""

    rates: Mapping[str, int] = field(default_factory=lambda: dict(USUAL))
    teams: Mapping[UUID, Mapping[str, int]] = field(default_factory=dict)
    new_days: int = NEW_DAYS
    new_conversations: int = NEW_CONVERSATIONS
    second_rate: int = SECOND_RATE
    since: datetime | None = None

    def rate(self, team_id: UUID, reason: str) -> int:
        """Thousandths of the conversations of this team that have this reason."""
        own = self.teams.get(team_id, {})
        return own.get(reason, self.rates.get(reason, 0))


@dataclass(frozen=True)
class Drawn:
    """Why it was drawn, the weightiest reason first, and by which rate: its ticket is below."""

    why: tuple[str, ...]
    rate: int
    ticket: int
    wanted: int


def rules_now() -> Rules | None:
    """Those that the active organization has set; None while nothing is drawn."""
    row = ReviewSettings.objects.filter(is_on=True).first()
    return rules_of(row) if row else None


def rules_of(row: ReviewSettings) -> Rules:
    """The stored settings with those of the teams."""
    teams: dict[UUID, dict[str, int]] = dict(TeamSampling.objects.values_list("team_id", "rates"))
    known: dict[str, Any] = {name: row.rates[name] for name in Reason.values if name in row.rates}
    return Rules(known, teams, row.new_days, row.new_conversations, row.second_rate, row.on_since)


def ticket(conversation_id: UUID, purpose: str = _DRAW) -> int:
    """From 0 to 999 999; always the same for one conversation of the active organization."""
    return int.from_bytes(blind_index(purpose, str(conversation_id))[:8]) % TICKETS


def decide(rules: Rules, *, conversation_id: UUID, team_id: UUID, said: Collection[str]) -> Drawn | None:
    """None: it is not drawn. `said`: the reasons that it has besides chance."""
    mine = ticket(conversation_id)
    rates = {
        reason: rules.rate(team_id, reason) for reason in Reason.values if reason in said or reason == Reason.USUAL
    }
    why = tuple(reason for reason, rate in rates.items() if mine < rate * (TICKETS // WHOLE))
    if not why:
        return None
    is_second = ticket(conversation_id, _SECOND) < rules.second_rate * (TICKETS // WHOLE)
    return Drawn(why, max(rates.values()), mine, wanted=2 if is_second else 1)
