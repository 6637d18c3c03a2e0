"""The list of conversations: filters, pages, counts that stay bounded, and finding somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Membership, Team
from accounts.permissions import Permission
from tenancy.encryption import blind_index, prefetch
from texting.models import Contact, Conversation, Line
from texting.models.contact import NUMBER_INDEX
from texting.phone_numbers import BadNumber, parse
from texting.queries.access import (
    NotYours,
    branches_on,
    contacts_for,
    readable_teams,
    sees_every_line,
    visible_conversations,
    visible_lines,
    with_people,
)
from texting.queries.cursors import Cursor, older_than
from texting.queries.seeing import customer, sees_everybody, wording
from texting.queries.shown import Row, colleague
from texting.searching.words import fold

PAGE = 40
MOST_COUNTED = 100  # "99+": a count never costs more than this many rows
SEARCHED = 300  # looking for any part of a name opens this many of the newest conversations
ORDER = ("-last_activity_at", "-id")


class FilterKind(StrEnum):
    """Which conversations a list shows; all but the last are open ones."""

    OPEN = "open"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    TEAM = "team"
    RESOLVED = "resolved"


@dataclass(frozen=True)
class Filter:
    """A filter, of one team for `TEAM`. `key` names it in addresses."""

    kind: FilterKind = FilterKind.OPEN
    team_id: UUID | None = None

    @property
    def key(self) -> str:
        """`open`, `mine`, `team-<id>` ..."""
        return f"team-{self.team_id}" if self.team_id else self.kind.value


@dataclass(frozen=True)
class InboxPage:
    """Rows from newest to oldest. `next` is where the next page begins, "" on the last one."""

    rows: tuple[Row, ...]
    next: str = ""


@dataclass(frozen=True)
class Counts:
    """How many conversations wait, at most `MOST_COUNTED` each. `unread` is what the window's title shows."""

    mine: int
    unassigned: int
    unread: int


def read_filter(key: str) -> Filter:
    """The filter that a key stands for; "" is the open ones. Raises NotYours for anything else."""
    if not key:
        return Filter()
    kind, dash, team = key.partition("-")
    try:
        found = Filter(FilterKind(kind), UUID(team) if dash else None)
    except ValueError:
        raise NotYours from None
    if (found.kind is FilterKind.TEAM) != (found.team_id is not None):
        raise NotYours
    return found


def visible_teams(member: Membership) -> list[Team]:
    """The teams whose conversations the member may read and that have a line."""
    teams = Team.objects.filter(lines__isnull=False)
    return list((teams if sees_every_line(member) else teams.filter(pk__in=readable_teams(member))).distinct())


def inbox_page(member: Membership, chosen: Filter, cursor: Cursor | None = None, size: int = PAGE) -> InboxPage:
    """One page of the list. Raises NotYours for a team that is not the member's."""
    ids = _newest(_branches(member, chosen), cursor, size + 1)
    rows = _rows(member, ids[:size])
    return InboxPage(rows, rows[-1].cursor if len(ids) > size and rows else "")


def newest_conversations(member: Membership, chosen: Filter, cursor: Cursor | None, size: int) -> list[UUID]:
    """The ids of the list's conversations after a cursor, in its order. Raises NotYours."""
    return _newest(_branches(member, chosen), cursor, size)


def inbox_row(member: Membership, conversation_id: UUID, chosen: Filter) -> Row | None:
    """One row as it is now; None when the conversation no longer belongs in this list or is not for this member."""
    for branch in _branches(member, chosen):
        if branch.filter(pk=conversation_id).exists():
            return _rows(member, [conversation_id])[0]
    return None


def counts(member: Membership) -> Counts:
    """What waits for the member and for everybody on their lines."""
    mine = _branches(member, Filter(FilterKind.MINE))[0]
    unassigned = _branches(member, Filter(FilterKind.UNASSIGNED))[0]
    unread = visible_conversations(member).filter(status=Conversation.Status.OPEN, unread__gt=0)
    waiting = unread.filter(Q(assignee=member) | Q(assignee__isnull=True))
    return Counts(*(_bounded(rows) for rows in (mine, unassigned, waiting)))


def search(member: Membership, words: str) -> InboxPage:
    """Conversations of whoever has this number, else of names that hold all the words among the newest `SEARCHED`.

    Members who may not see names and numbers find by the last four digits only: a look-up by full number would let them
    guess the rest.
    """
    by_number = _with_number(member, words)
    if by_number is not None:
        return InboxPage(_rows(member, by_number))
    wanted = fold(words).split()
    branches = [branch for kind in (FilterKind.OPEN, FilterKind.RESOLVED) for branch in _branches(member, Filter(kind))]
    newest = _newest(branches, None, SEARCHED)
    owners = dict(Conversation.objects.filter(pk__in=newest).values_list("pk", "contact_id"))
    people = list(contacts_for(member).filter(pk__in=set(owners.values())))
    prefetch(people)
    shown = [customer(member, person, in_list=True) for person in people]
    matching = {one.id for one in shown if all(word in fold(f"{one.name} {one.number}") for word in wanted)}
    return InboxPage(_rows(member, [pk for pk in newest if owners[pk] in matching][:PAGE]))


def rows_of(member: Membership, ids: Sequence[UUID]) -> tuple[Row, ...]:
    """Those of these conversations that the member may read, as the list shows them, in its order."""
    if not ids:
        return ()
    return _rows(member, list(visible_conversations(member).filter(pk__in=ids).values_list("pk", flat=True)))


def _with_number(member: Membership, words: str) -> Sequence[UUID] | None:
    if not sees_everybody(member):
        return None
    try:
        number = parse(words, member.organization.country)
    except BadNumber:
        return None
    contact = Contact.objects.filter(number_index=blind_index(NUMBER_INDEX, number.e164)).only("id").first()
    if contact is None:
        return []
    rows = visible_conversations(member).filter(contact=contact)
    return list(rows.order_by(*ORDER).values_list("pk", flat=True)[:PAGE])


def _branches(member: Membership, chosen: Filter) -> list[QuerySet[Conversation]]:
    """Queries that together are the list, each of which an index answers in order.

    A member who reads some lines only gets one query a line: no index answers "the newest on any of these lines", and
    it would read the whole organization's list to find a quiet line's few. Where a team lets people read only what is
    assigned to them, it is one for those and one for what is nobody's. What is assigned to one person, and what is
    unassigned, is short, so one query does.
    """
    resolved = chosen.kind is FilterKind.RESOLVED
    status = Conversation.Status.RESOLVED if resolved else Conversation.Status.OPEN
    rows = visible_conversations(member).filter(status=status)
    if chosen.kind is FilterKind.MINE:
        return [rows.filter(assignee=member)]
    if chosen.kind is FilterKind.UNASSIGNED:
        return [rows.filter(assignee__isnull=True)]
    if chosen.kind is FilterKind.TEAM:
        lines = _lines_of_team(member, chosen.team_id)
    elif sees_every_line(member):
        return [rows]
    else:
        lines = list(visible_lines(member))
    if not member.may(Permission.CONVERSATIONS_READ):
        return []
    rows = Conversation.objects.filter(status=status)
    return [rows.filter(part) for line in lines for part in branches_on(member, line)]


def _lines_of_team(member: Membership, team_id: UUID | None) -> list[Line]:
    if team_id not in {team.pk for team in visible_teams(member)}:
        raise NotYours
    return list(visible_lines(member).filter(team_id=team_id))


def _newest(branches: Sequence[QuerySet[Conversation]], cursor: Cursor | None, size: int) -> list[UUID]:
    parts = []
    for branch in branches:
        rows = branch.filter(older_than(cursor, "last_activity_at")) if cursor else branch
        parts.append(rows.order_by(*ORDER).values_list("id", "last_activity_at")[:size])
    if not parts:
        return []
    # Ordered by position in the union: PostgreSQL merges the parts, each of which comes in order.
    merged = parts[0].union(*parts[1:], all=True).order_by(*ORDER)[:size] if len(parts) > 1 else parts[0]
    return [pk for pk, _ in merged]


def _rows(member: Membership, ids: Sequence[UUID]) -> tuple[Row, ...]:
    """The rows with these ids, in the order of the list."""
    found = list(with_people(member, Conversation.objects.filter(pk__in=ids)).order_by(*ORDER))
    prefetch([*found, *(row.contact for row in found)])
    return tuple(row_of(member, conversation) for conversation in found)


def row_of(member: Membership, conversation: Conversation) -> Row:
    """A conversation as the list shows it to this member."""
    return Row(
        id=conversation.pk,
        cursor=str(Cursor(conversation.last_activity_at, conversation.pk)),
        customer=customer(member, conversation.contact, in_list=True),
        line_id=conversation.line_id,
        line=conversation.line.name,
        at=conversation.last_activity_at,
        preview=wording(member, conversation, "preview", in_list=True),
        media=conversation.preview_media,
        is_ours=conversation.preview_is_ours,
        unread=conversation.unread,
        assignee=colleague(conversation.assignee),
        is_resolved=conversation.status == Conversation.Status.RESOLVED,
    )


def _bounded(rows: QuerySet[Conversation]) -> int:
    return len(rows.order_by().values_list("pk")[:MOST_COUNTED])
