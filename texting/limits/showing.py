"""What the pages about limits show: today's use, the last two weeks, countries, alarms, rates, history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from texting.limits.bounds import BOUNDS, Limited
from texting.limits.notices import Share, share
from texting.limits.prices import MICROS, PriceTable, prices
from texting.limits.region_names import name_of, search
from texting.limits.regions import regions
from texting.limits.standing import DAY, Kind, Used, standing
from texting.models import AllowedCountry, LimitChange, SendingCount, SendingStop
from texting.phone_numbers import display
from texting.queries import sees_everybody

DAYS = 14
CHANGES = 30
ENDED_SHOWN = 20


@dataclass(frozen=True)
class Today:
    """Today's use. Money is in whole units; `most`: segments to which today's ceiling may be raised."""

    used: Used
    share: Share
    segments: int
    usual_segments: int
    money_used: float
    money: float
    raised: bool
    ends_at: datetime
    prices: PriceTable


def today() -> Today:
    """Where the organization stands."""
    here = standing()
    used = here.of(DAY)
    return Today(
        used=used,
        share=share(here),
        segments=here.segments_a_day,
        usual_segments=here.usual_segments,
        money_used=used.micros / MICROS,
        money=here.micros_a_day / MICROS,
        raised=here.segments_a_day > here.usual_segments,
        ends_at=here.next_day,
        prices=prices(),
    )


def days(member: Membership) -> tuple[list[str], list[int], list[float]]:
    """The last two weeks, oldest first: names of the days, segments, money."""
    require(member, Permission.LIMITS_MANAGE)
    here = standing()
    last = here.day.astimezone(here.zone).date()
    rows = SendingCount.objects.filter(kind=Kind.DAY, begins_at__gt=here.day - timedelta(days=DAYS))
    by_day: dict[date, tuple[int, int]] = {
        begins_at.astimezone(here.zone).date(): (segments, micros)
        for begins_at, segments, micros in rows.values_list("begins_at", "segments", "micros")
    }
    wanted = [last - timedelta(days=ago) for ago in reversed(range(DAYS))]
    found = [by_day.get(day, (0, 0)) for day in wanted]
    labels = [date_format(day, "j M") for day in wanted]
    return labels, [segments for segments, _micros in found], [micros / MICROS for _segments, micros in found]


@dataclass(frozen=True)
class Country:
    """A region on the list or found by a search. `added_at` None: the organization's own, or not on the list."""

    code: str
    name: str
    calling_code: int
    price: float
    listed: bool  # in the price table
    allowed: bool
    own: bool = False
    added_at: datetime | None = None
    added_by: str = ""

    @property
    def currency(self) -> str:
        """Of the price."""
        return prices().currency


def countries(member: Membership) -> list[Country]:
    """The list: the own country first."""
    require(member, Permission.LIMITS_MANAGE)
    here = standing()
    own = [_country(here.country, allowed=True, own=True)]
    rows = AllowedCountry.objects.select_related("added_by__user").exclude(region=here.country)
    return own + [
        _country(
            row.region,
            allowed=True,
            added_at=row.added_at,
            added_by=row.added_by.user.name if row.added_by else "",
        )
        for row in sorted(rows, key=lambda row: name_of(row.region))
    ]


def found_countries(words: str) -> list[Country]:
    """What a search finds."""
    allowed = standing().countries
    return [_country(region.code, allowed=region.code in allowed) for region in search(words[:60])]


def _country(
    code: str, *, allowed: bool, own: bool = False, added_at: datetime | None = None, added_by: str = ""
) -> Country:
    region, price = regions().get(code), prices().price_of(code, 1) / MICROS
    calling_code = region.calling_code if region else 0
    listed = code in prices().regions
    return Country(code, name_of(code), calling_code, price, listed, allowed, own, added_at, added_by)


@dataclass(frozen=True)
class Alarm:
    """A stop, with its evidence as sentences."""

    id: UUID
    title: str
    block: str
    country: str
    evidence: Sequence[str]
    raised_at: datetime
    lifted_at: datetime | None
    lifted_by: str
    lift_reason: str

    @property
    def key(self) -> str:
        """For ids on the page."""
        return str(self.id)


def alarms(member: Membership) -> tuple[list[Alarm], list[Alarm]]:
    """Those that stop something now, and the latest that were lifted."""
    require(member, Permission.LIMITS_MANAGE)
    rows = SendingStop.objects.select_related("lifted_by__user")
    ended = rows.filter(lifted_at__isnull=False).order_by("-lifted_at")[:ENDED_SHOWN]
    sees = sees_everybody(member)
    stopped = rows.filter(lifted_at__isnull=True)
    return [_alarm(row, sees=sees) for row in stopped], [_alarm(row, sees=sees) for row in ended]


def open_alarms(member: Membership) -> int:
    """How many stop something now; for the menu."""
    return SendingStop.objects.filter(lifted_at__isnull=True).count() if may_see(member) else 0


def may_see(member: Membership) -> bool:
    """Whether the pages are the member's."""
    return member.may(Permission.LIMITS_MANAGE)


def _alarm(row: SendingStop, *, sees: bool) -> Alarm:
    """The reason is free words about a block of numbers, so no customer is known whose name could be hidden in it: who
    sees customers masked reads none of it.
    """
    hidden = _("Written down, for those who see customers' names and numbers.") if row.lift_reason else ""
    return Alarm(
        id=row.pk,
        title=str(SendingStop.Rule(row.rule).label),
        block=f"{display(row.prefix, '')} …",
        country=name_of(row.region),
        evidence=[f"{name.capitalize()}: {number:,}" for name, number in row.evidence.items()],
        raised_at=row.raised_at,
        lifted_at=row.lifted_at,
        lifted_by=row.lifted_by.user.name if row.lifted_by else "",
        lift_reason=row.lift_reason if sees else hidden,
    )


@dataclass(frozen=True)
class RateRow:
    """One rate of an hour, as the page has it."""

    name: str
    label: str
    help: str
    now: int
    usual: int
    least: int
    most: int


def rates(member: Membership) -> list[RateRow]:
    """Every rate with its bounds."""
    require(member, Permission.LIMITS_MANAGE)
    now = standing().rates
    words = {
        Limited.NUMBER: (_("To one customer"), _("Answers to STOP, START and HELP do not count.")),
        Limited.MEMBER: (_("By one person"), _("Texts that a colleague writes by hand.")),
        Limited.PREFIX: (_("To one block of numbers"), _("Only texts to people who have not written to you first.")),
        Limited.NEW_NUMBERS: (_("New numbers in one block"), _("People whom you text for the first time.")),
        Limited.ORGANIZATION: (_("By the whole organization"), _("Everything but automatic answers.")),
    }
    return [
        RateRow(one.value, *words[one], now[one], BOUNDS[one].usual, BOUNDS[one].least, BOUNDS[one].most)
        for one in words
    ]


@dataclass(frozen=True)
class Entry:
    """One line of the history, as the timeline draws it."""

    when: datetime
    title: str
    detail: str
    who: str
    icon: str
    tone: str


_ICONS = {
    LimitChange.What.STOPPED: ("octagon-alert", "danger"),
    LimitChange.What.LIFTED: ("lock-open", "warning"),
    LimitChange.What.RAISED_TODAY: ("arrow-up", "warning"),
    LimitChange.What.GREW: ("arrow-up", "success"),
    LimitChange.What.COUNTRY_ADDED: ("globe", "info"),
    LimitChange.What.COUNTRY_REMOVED: ("globe", "neutral"),
}


def history(member: Membership) -> list[Entry]:
    """The latest changes, newest first."""
    require(member, Permission.LIMITS_MANAGE)
    rows = LimitChange.objects.select_related("actor__user")[:CHANGES]
    return [_entry(row) for row in rows]


def _entry(row: LimitChange) -> Entry:
    what = LimitChange.What(row.what)
    subject = row.subject
    if what in {LimitChange.What.COUNTRY_ADDED, LimitChange.What.COUNTRY_REMOVED}:
        subject = name_of(row.subject)
    elif what in {LimitChange.What.STOPPED, LimitChange.What.LIFTED}:
        subject = str(SendingStop.Rule(row.subject).label)
    elif what is LimitChange.What.RATE:
        subject = row.subject.replace("_", " ").replace("hour", "an hour")
    moved = f"{row.before:,} → {row.after:,}" if row.before is not None and row.after is not None else ""
    detail = " · ".join(part for part in (moved, row.reason) if part)
    icon, tone = _ICONS.get(what, ("gauge", "neutral"))
    title = f"{what.label}: {subject}" if subject else str(what.label)
    return Entry(row.changed_at, title, detail, row.actor.user.name if row.actor else "Parley", icon, tone)
