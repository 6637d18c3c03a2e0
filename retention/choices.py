"""Which of the stored choices hold at a time, and the periods that follow from them."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from compliance.measures.profiles.holding import held_since
from compliance.measures.profiles.rules import Test
from retention.kinds import Kind
from retention.models import RetentionPolicy
from retention.periods import WHOLE, Limit, Period, Scope, Wanted, resolve

SETTING = "retention"
"""The name of these periods among the settings that profiles fix (`accounts.setting_floors`)."""
GRACE = timedelta(days=7)
"""After this a shorter period counts, so that a slip can be taken back before anything is destroyed (decision 290)."""


Place = tuple[Kind, UUID | None]
"""A kind, and the team whose own period it is; None: the whole organization."""


@dataclass(frozen=True)
class Choices:
    """All choices and limits of the active organization, read once. `rows`: the oldest first."""

    rows: tuple[RetentionPolicy, ...]
    limits: tuple[Limit, ...] = ()
    _held: dict[int, dict[Place, RetentionPolicy]] = field(default_factory=dict, compare=False)
    _periods: dict[tuple[int, UUID | None], dict[Kind, Period]] = field(default_factory=dict, compare=False)

    @classmethod
    def load(cls) -> "Choices":
        """Two statements."""
        rows = RetentionPolicy.objects.select_related("team").order_by("set_at", "id")
        return cls(tuple(rows), tuple(profile_limits()))

    def with_also(self, choice: RetentionPolicy) -> "Choices":
        """As if this choice were made, too. Those of the same place that have not started yet are gone."""
        place = (choice.kind, choice.team_id)
        kept = [one for one in self.rows if (one.kind, one.team_id) != place or one.starts_at <= choice.set_at]
        return Choices((*kept, choice), self.limits)

    def holding(self, at: datetime) -> dict[Place, RetentionPolicy]:
        """The choice that holds at each place that has one."""
        state = self._state(at)
        if state not in self._held:
            newest = {(Kind(row.kind), row.team_id): row for row in self.rows if row.holds(at)}
            self._held[state] = {place: row for place, row in newest.items() if not row.follows}
        return self._held[state]

    def waiting(self, at: datetime) -> list[RetentionPolicy]:
        """Those that start later, the next first."""
        rows = [row for row in self.rows if row.taken_back_at is None and row.starts_at > at]
        return sorted(rows, key=lambda row: row.starts_at)

    def teams(self, kind: Kind, at: datetime) -> list[UUID]:
        """Teams that have a period of their own for a kind or for what it is a part of."""
        line = _line(kind)
        found = {team: None for held, team in self.holding(at) if team is not None and held in line}
        return sorted(found, key=str)

    def periods(self, at: datetime, team: UUID | None = None) -> dict[Kind, Period]:
        """What holds for every kind at one place."""
        key = (self._state(at), team)
        if key not in self._periods:
            wanted = {kind: choice for kind in Kind if (choice := self._wanted(kind, team, at))}
            self._periods[key] = resolve(wanted, self.limits, at)
        return self._periods[key]

    def _wanted(self, kind: Kind, team: UUID | None, at: datetime) -> Wanted | None:
        holding = self.holding(at)
        if team is not None and (own := holding.get((kind, team))):
            return Wanted(own.days, Scope.TEAM)
        whole = holding.get((kind, None))
        return Wanted(whole.days, Scope.ORGANIZATION) if whole else None

    def _state(self, at: datetime) -> int:
        """Between two changes everything holds as it is."""
        return bisect_right(self._starts, at)

    @cached_property
    def _starts(self) -> list[datetime]:
        starts = {row.starts_at for row in self.rows}
        return sorted(starts | {limit.starts_at for limit in self.limits if limit.starts_at is not None})


def profile_limits() -> Iterable[Limit]:
    """What the profiles that the organization has taken on ask of periods. One statement."""
    for profile, since in held_since():
        for rule in profile.rules:
            if rule.setting == SETTING and rule.test is Test.LEAST:
                yield Limit(Kind(rule.field), shortest=rule.value, owner=profile.title, source=rule.why)
            elif rule.setting == SETTING and rule.test is Test.MOST:
                yield Limit(
                    Kind(rule.field), longest=rule.value, owner=profile.title, source=rule.why, starts_at=since + GRACE
                )


def _line(kind: Kind) -> Sequence[Kind]:
    return (kind, *_line(WHOLE[kind])) if kind in WHOLE else (kind,)
