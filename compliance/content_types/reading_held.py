"""Which held texts a member sees, and how: those of conversations they may read, customers as they may see them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission
from compliance.content_types.classifying import recognize
from compliance.content_types.words import CATEGORIES, phrase_shown, reads_like
from compliance.models import HeldText
from tenancy.encryption import prefetch, readable
from texting.models import Conversation
from texting.queries import ShownFile, files_waiting
from texting.queries.access import NotYours, visible_conversations, with_people
from texting.queries.inbox import MOST_COUNTED
from texting.queries.seeing import Customer, customer, wording

SHOWN = 50
State = HeldText.State
ENDED = (State.REFUSED, State.EXPIRED)
"""What its author is told of in the thread until they put it away."""


@dataclass(frozen=True)
class HeldRow:
    """One held text. `why`: what it reads like. `who` decided; `may_decide`: this member is a second person for it."""

    id: UUID
    conversation_id: UUID
    customer: Customer
    line: str
    author: str
    is_mine: bool
    text: str
    why: str
    state: str
    state_label: str
    asked_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    who: str
    reason: str
    may_decide: bool
    attachments: tuple[ShownFile, ...] = ()
    is_ours: bool = True  # as a text of the thread says it: what `_files.html` asks

    @property
    def is_waiting(self) -> bool:
        return self.state == State.WAITING

    @property
    def key(self) -> str:
        """The id as a part of elements' names."""
        return str(self.id)


def waiting_texts(member: Membership) -> list[HeldRow]:
    """Those that wait, what expires first at the top; at most `SHOWN`."""
    return _rows(member, _visible(member).filter(state=State.WAITING).order_by("expires_at", "id")[:SHOWN])


def decided_texts(member: Membership) -> list[HeldRow]:
    """The latest that wait no more; at most `SHOWN`."""
    return _rows(member, _visible(member).exclude(state=State.WAITING).order_by("-decided_at", "-id")[:SHOWN])


def waiting_count(member: Membership) -> int:
    """How many wait for this member's decision, at most `MOST_COUNTED`."""
    rows = _visible(member).filter(state=State.WAITING).exclude(author=member)
    return len(rows.order_by().values_list("pk", flat=True)[:MOST_COUNTED])


def access_held(member: Membership, held_id: UUID) -> HeldText:
    """A held text of a conversation that the member may read. Raises NotYours."""
    found = _visible(member).filter(pk=held_id).first()
    if found is None:
        raise NotYours
    return found


def held_of(member: Membership, conversation: Conversation) -> list[HeldRow]:
    """What waits in this thread, and what became of the member's own texts."""
    readable_ones = visible_conversations(member).order_by()
    thread = readable_ones.filter(contact_id=conversation.contact_id, line_id=conversation.line_id)
    told = Q(state=State.WAITING) | Q(state__in=ENDED, author=member, seen_at=None)
    rows = _with_people().filter(told, conversation_id__in=thread.values("pk")).order_by("asked_at", "id")
    return _rows(member, rows, conversation)


def _with_people() -> QuerySet[HeldText]:
    return HeldText.objects.select_related("author__user", "decided_by__user")


def _visible(member: Membership) -> QuerySet[HeldText]:
    mine = visible_conversations(member).order_by().values("pk")
    return _with_people().filter(conversation_id__in=mine)


def _rows(member: Membership, held: Iterable[HeldText], here: Conversation | None = None) -> list[HeldRow]:
    found = list(held)
    if not found:
        return []
    threads = {}
    if here is None:
        rows = with_people(member, Conversation.objects.all())
        threads = {one.pk: one for one in rows.filter(pk__in=[row.conversation_id for row in found])}
    prefetch([*found, *(one.contact for one in threads.values())])
    places = [(row, here or threads.get(row.conversation_id)) for row in found]
    may_decide = member.may(Permission.MESSAGES_APPROVE)
    files = files_waiting(member, [row.message_id for row in found])
    return [
        replace(
            _row(member, row, place, may_decide=may_decide, in_list=here is None),
            attachments=files.get(row.message_id, ()),
        )
        for row, place in places
        if place
    ]


def _row(member: Membership, row: HeldText, place: Conversation, *, may_decide: bool, in_list: bool) -> HeldRow:
    is_mine = row.author_id == member.pk
    return HeldRow(
        id=row.pk,
        conversation_id=place.pk,
        customer=customer(member, place.contact, in_list=in_list),
        line=place.line.name,
        author=row.author.user.name,
        is_mine=is_mine,
        text=wording(member, row, contact=place.contact, in_list=in_list),
        why=_why(readable(row, "body") or ""),
        state=row.state,
        state_label=str(State(row.state).label),
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        decided_at=row.decided_at,
        who=row.decided_by.user.name if row.decided_by else "",
        reason=wording(member, row, "reason", contact=place.contact, in_list=in_list) if row.reason_is_given else "",
        may_decide=may_decide and not is_mine and row.state == State.WAITING,
    )


def _why(body: str) -> str:
    """What it reads like now; its phrases are of our own lists, so that nobody is shown more than they may see."""
    found = recognize(body)
    if not found.forbidden:
        return reads_like(found) if body else ""
    what, by = CATEGORIES[found.forbidden], phrase_shown(found.forbidden_by)
    return _("Reads like: %(what)s (“%(by)s”).") % {"what": what, "by": by}
