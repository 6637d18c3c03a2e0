"""A member's notifications as their page shows them, and how many are unread."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership
from tenancy.encryption import prefetch
from texting import live
from texting.live import LiveKind
from texting.models import Notification
from texting.notifications import things
from texting.notifications.choosing import Choices, Way, choices_of, is_heard
from texting.notifications.things import Shown
from texting.queries import Cursor, sees_everybody, visible_conversations, wording
from texting.queries.access import NotYours
from texting.queries.cursors import older_than
from texting.queries.inbox import MOST_COUNTED
from texting.queries.seeing import customer

PAGE = 50
Kind = Notification.Kind
_EACH = frozenset({Kind.MENTIONED, Kind.APPROVAL, Kind.DECISION})
"""Kinds of which each thing has a row of its own."""
ICONS = {
    Kind.MENTIONED: "message-square",
    Kind.ASSIGNED: "user-plus",
    Kind.TEXT: "message-square-text",
    Kind.ESCALATION: "life-buoy",
    Kind.AUTOMATION: "zap",
    Kind.APPROVAL: "hourglass",
    Kind.DECISION: "clipboard-check",
    Kind.PAID: "circle-check",
    Kind.REFUNDED: "undo-2",
}


@dataclass(frozen=True)
class Row:
    """One notification. `title` and `url` are those of what it is about, `place` where that is: a line, a list.

    `words` are those of the note that mentions the member, "" for other kinds.
    """

    id: UUID
    kind: str
    icon: str
    sentence: str
    title: str
    place: str
    url: str
    at: datetime
    words: str
    is_unread: bool

    @property
    def key(self) -> str:
        """The id as a part of elements' names."""
        return str(self.id)


@dataclass(frozen=True)
class Page:
    """Rows from newest to oldest. `next` is where the next page begins, "" on the last one."""

    rows: tuple[Row, ...]
    next: str = ""


def visible(member: Membership) -> QuerySet[Notification]:
    """The member's own, of conversations that they may read now, as far as they want to see them; without any order."""
    return wanted(member, Way.APP)[1]


def wanted(member: Membership, way: Way) -> tuple[Choices, QuerySet[Notification]]:
    """What the member has chosen, and those of their own that they may see and want in this way."""
    choices = choices_of(member)
    places = Q(about="", conversation__in=visible_conversations(member).values("pk"))
    mine = Notification.objects.filter(places | things.visible_to(member), member=member)
    return choices, mine.filter(choices.told(way))


def unread_count(member: Membership) -> int:
    """How many are unread, at most `MOST_COUNTED`: exactly those that the list shows as unread."""
    unread = visible(member).filter(read_at__isnull=True).order_by()
    return len(unread.values_list("pk", flat=True)[:MOST_COUNTED])


def news_heard(member: Membership) -> str:
    """Of when the newest unread one is, in milliseconds; "" when there is none or the member wants to hear nothing now.

    Reading one, or marking an older one as unread, makes nothing newer.
    """
    if not is_heard(member):
        return ""
    newest = visible(member).filter(read_at__isnull=True).order_by("-at").values_list("at", flat=True).first()
    return str(int(newest.timestamp() * 1000)) if newest else ""


def page_of(
    member: Membership,
    *,
    kinds: Collection[str] = (),
    only_unread: bool = False,
    cursor: Cursor | None = None,
    size: int = PAGE,
) -> Page:
    """One page of the list; `kinds` are some of `Notification.Kind`, none for all."""
    rows = visible(member).select_related("conversation__contact", "conversation__line", "actor__user", "note")
    if not sees_everybody(member):
        rows = rows.defer("conversation__contact__number")
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if only_unread:
        rows = rows.filter(read_at__isnull=True)
    if cursor:
        rows = rows.filter(older_than(cursor, "at"))
    found = list(rows.order_by("-at", "-id")[: size + 1])
    shown = found[:size]
    prefetch(
        [*(one.conversation.contact for one in shown if one.conversation), *(one.note for one in shown if one.note)]
    )
    called = _called(member, shown)
    place = str(Cursor(shown[-1].at, shown[-1].pk)) if len(found) > size else ""
    return Page(tuple(_row(member, one, called) for one in shown), place)


def mark(member: Membership, notification_id: UUID, *, read: bool) -> None:
    """Mark one as read or as unread; harmless when it is so already. Raises NotYours when the list has no such one."""
    one = visible(member).filter(pk=notification_id)
    if not one.exists():
        raise NotYours
    _marked(member, one.filter(read_at__isnull=read), timezone.now() if read else None)


def mark_all_read(member: Membership) -> datetime | None:
    """Mark as read all that the list shows. Returns the moment, by which it is undone; None when all were read."""
    now = timezone.now()
    return now if _marked(member, visible(member).filter(read_at__isnull=True), now) else None


def undo_all_read(member: Membership, at: datetime) -> bool:
    """Those that were marked as read in that moment are unread again."""
    return _marked(member, visible(member).filter(read_at=at), None)


def _marked(member: Membership, rows: QuerySet[Notification], at: datetime | None) -> bool:
    found = list(rows.values_list("pk", "kind", "conversation_id"))
    if at is None:  # what has come since is told in a row of its own, which is the one that stays unread
        unread = Notification.objects.filter(member=member, read_at__isnull=True, note__isnull=True, about="")
        taken = set(unread.values_list("kind", "conversation_id"))
        for key, kind, conversation in list(found):
            if (kind, conversation) in taken:
                found.remove((key, kind, conversation))
            elif kind not in _EACH:
                taken.add((kind, conversation))
    done = Notification.objects.filter(pk__in=[key for key, _kind, _place in found]).update(read_at=at)
    if done:
        live.publish(kind=LiveKind.NOTIFICATION, member=member.pk)
    return bool(done)


def _called(member: Membership, rows: Collection[Notification]) -> dict[UUID, Shown]:
    """What the things are called, by the rows' ids; one question for each part and state."""
    found: dict[UUID, Shown] = {}
    for name, kind in {(one.about, one.kind) for one in rows if one.about}:
        some = [one for one in rows if (one.about, one.kind) == (name, kind)]
        ids = {one.about_id for one in some if one.about_id}
        shown = things.things()[name].show(member, ids, decided=kind == Kind.DECISION)
        found |= {one.pk: shown[one.about_id] for one in some if one.about_id and one.about_id in shown}
    return found


def _row(member: Membership, one: Notification, called: Mapping[UUID, Shown]) -> Row:
    place, words = one.conversation, ""
    if place is None:
        shown = called.get(one.pk) or Shown(_("Something that is gone"), "", reverse("notifications"))
    else:
        url = reverse("conversation", args=[place.pk])
        shown = Shown(customer(member, place.contact, in_list=True).name, place.line.name, url)
        words = wording(member, one.note, contact=place.contact, in_list=True) if one.note else ""
    return Row(
        id=one.pk,
        kind=one.kind,
        icon=ICONS[Kind(one.kind)],
        sentence=_sentence(one),
        title=shown.title,
        place=shown.place,
        url=shown.url,
        at=one.at,
        words=words,
        is_unread=one.read_at is None,
    )


def _sentence(one: Notification) -> str:
    who = {"name": one.actor.user.name} if one.actor else {}
    if one.about:
        return things.things()[one.about].sentence(one.outcome, who.get("name", ""))
    if one.kind == Kind.TEXT:
        return ngettext("%(count)d new text", "%(count)d new texts", one.times) % {"count": one.times}
    if one.kind == Kind.ESCALATION and not who:
        return _("This escalation is yours")
    return {
        Kind.MENTIONED: _("%(name)s mentioned you in a note"),
        Kind.ASSIGNED: _("%(name)s gave you this conversation"),
        Kind.ESCALATION: _("%(name)s gave you this escalation"),
        Kind.AUTOMATION: _("An automation tells you of this conversation"),
        Kind.PAID: _("The customer paid"),
        Kind.REFUNDED: _("A payment was refunded"),
    }[Kind(one.kind)] % (who or {"name": ""})
