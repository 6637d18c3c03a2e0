"""Which series of texts a member sees, and how: as `reading` has it for each text."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission
from tenancy.encryption import prefetch, readable
from texting.models import Conversation, TextSeries
from texting.queries.access import NotYours, visible_conversations, with_people
from texting.queries.seeing import Customer, customer, sees, sees_everybody, wording
from texting.scheduled.local_times import on_the_wall, place
from texting.scheduled.reading import A_PAGE, Wanted
from texting.scheduled.recurring import Pattern
from texting.scheduled.saying import in_words
from texting.scheduled.series import LIVING, Going, next_times, pattern_of
from texting.scheduled.states import Why
from texting.scheduled.their_clock import ZoneFrom

SOON = 3
"""So many next times stand in the list; on a series' own page more."""
_SIGNS = {
    Going.ACTIVE: ("repeat", "info"),
    Going.PAUSED: ("pause", "warning"),
    Going.ENDED: ("check", "neutral"),
    Going.CANCELED: ("x", "neutral"),
}


@dataclass(frozen=True)
class SeriesRow:
    """One series. `times`: when its next texts leave, by clocks of its zone. `why`: what paused or ended it."""

    id: UUID
    conversation_id: UUID
    customer: Customer
    line: str
    author: str
    text: str
    state: str
    state_label: str
    icon: str
    tone: str
    pattern: str
    times: tuple[str, ...]
    where: str
    known: str
    made: int
    why: str
    revision: int
    may_act: bool

    @property
    def key(self) -> str:
        """The id as a part of elements' names."""
        return str(self.id)


def listed(member: Membership, wanted: Wanted, number: int = 1) -> tuple[Page[TextSeries], list[SeriesRow]]:
    """A page of the list: those that go on first, the newest first."""
    rows = visible(member)
    if wanted.line_id is not None:
        rows = rows.filter(line_id=wanted.line_id)
    if wanted.author_id is not None:
        rows = rows.filter(author_id=wanted.author_id)
    going = Case(When(state__in=LIVING, then=Value(0)), default=Value(1), output_field=IntegerField())
    page = Paginator(rows.order_by(going, "-made_at", "-id"), A_PAGE).get_page(number)
    return page, shown_all(member, list(page.object_list))


def shown_all(member: Membership, found: Sequence[TextSeries]) -> list[SeriesRow]:
    """These as a list shows them, in their order."""
    places = with_people(member, Conversation.objects.all())
    threads = {one.pk: one for one in places.filter(pk__in={row.conversation_id for row in found})}
    prefetch([*found, *(one.contact for one in threads.values())])
    return [shown(member, row, threads[row.conversation_id], SOON) for row in found]


def access_series(member: Membership, series_id: UUID) -> TextSeries:
    """One of a conversation that the member may read. Raises NotYours."""
    found = visible(member).filter(pk=series_id).first()
    if found is None:
        raise NotYours
    return found


def words_to_edit(member: Membership, series: TextSeries) -> str | None:
    """What it says, for whoever may change that; None for everybody else."""
    may = series.author_id == member.pk or sees(member, series.contact_id)
    return (readable(series, "body", "") or "") if may else None


def shown(
    member: Membership, series: TextSeries, thread: Conversation, most: int, *, in_list: bool = True
) -> SeriesRow:
    """One as the member sees it, with its next times."""
    state = Going(series.state)
    icon, tone = _SIGNS[state]
    # As in `reading`: a customer's zone tells where they live.
    seen = sees_everybody(member) if in_list else sees(member, series.contact_id)
    zone = series.zone if seen else member.organization.time_zone
    known = ZoneFrom(series.zone_from) if seen else ZoneFrom.OURS
    return SeriesRow(
        id=series.pk,
        conversation_id=thread.pk,
        customer=customer(member, thread.contact, in_list=in_list),
        line=series.line.name,
        author=_("You") if series.author_id == member.pk else series.author.user.name,
        text=wording(member, series, contact=thread.contact, in_list=in_list),
        state=series.state,
        state_label=str(state.label),
        icon=icon,
        tone=tone,
        pattern=in_words(pattern_of(series) if seen else _by_our_clock(series, zone), series.times),
        times=tuple(on_the_wall(one.at, ZoneInfo(zone)) for one in next_times(series, most)),
        where=place(zone),
        known=str(known.label),
        made=series.made,
        why=str(Why(series.why).label) if series.why else "",
        revision=series.revision,
        may_act=member.may(Permission.MESSAGES_SEND),
    )


def _by_our_clock(series: TextSeries, ours: str) -> Pattern:
    """Its pattern with the time by our clock: by the customer's it would tell where they live."""
    pattern = pattern_of(series)
    first = next(iter(next_times(series, 1)), None)
    at = first.at if first else datetime.combine(pattern.starts, pattern.at, ZoneInfo(series.zone))
    return replace(pattern, at=at.astimezone(ZoneInfo(ours)).time())


def visible(member: Membership) -> QuerySet[TextSeries]:
    """Those of conversations that the member may read."""
    rows = TextSeries.objects.select_related("author__user", "line")
    return rows.filter(conversation_id__in=visible_conversations(member).order_by().values("pk"))
