"""Which of the stored choices hold at a time, and the periods that follow from them."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from compliance.measures.profiles.holding import decided, held_since
from compliance.measures.profiles.rules import Profile, Test
from retention.kinds import Kind
from retention.models import RetentionPolicy
from retention.periods import WHOLE, Limit, Period, Scope, Wanted, longer, resolve

SETTING = "retention"
"""The name of these periods among the settings that profiles fix (`accounts.setting_floors`)."""
GRACE = timedelta(days=7)
"""After this a shorter period counts, so that a slip can be taken back before anything is destroyed (decision 290)."""


Place = tuple[Kind, UUID | None]
"""A kind, and the team or tag whose own period it is; None: the whole organization."""


@dataclass(frozen=True)
class Choices:
    """All choices and limits of the active organization, read once. `rows`: the oldest first."""

    rows: tuple[RetentionPolicy, ...]
    limits: tuple[Limit, ...] = ()
    _held: dict[int, dict[Place, RetentionPolicy]] = field(default_factory=dict, compare=False)
    _periods: dict[tuple[int, UUID | None, UUID | None], dict[Kind, Period]] = field(
        default_factory=dict, compare=False
    )

    @classmethod
    def load(cls) -> "Choices":
        """Two statements."""
        rows = RetentionPolicy.objects.select_related("team", "tag").order_by("set_at", "id")
        return cls(tuple(rows), tuple(_limits_of(decided())))

    def with_also(self, choice: RetentionPolicy) -> "Choices":
        """As if this choice were made, too. Those of the same place that have not started yet are gone."""
        place = (choice.kind, choice.whose_id)
        kept = [one for one in self.rows if (one.kind, one.whose_id) != place or one.starts_at <= choice.set_at]
        return Choices((*kept, choice), self.limits)

    def holding(self, at: datetime) -> dict[Place, RetentionPolicy]:
        """The choice that holds at each place that has one."""
        state = self._state(at)
        if state not in self._held:
            newest = {(Kind(row.kind), row.whose_id): row for row in self.rows if row.holds(at)}
            self._held[state] = {place: row for place, row in newest.items() if not row.follows}
        return self._held[state]

    def waiting(self, at: datetime) -> list[RetentionPolicy]:
        """Those that start later, the next first."""
        rows = [row for row in self.rows if row.taken_back_at is None and row.starts_at > at]
        return sorted(rows, key=lambda row: row.starts_at)

    def teams(self, kind: Kind, at: datetime) -> list[UUID]:
        """Teams that have a period of their own for a kind or for what it is a part of."""
        held = [row.team_id for row in self._of_line(kind, at) if row.team_id]
        return sorted(set(held), key=str)

    def tags(self, kind: Kind, at: datetime) -> list[UUID]:
        """Tags that have one, likewise."""
        held = [row.tag_id for row in self._of_line(kind, at) if row.tag_id]
        return sorted(set(held), key=str)

    def ranked(self, kind: Kind, at: datetime, team: UUID | None, tags: Collection[UUID]) -> list[UUID]:
        """These tags by how long they keep rows of a team, the longest first: of several it is the first that counts,
        since what has ended does not come back.
        """
        days = {tag: self.periods(at, team, tag)[kind].days for tag in tags}
        return sorted(tags, key=lambda tag: (days[tag] is not None, -(days[tag] or 0), str(tag)))

    def period_of(self, kind: Kind, at: datetime, team: UUID | None, tagged_at: Mapping[UUID, datetime]) -> Period:
        """What holds for a row of a team's whose customer has these tags since these times."""
        for tag in self.ranked(kind, at, team, [tag for tag in self.tags(kind, at) if tag in tagged_at]):
            if not self.waits(kind, at, team, tag) or tagged_at[tag] < at - GRACE:
                return self.periods(at, team, tag)[kind]
        return self.periods(at, team)[kind]

    def waits(self, kind: Kind, at: datetime, team: UUID | None, tag: UUID) -> bool:
        """Whether the tag ends rows sooner than without it, so that it counts `GRACE` after it was put on somebody."""
        return longer(self.periods(at, team)[kind].days, self.periods(at, team, tag)[kind].days)

    def periods(self, at: datetime, team: UUID | None = None, tag: UUID | None = None) -> dict[Kind, Period]:
        """What holds for every kind at one place; `tag`: of its customers who have this tag."""
        key = (self._state(at), team, tag)
        if key not in self._periods:
            wanted = {kind: choice for kind in Kind if (choice := self._wanted(kind, team, tag, at))}
            self._periods[key] = resolve(wanted, self.limits, at)
        return self._periods[key]

    def _of_line(self, kind: Kind, at: datetime) -> list[RetentionPolicy]:
        line = _line(kind)
        return [row for (held, _whose), row in self.holding(at).items() if held in line]

    def _wanted(self, kind: Kind, team: UUID | None, tag: UUID | None, at: datetime) -> Wanted | None:
        holding = self.holding(at)
        if tag is not None and (own := holding.get((kind, tag))):
            return Wanted(own.days, Scope.TAG)
        if team is not None and (own := holding.get((kind, team))):
            return Wanted(own.days, Scope.TEAM)
        whole = holding.get((kind, None))
        return Wanted(whole.days, Scope.ORGANIZATION) if whole else None

    def _state(self, at: datetime) -> int:
        """Between two changes everything holds as it is."""
        return bisect_right(self._starts, at)

    @cached_property
    def _starts(self) -> list[datetime]:
        moments = {row.starts_at for row in self.rows}
        moments |= {moment for limit in self.limits for moment in (limit.starts_at, limit.ends_at) if moment}
        return sorted(moments)


def profile_limits() -> Iterable[Limit]:
    """What the profiles that the organization has taken on ask of periods. One statement."""
    return _limits_of((profile, True, since) for profile, since in held_since())


def _limits_of(profiles: Iterable[tuple[Profile, bool, datetime]]) -> Iterator[Limit]:
    """With minima of those that were left, for `GRACE`: whoever leaves one has chosen no period."""
    for profile, holds, since in profiles:
        for rule in profile.rules:
            if rule.setting != SETTING:
                continue
            limit = Limit(Kind(rule.field), owner=profile.title, source=rule.why)
            if rule.test is Test.LEAST:
                yield replace(limit, shortest=rule.value, ends_at=None if holds else since + GRACE)
            elif rule.test is Test.MOST and holds:
                yield replace(limit, longest=rule.value, starts_at=since + GRACE)


def _line(kind: Kind) -> Sequence[Kind]:
    return (kind, *_line(WHOLE[kind])) if kind in WHOLE else (kind,)
