"""What pages and files say of announcements: how far one is, what the check found, what became of each recipient."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from tenancy.encryption import prefetch
from texting.announcements.lasting import duration, lasting, load_of
from texting.announcements.their_time import their_moment
from texting.announcements.words import list_words, reason_words
from texting.limits.prices import MICROS, prices
from texting.models import Announcement, AnnouncementRecipient, Message
from texting.queries import Customer, customer, visible_lines
from texting.queries.access import NotYours
from texting.scheduled.local_times import on_the_wall, place
from texting.statuses import MessageStatus

A_PAGE = 50
ZONES_SHOWN = 12
LONG = 7_200.0  # seconds
State, RowState = Announcement.State, AnnouncementRecipient.State
BADGES = {
    State.DRAFT: ("neutral", "square-pen"),
    State.CHECKING: ("info", "loader-circle"),
    State.CHECKED: ("accent", "clipboard-check"),
    State.ASKED: ("warning", "hourglass"),
    State.PLANNED: ("info", "clock"),
    State.RUNNING: ("accent", "loader-circle"),
    State.PAUSED: ("warning", "pause"),
    State.FINISHED: ("success", "check"),
    State.CANCELED: ("neutral", "ban"),
}


@dataclass(frozen=True)
class Numbers:
    """How many recipients are where. `delivered` is part of `sent`."""

    unread: int = 0
    left_out: int = 0
    ready: int = 0
    queued: int = 0
    sent: int = 0
    delivered: int = 0
    refused: int = 0
    failed: int = 0
    taken_back: int = 0

    @property
    def meant(self) -> int:
        """Everybody of the audience."""
        return self.told + self.left_out + self.unread

    @property
    def told(self) -> int:
        """Everybody whom the check let through: what a start promises."""
        return self.ready + self.queued + self.over

    @property
    def over(self) -> int:
        """Those who have an outcome."""
        return self.sent + self.refused + self.failed + self.taken_back


@dataclass(frozen=True)
class Forecast:
    """What the check says of a start. Money is in whole units of `currency`.

    `why`: a reason in words and how many; `rows`: of a list, what could not be used, how many, and the first rows.
    `when`: a moment ("" for now), where, how many. `takes`: how long, in words, and what sets the pace. `extra`: of the
    segments, those that letters outside the short alphabet cost.
    """

    people: int
    left_out: int
    segments: int
    longest: int
    extra: int
    cost: float
    currency: str
    takes: str
    seconds: float
    pace: str
    left: str
    why: tuple[tuple[str, int], ...]
    rows: tuple[tuple[str, int, str], ...]
    when: tuple[tuple[str, str, int], ...]

    @property
    def is_long(self) -> bool:
        """Whether it may well go on into hours in which nothing may leave."""
        return self.seconds >= LONG


def visible(member: Membership) -> QuerySet[Announcement]:
    """Those of lines that the member may use, the newest first."""
    rows = Announcement.objects.filter(line_id__in=visible_lines(member).order_by().values("pk"))
    return rows.select_related("line", "made_by__user", "started_by__user", "organization").order_by("-made_at", "id")


def access(member: Membership, announcement_id: UUID) -> Announcement:
    """One of them. Raises NotYours."""
    found = visible(member).filter(pk=announcement_id).first()
    if found is None:
        raise NotYours
    return found


def listed(
    member: Membership, state: str, number: int
) -> tuple[Page[Announcement], list[tuple[Announcement, Numbers]]]:
    """A page of the list."""
    rows = visible(member)
    page = Paginator(rows.filter(state=state) if state else rows, A_PAGE).get_page(number)
    found = list(page.object_list)
    numbers = counted(found)
    return page, [(row, numbers[row.pk]) for row in found]


def counted(found: Sequence[Announcement]) -> dict[UUID, Numbers]:
    """By announcement, with one statement; what of `sent` was delivered is not asked."""
    rows = AnnouncementRecipient.objects.filter(announcement__in=found).order_by().values_list("announcement", "state")
    by_state: dict[UUID, dict[str, int]] = {row.pk: {} for row in found}
    for pk, row_state, count in rows.annotate(Count("id")):
        by_state[pk][row_state] = count
    return {pk: Numbers(**one) for pk, one in by_state.items()}


def numbers_of(row: Announcement) -> Numbers:
    """Counted now."""
    rows = AnnouncementRecipient.objects.filter(announcement=row).order_by().values_list("state")
    delivered = Message.objects.filter(
        announcement=row, status__in=[MessageStatus.DELIVERED, MessageStatus.READ]
    ).count()
    return Numbers(delivered=delivered + row.arrived_gone, **dict(rows.annotate(Count("id"))))


def reasons_of(row: Announcement, *states: "AnnouncementRecipient.State") -> list[tuple[str, int]]:
    """Why those are in these states, the most frequent first."""
    rows = AnnouncementRecipient.objects.filter(announcement=row, state__in=states).order_by().values_list("reason")
    said = row.report.get("said", {})
    summed: dict[str, int] = {}
    for reason, count in rows.annotate(Count("id")):
        words = reason_words(reason, said)
        summed[words] = summed.get(words, 0) + count
    return sorted(summed.items(), key=lambda pair: (-pair[1], pair[0]))


def forecast(row: Announcement) -> Forecast:
    """What a start would do, as it was checked."""
    rows = AnnouncementRecipient.objects.filter(announcement=row, state=RowState.READY)
    longest = rows.order_by("-segments").values_list("segments", flat=True).first() or 0
    load, report = load_of(rows), row.report
    lasts = lasting(row, load)
    return Forecast(
        people=load.people,
        left_out=AnnouncementRecipient.objects.filter(announcement=row, state=RowState.LEFT_OUT).count(),
        segments=load.segments,
        longest=longest,
        extra=report.get("extra", 0),
        cost=load.micros / MICROS,
        currency=prices().currency,
        takes=duration(lasts.seconds),
        seconds=lasts.seconds,
        pace=lasts.pace,
        left=lasts.left,
        why=tuple(reasons_of(row, RowState.LEFT_OUT)),
        rows=tuple(
            (list_words(why), count, ", ".join(str(at) for at in report.get("rows", {}).get(why, [])))
            for why, count in sorted(report.get("list", {}).items())
        ),
        when=tuple(_planned(row) if row.begins_at is not None else _when(row)),
    )


def _when(row: Announcement) -> Iterator[tuple[str, str, int]]:
    """By moment and zone; those who can get it at once first, few zones apart and the rest together."""
    now, ours = timezone.now(), row.organization.time_zone
    found: list[tuple[datetime | None, str, int]] = []
    for key, count in row.report.get("when", {}).items():
        moment, _blank, zone = key.partition(" ")
        opens = datetime.fromisoformat(moment) if moment else None
        found.append((opens if opens and opens > now else None, zone, count))
    found.sort(key=lambda one: (one[0] is not None, one[0] or datetime.min.replace(tzinfo=UTC), -one[2]))
    for opens, zone, count in found[:ZONES_SHOWN]:
        where = place(zone) if zone else _("Unknown; by the clock in %(place)s") % {"place": place(ours)}
        yield on_the_wall(opens, ZoneInfo(zone or ours)) if opens else "", where, count
    if rest := sum(count for _opens, _zone, count in found[ZONES_SHOWN:]):
        yield "", _("Elsewhere"), rest


def _planned(row: Announcement) -> Iterator[tuple[str, str, int]]:
    """When it is time for whom, as far as their clocks are known; their hours are looked at again then."""
    ours = row.organization.time_zone
    wall = datetime.fromisoformat(row.begins_theirs) if row.begins_theirs else None
    found: list[tuple[datetime, str, int]] = []
    for clocks, count in row.report.get("clocks", {}).items():
        at = their_moment(clocks, wall, ours) if wall else row.begins_at
        if at is not None:
            found.append((at, clocks.partition(",")[0] or ours, count))
    found.sort(key=lambda one: (one[0], -one[2], one[1]))
    for at, zone, count in found[:ZONES_SHOWN]:
        yield on_the_wall(at, ZoneInfo(zone)), place(zone), count
    if rest := sum(count for _at, _zone, count in found[ZONES_SHOWN:]):
        yield "", _("Elsewhere"), rest


def recipients(row: Announcement, state: str = "") -> QuerySet[AnnouncementRecipient]:
    """In the order in which they are queued."""
    rows = AnnouncementRecipient.objects.filter(announcement=row).select_related("contact")
    return (rows.filter(state=state) if state else rows).order_by("id")


@dataclass(frozen=True)
class Told:
    """One recipient on a page. `badge`: tone and icon; `why` is empty where there is nothing to say."""

    who: Customer
    state: str
    badge: tuple[str, str]
    why: str
    since: datetime | None


_TONES = {
    RowState.SENT: ("success", "check"),
    RowState.FAILED: ("danger", "circle-alert"),
    RowState.REFUSED: ("warning", "ban"),
    RowState.QUEUED: ("info", "clock"),
}


def told(
    member: Membership, row: Announcement, state: str, number: int
) -> tuple[Page[AnnouncementRecipient], list[Told]]:
    """A page of its recipients, names and numbers as lists show them to this member."""
    page = Paginator(recipients(row, state), A_PAGE).get_page(number)
    found = list(page.object_list)
    prefetch([one.contact for one in found])
    return page, [
        Told(
            customer(member, one.contact, in_list=True),
            str(RowState(one.state).label),
            _TONES.get(RowState(one.state), ("neutral", "minus")),
            _why(row, one),
            one.moved_at,
        )
        for one in found
    ]


def cells(member: Membership, row: Announcement, one: AnnouncementRecipient) -> tuple[object, ...]:
    """A line of the file: number and name as the member may see them, and may take along."""
    seen = customer(member, one.contact, in_list=True, to_take=True)
    moved = one.moved_at.isoformat(timespec="seconds") if one.moved_at else ""
    return (seen.number, seen.name, RowState(one.state).label, _why(row, one), one.segments, moved)


def _why(row: Announcement, one: AnnouncementRecipient) -> str:
    return reason_words(one.reason, row.report.get("said", {})) if one.reason else ""
