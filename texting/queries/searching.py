"""Finding texts, notes and people by what they say and are called, as far as the member may see them.

The index names candidates, newest first; each is opened and counts only when what this member sees of it says what was
asked. So nobody finds a text by a name or a number that is hidden from them, not even that there is one. A look costs
at most `MOST_OPENED` candidates; what lies behind is the next page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission
from tenancy.arrays import numbers
from tenancy.encryption import is_withheld, keyring, prefetch
from tenancy.isolation import current_organization_id
from texting.models import Message, Note
from texting.queries.access import visible_conversations, visible_messages
from texting.queries.cursors import Cursor
from texting.queries.seeing import Customer, customer, sees_everybody, wording
from texting.search_filters import offered
from texting.searching.asking import Part, Query, excerpt, says
from texting.searching.keeping import NEVER
from texting.searching.marks import SEARCH_KEY, keys_that_read, month_called, month_of, text_mark

PAGE = 20
FIRST_LOOK, NEXT_LOOK, MOST_OPENED = 24, 500, 2_000
MOST_WORDS_ASKED = 4  # of the index: the longest; the others are looked at in the text
MOST_REMEMBERED = 1_000  # organizations whose months this process remembers
NEWER_THAN_ALL = UUID(int=(1 << 128) - 1)


@dataclass(frozen=True)
class Wish:
    """What is looked for. Days are of the organization's zone, both included; `kind` is "", "texts" or "notes"."""

    query: Query
    kind: str = ""
    line_id: UUID | None = None
    team_id: UUID | None = None
    author_id: UUID | None = None
    tag_id: UUID | None = None
    since: date | None = None
    until: date | None = None
    direction: str = ""
    also: frozenset[str] = frozenset()

    @property
    def is_narrowed(self) -> bool:
        """Whether it asks for more than words and a tag, so that it is about texts and not about people."""
        narrows = (self.kind, self.line_id, self.team_id, self.author_id, self.since, self.until, self.direction)
        return any(narrows) or bool(self.also)


@dataclass(frozen=True)
class Hit:
    """A text or a note that says it. `cursor` is its place in its thread, `by` a colleague or "" for the customer."""

    id: UUID
    is_note: bool
    is_ours: bool
    at: datetime
    by: str
    parts: tuple[Part, ...]
    cursor: str


@dataclass(frozen=True)
class Group:
    """The hits of one conversation on a page of results, newest first."""

    conversation_id: UUID
    customer: Customer
    line: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class Results:
    """`next` is where the next page begins, None at the end; `looked_to` how far back this one looked then.

    The place may be the id of a text that the member does not see: it leaves sealed only (`searching.places`).
    """

    groups: tuple[Group, ...] = ()
    next: UUID | None = None
    looked_to: datetime | None = None

    @property
    def count(self) -> int:
        """How many hits there are on this page."""
        return sum(len(group.hits) for group in self.groups)


def find(member: Membership, wish: Wish, after: UUID | None = None) -> Results:
    """One page of what says it, the newest first."""
    if not member.may(Permission.CONVERSATIONS_READ):
        return Results()
    if not wish.query.typed and (wish.is_narrowed or wish.tag_id):
        return _without_words(member, wish, after or NEWER_THAN_ALL)
    if not wish.query.terms:
        return Results()
    keys = _keys(wish)
    place, opened, size = after or NEWER_THAN_ALL, 0, FIRST_LOOK
    found: list[Message | Note] = []
    shown: dict[UUID, str] = {}
    while opened < MOST_OPENED:
        ids = _candidates(keys, wish.query, place, size)
        for row in _rows(member, wish, ids):
            if row.ended_at is not None or is_withheld(row, "body"):
                continue
            text = wording(member, row, contact=row.contact, in_list=True)
            if says(wish.query, text):
                found.append(row)
                shown[row.pk] = text
        if len(found) > PAGE:
            found = found[:PAGE]
            return _results(member, wish, found, shown, found[-1].pk)
        if len(ids) < size:
            return _results(member, wish, found, shown, None)
        opened, place, size = opened + size, ids[-1], NEXT_LOOK
    return _results(member, wish, found, shown, place)


def _without_words(member: Membership, wish: Wish, before: UUID) -> Results:
    """A page of whatever the filters leave, the newest first: the database knows it all, nothing is opened to look.

    Texts that nobody finds by words (`keeping.NEVER`) and those whose words have ended or are hidden are not there
    either.
    """
    found = _rows(member, wish, None, before=before, most=PAGE + 1)[: PAGE + 1]
    there = [row for row in found[:PAGE] if not is_withheld(row, "body")]
    shown = {row.pk: wording(member, row, contact=row.contact, in_list=True) for row in there}
    return _results(member, wish, there, shown, found[PAGE - 1].pk if len(found) > PAGE else None)


def _results(
    member: Membership, wish: Wish, found: Sequence[Message | Note], shown: dict[UUID, str], place: UUID | None
) -> Results:
    groups: dict[UUID, list[Message | Note]] = {}
    for row in found:
        groups.setdefault(row.conversation_id, []).append(row)
    return Results(
        groups=tuple(
            Group(
                conversation_id=pk,
                customer=customer(member, rows[0].contact, in_list=True),
                line=rows[0].conversation.line.name,
                hits=tuple(_hit(wish.query, row, shown[row.pk]) for row in rows),
            )
            for pk, rows in groups.items()
        ),
        next=place,
        looked_to=found[-1].created_at if place and found else None,
    )


def _hit(query: Query, row: Message | Note, text: str) -> Hit:
    is_note = isinstance(row, Note)
    return Hit(
        id=row.pk,
        is_note=is_note,
        is_ours=is_note or row.direction == Message.Direction.OUT,  # type: ignore[union-attr]
        at=row.created_at,
        by=row.author.user.name if row.author else "",
        parts=excerpt(query, text),
        cursor=str(Cursor(row.created_at, row.pk)),
    )


# --- What the index names ---


def _keys(wish: Wish) -> dict[int, bytes]:
    """Of the months that the wish is about and that have one."""
    organization = current_organization_id()
    months = {*_months(organization), month_of(timezone.now())}
    first = month_of(_begin(wish.since)) if wish.since else 0
    last = month_of(_begin(wish.until) + timedelta(days=1)) if wish.until else 1 << 20
    return keys_that_read(organization, (month for month in months if first <= month <= last))


_known: dict[UUID, tuple[float, tuple[int, ...]]] = {}


def _months(organization: UUID) -> tuple[int, ...]:
    """The months that have a key; as old as a minute, as keys are (the present one is asked for in any case)."""
    until, months = _known.get(organization, (0.0, ()))
    if until < monotonic():
        months = tuple(month_called(scope) for scope in keyring.scopes_of(organization, SEARCH_KEY))
        if len(_known) > MOST_REMEMBERED:
            _known.clear()
        _known[organization] = (monotonic() + keyring.CACHE_SECONDS, months)
    return months


def _candidates(keys: dict[int, bytes], query: Query, before: UUID, size: int) -> list[UUID]:
    """The newest ids before a place that have all the words, or others with the same marks."""
    words = query.words[:MOST_WORDS_ASKED]
    columns = [numbers(text_mark(keys, month, word) for month in sorted(keys, reverse=True)) for word in words]
    if not keys or not words:
        return []
    organization = current_organization_id()
    values: list[Any] = [*columns, *[organization] * len(words), before, size, size]
    with connection.cursor() as cursor:
        cursor.execute(_statement(len(words)), values)
        return [pk for (pk,) in cursor.fetchall()]


def _statement(words: int) -> str:
    """Month by month, each from an index in order: a common word costs no more than a page of it."""
    names = [f"w{number}" for number in range(words)]
    tables = ", ".join(f"texting_textword {name}" for name in names)
    marked = " AND ".join(f"{name}.organization_id = %s AND {name}.mark = m.{name}" for name in names)
    same = "".join(f" AND {name}.row_id = w0.row_id" for name in names[1:])
    return (
        f"SELECT found.row_id FROM unnest({', '.join(['%s::bigint[]'] * words)}) AS m ({', '.join(names)})"  # noqa: S608
        f" CROSS JOIN LATERAL (SELECT w0.row_id FROM {tables} WHERE {marked}{same} AND w0.row_id < %s"
        " ORDER BY w0.row_id DESC LIMIT %s) AS found ORDER BY found.row_id DESC LIMIT %s"
    )


# --- What the member may see of it ---


def _rows(
    member: Membership,
    wish: Wish,
    ids: Sequence[UUID] | None,
    *,
    before: UUID = NEWER_THAN_ALL,
    most: int | None = None,
) -> list[Message | Note]:
    """The texts and notes of these that the wish and the member's rights leave, the newest first.

    Without ids: of all, those that can be found, before a place, the newest `most` of either kind.
    """
    among = Q(pk__in=ids) if ids is not None else Q(pk__lt=before, ended_at=None)
    rows: list[Message | Note] = []
    if wish.kind != "notes":
        texts = visible_messages(member).filter(among)
        if ids is None:
            texts = texts.exclude(purpose__in=NEVER)
        if wish.direction:
            texts = texts.filter(direction=wish.direction)
        rows += _narrowed(member, wish, texts, "line").order_by("-pk")[:most]
    if wish.kind != "texts" and not wish.direction:
        notes = Note.objects.filter(among, conversation__in=visible_conversations(member))
        rows += _narrowed(member, wish, notes, "conversation__line").order_by("-pk")[:most]
    prefetch([*rows, *(row.contact for row in rows)])
    return sorted(rows, key=lambda row: row.pk, reverse=True)


def _narrowed(member: Membership, wish: Wish, rows: "QuerySet[Any]", line: str) -> "QuerySet[Any]":
    conditions = Q()
    for column, value in (
        (line, wish.line_id),
        (f"{line}__team", wish.team_id),
        ("author", wish.author_id),
        ("contact__contact_tags__tag", wish.tag_id),
    ):
        if value is not None:
            conditions &= Q(**{column: value})
    if wish.since:
        conditions &= Q(created_at__gte=_begin(wish.since))
    if wish.until:
        conditions &= Q(created_at__lt=_begin(wish.until + timedelta(days=1)))
    for one in offered(member):
        if one.key in wish.also:
            rows = rows.filter(one.condition())
    rows = rows.filter(conditions).select_related("contact", "conversation__line", "author__user")
    return rows if sees_everybody(member) else rows.defer("contact__number")


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
