"""Which scheduled texts a member sees, and how: of conversations they may read, customers as they may see them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from accounts.permissions import Permission
from tenancy.encryption import prefetch, readable
from tenancy.isolation import activate
from tenancy.said import again
from texting.fields.reading import fields_for
from texting.models import Conversation, Line, ScheduledText
from texting.queries import ShownFile, files_waiting
from texting.queries.access import NotYours, visible_conversations, with_people
from texting.queries.seeing import Customer, customer, sees, sees_everybody, wording
from texting.scheduled.local_times import on_the_wall, place
from texting.scheduled.relative import Relation
from texting.scheduled.states import OPEN, State, Why

A_PAGE = 50
A_PIECE = 500  # of a file
_MOST_COUNTED = 100


class Tab(StrEnum):
    """What the list shows."""

    COMING = ""
    PAUSED = "paused"
    STOPPED = "stopped"
    OVER = "over"
    REPEATING = "repeating"


TABS = {
    Tab.COMING: (gettext_lazy("To come"), (State.WAITING,)),
    Tab.PAUSED: (gettext_lazy("Paused"), (State.PAUSED,)),
    Tab.STOPPED: (gettext_lazy("Not sent"), (State.STOPPED,)),
    Tab.OVER: (gettext_lazy("Over"), (State.SENT, State.HELD, State.CANCELED)),
    Tab.REPEATING: (gettext_lazy("Repeating"), tuple(State)),  # `series_reading` lists those
}
_NEXT_FIRST = {Tab.COMING, Tab.PAUSED}
_ICONS = {
    State.WAITING: ("clock", "info"),
    State.PAUSED: ("pause", "warning"),
    State.STOPPED: ("circle-alert", "danger"),
    State.SENT: ("check", "success"),
    State.HELD: ("hourglass", "warning"),
    State.CANCELED: ("x", "neutral"),
}


@dataclass(frozen=True)
class Wanted:
    """A filter of the list: a tab, a line, who wrote them."""

    tab: Tab = Tab.COMING
    line_id: UUID | None = None
    author_id: UUID | None = None


@dataclass(frozen=True)
class ScheduledRow:
    """One scheduled text. `leaves`: its time by clocks of the zone that it was chosen in; `known`: how that was known.

    `why`: what became of it or keeps it, in sentences. `goes_by`: the date that its time goes by, in words. `may_act`:
    the member may change it; `may_edit`: its words too.
    """

    id: UUID
    conversation_id: UUID
    customer: Customer
    line: str
    author: str
    is_mine: bool
    text: str
    state: str
    state_label: str
    icon: str
    tone: str
    send_at: datetime
    leaves: str
    where: str
    known: str
    insists: bool
    why: str
    revision: int
    ended_at: datetime | None
    may_act: bool
    may_edit: bool
    is_seen: bool
    series_id: UUID | None = None
    goes_by: str = ""
    attachments: tuple[ShownFile, ...] = ()
    is_ours: bool = True  # as a text of the thread says it: what `_files.html` asks

    @property
    def key(self) -> str:
        """The id as a part of elements' names."""
        return str(self.id)

    @property
    def is_waiting(self) -> bool:
        return self.state == State.WAITING

    @property
    def is_paused(self) -> bool:
        return self.state == State.PAUSED

    @property
    def is_stopped(self) -> bool:
        return self.state == State.STOPPED


def upcoming(member: Membership, conversation: Conversation) -> list[ScheduledRow]:
    """What is scheduled in this thread, the next first, and what was stopped and nobody has put away."""
    thread = visible_conversations(member).order_by()
    here = thread.filter(contact_id=conversation.contact_id, line_id=conversation.line_id)
    told = Q(state__in=(State.WAITING, State.PAUSED)) | Q(state=State.STOPPED, seen_at=None)
    found = _with_people().filter(
        told,
        contact_id=conversation.contact_id,
        line_id=conversation.line_id,
        conversation_id__in=here.values("pk"),
    )
    return _rows(member, found.order_by("send_at", "id"), conversation)


def of_series(member: Membership, series_id: UUID, number: int = 1) -> tuple[Page[ScheduledText], list[ScheduledRow]]:
    """A page of what became of a series' texts, the latest day first."""
    found = _visible(member).filter(series_id=series_id).order_by("-occurs_on", "-id")
    page = Paginator(found, A_PAGE).get_page(number)
    return page, _rows(member, page.object_list)


def listed(member: Membership, wanted: Wanted, number: int = 1) -> tuple[Page[ScheduledText], list[ScheduledRow]]:
    """A page of the list: the next first, of what is over the latest."""
    page = Paginator(_filtered(member, wanted), A_PAGE).get_page(number)
    return page, _rows(member, page.object_list)


def counted(member: Membership, wanted: Wanted) -> int:
    """How many the filter shows."""
    return _filtered(member, wanted).count()


def exported(member: Membership, wanted: Wanted) -> Iterator[list[ScheduledRow]]:
    """All that the filter shows, for a file: each piece in a transaction of its own, while the file leaves."""
    last: ScheduledText | None = None
    while True:
        with activate(member.organization):
            rows = _filtered(member, wanted)
            if last is not None:
                way = "gt" if wanted.tab in _NEXT_FIRST else "lt"
                same = Q(send_at=last.send_at, **{f"pk__{way}": last.pk})
                rows = rows.filter(same | Q(**{f"send_at__{way}": last.send_at}))
            found = list(rows[:A_PIECE])
            shown = _rows(member, found)
        yield shown
        if len(found) < A_PIECE:
            return
        last = found[-1]


def authors(member: Membership) -> list[Membership]:
    """Who wrote what the member may see in the list, by name."""
    ids = _visible(member).order_by().values("author_id")
    return list(Membership.objects.filter(pk__in=ids).select_related("user").order_by("user__name", "pk"))


def stopped_count(member: Membership) -> int:
    """How many of the member's own did not leave and were not put away; at most a hundred."""
    rows = ScheduledText.objects.filter(state=State.STOPPED, author=member, seen_at=None)
    return len(rows.order_by().values_list("pk")[:_MOST_COUNTED])


def access_scheduled(member: Membership, row_id: UUID) -> ScheduledText:
    """One of a conversation that the member may read. Raises NotYours."""
    found = _visible(member).filter(pk=row_id).first()
    if found is None:
        raise NotYours
    return found


def access_by_message(member: Membership, message_id: UUID) -> ScheduledText:
    """The one that will be this text. Raises NotYours."""
    found = _visible(member).filter(message_id=message_id).first()
    if found is None:
        raise NotYours
    return found


def may_edit_words(member: Membership, row: ScheduledText) -> bool:
    """Whether the member sees the words as they are: all of the customer, or what they wrote themselves."""
    return row.author_id == member.pk or sees(member, row.contact_id)


def words_to_edit(member: Membership, row: ScheduledText) -> str | None:
    """What it says, for whoever may change that; None for everybody else."""
    return (readable(row, "body") or "") if may_edit_words(member, row) else None


def _filtered(member: Membership, wanted: Wanted) -> QuerySet[ScheduledText]:
    rows = _visible(member).filter(state__in=TABS[wanted.tab][1])
    if wanted.tab is Tab.REPEATING:
        rows = rows.filter(series_id__isnull=False)
    if wanted.line_id is not None:
        rows = rows.filter(line_id=wanted.line_id)
    if wanted.author_id is not None:
        rows = rows.filter(author_id=wanted.author_id)
    return rows.order_by("send_at", "id") if wanted.tab in _NEXT_FIRST else rows.order_by("-send_at", "-id")


def _with_people() -> QuerySet[ScheduledText]:
    return ScheduledText.objects.select_related("author__user", "line")


def _visible(member: Membership) -> QuerySet[ScheduledText]:
    return _with_people().filter(conversation_id__in=visible_conversations(member).order_by().values("pk"))


def _rows(member: Membership, found: Iterable[ScheduledText], here: Conversation | None = None) -> list[ScheduledRow]:
    rows = list(found)
    if not rows:
        return []
    threads = {}
    if here is None:
        places = with_people(member, Conversation.objects.all())
        threads = {one.pk: one for one in places.filter(pk__in={row.conversation_id for row in rows})}
    prefetch([*rows, *(one.contact for one in threads.values())])
    files = files_waiting(member, [row.message_id for row in rows])
    names = {one.id: one.name for one in fields_for(member)} if any(row.field_id for row in rows) else {}
    return [
        replace(
            _row(member, row, here or threads[row.conversation_id], in_list=here is None),
            attachments=files.get(row.message_id, ()),
            goes_by=_goes_by(member, row, names, in_list=here is None),
        )
        for row in rows
    ]


def _row(member: Membership, row: ScheduledText, thread: Conversation, *, in_list: bool) -> ScheduledRow:
    state = State(row.state)
    icon, tone = _ICONS[state]
    may_send = member.may(Permission.MESSAGES_SEND)
    shown = sees_everybody(member) if in_list else sees(member, row.contact_id)
    # A customer's zone tells where they live: whoever may not see them reads the organization's clock.
    zone = row.zone if shown else member.organization.time_zone
    known = ScheduledText.ZoneFrom(row.zone_from) if shown else ScheduledText.ZoneFrom.OURS
    return ScheduledRow(
        id=row.pk,
        conversation_id=thread.pk,
        customer=customer(member, thread.contact, in_list=in_list),
        line=row.line.name,
        author=_("You") if row.author_id == member.pk else row.author.user.name,
        is_mine=row.author_id == member.pk,
        text="" if state in {State.SENT, State.HELD} else _words(member, row, thread, in_list=in_list),
        state=row.state,
        state_label=str(state.label),
        icon=icon,
        tone=tone,
        send_at=row.send_at,
        leaves=on_the_wall(row.send_at, ZoneInfo(zone)),
        where=place(zone),
        known=str(known.label),
        insists=row.outside_hours == "send",
        why=_why(member, row, thread, in_list=in_list),
        revision=row.revision,
        ended_at=row.ended_at,
        may_act=may_send and state in OPEN,
        may_edit=may_send and state in OPEN and may_edit_words(member, row),
        is_seen=row.seen_at is not None,
        series_id=row.series_id,
    )


def _goes_by(member: Membership, row: ScheduledText, names: Mapping[UUID, str], *, in_list: bool) -> str:
    if row.field_id is None or row.relation is None:
        return ""
    shown = sees_everybody(member) if in_list else sees(member, row.contact_id)
    if not shown or row.field_id not in names:  # the distance, beside the time, would tell the date
        return _("by a date of theirs")
    return Relation.from_json(row.relation).in_words(names[row.field_id])


def _words(member: Membership, row: ScheduledText, thread: Conversation, *, in_list: bool) -> str:
    return wording(member, row, contact=thread.contact, in_list=in_list)


def _why(member: Membership, row: ScheduledText, thread: Conversation, *, in_list: bool) -> str:
    if row.state == State.PAUSED and row.why == Why.LEFT:
        return _("Whoever wrote it has left. Read it over, then send it or cancel it.")
    if row.state == State.CANCELED and row.why == Why.DATE:
        return str(Why.DATE.label)
    if row.state != State.STOPPED:
        return ""
    said = wording(member, row, "note", contact=thread.contact, in_list=in_list)
    return again(said) or str(Why(row.why).label if row.why else "")


def line_choices(lines: Iterable[Line]) -> list[tuple[str, str]]:
    """Lines for a filter: id and name."""
    return [(str(line.pk), line.name) for line in lines]
