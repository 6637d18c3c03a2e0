"""What pages and files say of polls: who was asked, what was answered, until when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from compliance.models import HeldText, Poll, PollAnswer
from compliance.polls.choosing import key_of
from tenancy.encryption import prefetch
from tenancy.isolation import activate
from texting.announcements.reading import access as access_announcement
from texting.models import AnnouncementRecipient, Message
from texting.queries import customer, visible_lines
from texting.queries.access import NotYours
from texting.statuses import MessageStatus

A_PAGE = 50
A_PIECE = 1_000
RowState = AnnouncementRecipient.State
LOST = (MessageStatus.FAILED, MessageStatus.UNDELIVERED, MessageStatus.CANCELED)
"""How a text ended that reached nobody."""


@dataclass(frozen=True)
class Result:
    """One answer, how many chose it, and what share of those who answered, in per cent."""

    key: str
    words: str
    people: int
    share: int


@dataclass(frozen=True)
class Results:
    """What is known now. `asked`: who got the question; `unclear`: who wrote nothing else; `texts`: unclear ones.

    `thanked`: whose thanks are on their way or came; a text that failed thanked nobody, nor one that waits for a
    second person.
    """

    asked: int
    answered: int
    changed: int
    unclear: int
    texts: int
    reminded: int
    thanked: int
    rows: tuple[Result, ...]

    @property
    def silent(self) -> int:
        """Who got it and has not replied."""
        return max(0, self.asked - self.answered - self.unclear)

    @property
    def most(self) -> str:
        """What most chose; "" while nobody has answered."""
        top = max((one.people for one in self.rows), default=0)
        return ", ".join(one.words for one in self.rows if top and one.people == top)

    @property
    def share(self) -> int:
        """Who answered, in per cent of those who were asked."""
        return round(100 * self.answered / self.asked) if self.asked else 0


def closes_at(poll: Poll) -> datetime | None:
    """From when on replies count no more; None while it has not begun."""
    started = poll.announcement.started_at
    if started is None:
        return None
    usual = started + timedelta(days=poll.days_open)
    return min(poll.closed_at, usual) if poll.closed_at else usual


def is_open(poll: Poll, at: datetime | None = None) -> bool:
    """Whether replies of this moment count."""
    ends = closes_at(poll)
    return ends is not None and (at or timezone.now()) < ends


def visible(member: Membership) -> QuerySet[Poll]:
    """Those of lines that the member may use, the newest first."""
    rows = Poll.objects.filter(announcement__line_id__in=visible_lines(member).order_by().values("pk"))
    joined = rows.select_related("announcement__line", "announcement__made_by__user", "reminder")
    return joined.order_by("-announcement__made_at", "id")


def access(member: Membership, poll_id: UUID) -> Poll:
    """One of them. Raises NotYours."""
    found = visible(member).filter(pk=poll_id).first()
    if found is None:
        raise NotYours
    found.announcement = access_announcement(member, found.announcement_id)
    return found


def listed(member: Membership, number: int) -> tuple[Page[Poll], list[tuple[Poll, Results]]]:
    """A page of the list."""
    page = Paginator(visible(member), A_PAGE).get_page(number)
    rows = list(page.object_list)
    return page, list(zip(rows, counted(rows), strict=True))


def results(poll: Poll) -> Results:
    """Counted now."""
    return counted([poll])[0]


def counted(polls: list[Poll]) -> list[Results]:
    """The results of each, in four statements for all."""
    asked: dict[UUID, int] = {}
    sent = AnnouncementRecipient.objects.filter(
        announcement__in=[pk for one in polls for pk in (one.announcement_id, one.reminder_id) if pk],
        state=RowState.SENT,
    )
    for pk, number in sent.order_by().values_list("announcement").annotate(Count("id")):
        asked[pk] = number
    rows = PollAnswer.objects.filter(poll__in=polls).order_by()
    chosen: dict[UUID, dict[int | None, int]] = {}
    for pk, choice, number in rows.values_list("poll", "choice").annotate(Count("id")):
        chosen.setdefault(pk, {})[choice] = number
    lost = Message.objects.filter(pk=OuterRef("thanks_id"), status__in=LOST)
    held = HeldText.objects.filter(message_id=OuterRef("thanks_id")).exclude(state=HeldText.State.SENT)
    came = rows.filter(~Exists(lost), ~Exists(held), thanks_id__isnull=False)
    thanked = dict(came.values_list("poll").annotate(thanked=Count("id")))
    more = {
        pk: (changed, texts, thanked.get(pk, 0))
        for pk, changed, texts in rows.values_list("poll").annotate(
            changed=Count("id", filter=Q(changes__gt=0)), texts=Sum("unclear")
        )
    }
    return [_result(one, asked, chosen.get(one.pk, {}), more.get(one.pk, (0, 0, 0))) for one in polls]


def _result(poll: Poll, asked: dict[UUID, int], chosen: dict[int | None, int], more: tuple[int, int, int]) -> Results:
    """`more`: changed answers, unclear texts, who was thanked."""
    changed, texts, thanked = more
    answered = sum(number for choice, number in chosen.items() if choice is not None)
    rows = [
        Result(
            key_of(at, lettered=poll.lettered),
            words,
            chosen.get(at, 0),
            round(100 * chosen.get(at, 0) / answered) if answered else 0,
        )
        for at, words in enumerate(poll.answers)
    ]
    return Results(
        asked=asked.get(poll.announcement_id, 0),
        answered=answered,
        changed=changed,
        unclear=chosen.get(None, 0),
        texts=texts,
        thanked=thanked,
        reminded=asked.get(poll.reminder_id, 0) if poll.reminder_id else 0,
        rows=tuple(rows),
    )


def people(member: Membership, poll: Poll) -> Iterator[list[tuple[object, ...]]]:
    """Cells of everybody who was asked, a thousand at a time, each read in a transaction of its own.

    Numbers and names as the member sees them in lists.
    """
    last = None
    while True:
        with activate(member.organization):
            asked = AnnouncementRecipient.objects.filter(announcement=poll.announcement_id, state=RowState.SENT)
            asked = (asked.filter(pk__gt=last) if last else asked).select_related("contact").order_by("pk")
            rows = list(asked[:A_PIECE])
            prefetch([one.contact for one in rows])
            given = PollAnswer.objects.filter(poll=poll, contact__in=[one.contact_id for one in rows])
            answers = {one.contact_id: one for one in given}
            cells = [_cells(member, poll, one, answers.get(one.contact_id)) for one in rows]
        if not rows:
            return
        last = rows[-1].pk
        yield cells


def _cells(member: Membership, poll: Poll, one: AnnouncementRecipient, given: PollAnswer | None) -> tuple[object, ...]:
    seen = customer(member, one.contact, in_list=True)
    if given is None:
        return (seen.number, seen.name, "", _("No reply"), "", 0, 0)
    moment = given.at.isoformat(timespec="seconds")
    if given.choice is None:
        return (seen.number, seen.name, "", _("Unclear"), moment, given.changes, given.unclear)
    key = key_of(given.choice, lettered=poll.lettered)
    return (seen.number, seen.name, key, poll.answers[given.choice], moment, given.changes, given.unclear)
