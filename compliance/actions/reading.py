"""Actions as pages and files show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership
from compliance.actions import rates
from compliance.actions.counting import Estimate, chance, estimate
from compliance.actions.intervals import SURE, Count
from compliance.actions.links import TONES
from compliance.actions.origins import url_of
from compliance.actions.places import name_of, place_of_action, visible_actions
from compliance.actions.rates import Rate, Unit
from compliance.actions.states import OVER, TO_DO, State
from compliance.actions.windows import today
from compliance.models import Action, ActionEvent, ActionMeasurement
from compliance.reports.periods import Period

Kind = ActionMeasurement.Kind
TABS: dict[str, tuple[str, ...]] = {
    "todo": TO_DO,
    "measuring": (State.MEASURING, State.HELD),
    "over": OVER,
    "all": tuple(State),
}


@dataclass(frozen=True)
class Filter:
    """What a list shows. `owner` None: everybody's."""

    tab: str = "todo"
    owner: UUID | None = None
    change: str = ""
    team: UUID | None = None

    @property
    def condition(self) -> Q:
        wanted = Q(state__in=TABS.get(self.tab, TO_DO))
        if self.owner:
            wanted &= Q(owner_id=self.owner)
        if self.change:
            wanted &= Q(change=self.change)
        if self.team:
            wanted &= Q(team_id=self.team) | Q(line__team_id=self.team)
        return wanted

    @property
    def query(self) -> str:
        """As the address says it."""
        return urlencode({name: str(value) for name, value in vars(self).items() if value})

    @property
    def is_narrowed(self) -> bool:
        return bool(self.owner or self.change or self.team)


@dataclass(frozen=True)
class Effect:
    """A rate before and after one change, and whether they differ by more than chance."""

    turn: int
    unit: Unit
    before: Estimate
    after: Estimate
    target: float
    since: date
    until: date

    @property
    def chance(self) -> float | None:
        return chance(self.before.count, self.after.count, self.unit)

    @property
    def is_sure(self) -> bool:
        return self.chance is not None and self.chance < SURE

    @property
    def verdict(self) -> tuple[str, str]:
        """In plain words, with a tone."""
        p, before, after = self.chance, self.before.value, self.after.value
        if p is None or before is None or after is None:
            return _("Cannot be told: there was nothing to count on one side."), "neutral"
        if p >= SURE:
            words = _("It could be chance: the same rate would differ this much in %(often)s of 100 such pairs.")
            return words % {"often": _often(p)}, "neutral"
        if after < before:
            return _("Better by more than chance: %(words)s.") % {"words": _rarely(p)}, "success"
        return _("Worse by more than chance: %(words)s.") % {"words": _rarely(p)}, "danger"


@dataclass(frozen=True)
class ShownEvent:
    """One line of the history."""

    label: str
    who: str
    at: datetime
    words: str
    detail: str


@dataclass(frozen=True)
class ShownAction:
    """One action. `effects`: the newest turn first; `so_far`: counted since the change while its window runs."""

    action: Action
    label: str
    tone: str
    icon: str
    place: str
    rate: Rate | None
    effects: tuple[Effect, ...]
    is_late: bool

    @property
    def effect(self) -> Effect | None:
        return self.effects[0] if self.effects else None

    @property
    def rate_title(self) -> str:
        if not self.action.rate:
            return ""
        return str(self.rate.title) if self.rate else _("A rate that is not known any more")

    @property
    def target(self) -> str:
        """With its unit."""
        return figure(self.action.target, self.rate.unit) if self.rate and self.action.target is not None else ""


def shown_actions(member: Membership, wanted: Filter) -> QuerySet[Action]:
    """Those of the filter that the member may see; what is due first on top, over ones newest first."""
    rows = visible_actions(member).filter(wanted.condition)
    return rows.order_by("due_on", "id") if wanted.tab == "todo" else rows.order_by("-opened_at", "-id")


def rows_of(member: Membership, found: Sequence[Action]) -> list[ShownAction]:
    """In their order."""
    kept: dict[UUID, list[ActionMeasurement]] = {}
    for row in ActionMeasurement.objects.filter(action__in=[one.pk for one in found]).order_by("turn", "since"):
        kept.setdefault(row.action_id, []).append(row)
    known = {one.rate: rates.rate(one.rate) for one in found}
    day = today(member.organization.time_zone)
    return [_shown(one, known[one.rate], kept.get(one.pk, []), day) for one in found]


def so_far(action: Action, rate: Rate | None, zone: str) -> tuple[Period, Estimate] | None:
    """What is counted since the change, while its window runs; None before there was a whole day, and afterwards."""
    if action.state != State.MEASURING or rate is None or action.changed_on is None:
        return None
    last = min(today(zone) - timedelta(days=1), action.changed_on + timedelta(days=action.window))
    if last <= action.changed_on:
        return None
    period = Period(action.changed_on + timedelta(days=1), last, zone)
    return period, Estimate(rate.count(period, place_of_action(action)), rate.unit)


def origins(member: Membership, action: Action) -> list[tuple[str, str, str, datetime]]:
    """(kind, what, its page or "", since when) of what opened it; the newest first."""
    rows = action.origins.order_by("-added_at", "-id")
    return [(str(row.get_kind_display()), row.label, url_of(member, row), row.added_at) for row in rows]


def history(action: Action, rate: Rate | None) -> list[ShownEvent]:
    """The newest first."""
    rows = action.events.select_related("actor__user").order_by("-at", "-id")
    return [_event(row, rate) for row in rows]


def measurements(action: Action) -> list[ActionMeasurement]:
    """All that was kept, the oldest first."""
    return list(action.measurements.order_by("until", "turn", "id"))


def figure(value: float | None, unit: Unit) -> str:
    """A rate with its unit, to one place, more where it is small; a dash for none."""
    if value is None:
        return "–"
    places = 0 if float(value).is_integer() else 1 if value >= 1 else 2
    number = number_format(round(value, places), decimal_pos=places, force_grouping=True)
    return f"{number} {unit.sign}"


def between(found: Estimate) -> str:
    """The interval in words."""
    bounds = found.bounds
    if bounds is None:
        return ""
    return _("between %(low)s and %(high)s") % {
        "low": figure(bounds[0], found.unit),
        "high": figure(bounds[1], found.unit),
    }


def counted(found: Estimate) -> str:
    """What stands behind it."""
    numbers = {"events": found.count.events, "base": number_format(found.count.base, force_grouping=True)}
    if found.unit is Unit.SHARE:
        return _("%(events)d of %(base)s") % numbers
    return ngettext("%(events)d in %(base)s text", "%(events)d in %(base)s texts", found.count.base) % numbers


def _shown(action: Action, rate: Rate | None, kept: list[ActionMeasurement], day: date) -> ShownAction:
    tone, icon = TONES[State(action.state)]
    return ShownAction(
        action=action,
        label=str(action.get_state_display()),
        tone=tone,
        icon=icon,
        place=name_of(action),
        rate=rate,
        effects=_effects(kept, rate),
        is_late=action.state in TO_DO and action.due_on < day,
    )


def _effects(kept: list[ActionMeasurement], rate: Rate | None) -> tuple[Effect, ...]:
    if rate is None:
        return ()
    before = {row.turn: row for row in kept if row.kind == Kind.BEFORE}
    after = {row.turn: row for row in kept if row.kind == Kind.AFTER}
    return tuple(
        Effect(
            turn,
            rate.unit,
            estimate(before[turn], rate.unit),
            estimate(row, rate.unit),
            row.target,
            row.since,
            row.until,
        )
        for turn, row in sorted(after.items(), reverse=True)
        if turn in before
    )


def _event(row: ActionEvent, rate: Rate | None) -> ShownEvent:
    facts, detail = row.facts, ""
    if "base" in facts and rate is not None:
        found = Estimate(Count(facts["events"], facts["base"]), rate.unit)
        detail = f"{figure(found.value, rate.unit)} ({counted(found)})"
    elif facts.get("rate") == "gone":
        detail = _("Its rate is not known any more, so nothing could be counted.")
    elif "changed_on" in facts:
        detail = _("In effect since %(day)s.") % {"day": facts["changed_on"]}
    return ShownEvent(
        label=str(row.get_kind_display()),
        who=row.actor.user.name if row.actor else _("By itself"),
        at=row.at,
        words=row.words,
        detail=detail,
    )


def _often(p: float) -> str:
    return number_format(max(1, round(100 * p)))


def _rarely(p: float) -> str:
    if p < 0.001:
        return _("the same rate would differ this much in less than 1 of 1,000 such pairs")
    words = _("the same rate would differ this much in %(often)s of 1,000 such pairs")
    return words % {"often": number_format(max(1, round(1000 * p)))}
