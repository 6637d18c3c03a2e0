"""What pages are given: frozen values, already masked for the member who asked."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Membership
from texting.explaining import Explanation
from texting.message_cards import Card
from texting.queries.attachments import ShownFile
from texting.queries.cursors import Cursor
from texting.queries.seeing import Customer
from texting.queries.tombstones import Tombstone


@dataclass(frozen=True)
class Colleague:
    """A member as others see them."""

    id: UUID
    name: str


@dataclass(frozen=True)
class Row:
    """One line of the inbox. `cursor` puts it in order."""

    id: UUID
    cursor: str
    customer: Customer
    line_id: UUID
    line: str
    at: datetime
    preview: str
    media: str
    is_ours: bool
    unread: int
    assignee: Colleague | None
    is_resolved: bool


@dataclass(frozen=True)
class _Item:
    """One thing in a thread. `by` is empty for the customer and for answers that nobody wrote."""

    id: UUID
    at: datetime
    by: str

    @property
    def cursor(self) -> str:
        """Its place in the thread."""
        return str(Cursor(self.at, self.id))

    @property
    def day(self) -> str:
        """The day it belongs to, where the member's organization is: 2026-11-22."""
        return timezone.localtime(self.at).date().isoformat()

    @property
    def day_name(self) -> str:
        """That day in words: Today, Yesterday, Mon 3 Nov, 3 Nov 2025."""
        there, here = timezone.localtime(self.at).date(), timezone.localdate()
        named = {0: _("Today"), 1: _("Yesterday")}.get((here - there).days)
        return named or date_format(there, "D j M" if there.year == here.year else "j M Y")

    @property
    def day_cursor(self) -> str:
        """The place of that day's first instant, for the line that names the day."""
        return str(Cursor.start_of(timezone.localtime(self.at).replace(hour=0, minute=0, second=0, microsecond=0)))


@dataclass(frozen=True)
class Text(_Item):
    """A text. `status` is None for one that the customer sent; `ended_at` is when it arrived.

    `sent_again_at`: we sent it once more by ourselves, because its first answer was lost. `our_number`: which number of
    a pool it came to or went from. `waits_until`: a rule lets it leave then, and until then it can be taken back.
    `card`: shown in place of the words. `origin`: where they came from, in a few words.
    `tombstone`: its words are gone. `may_remove`: the member may take them out.
    """

    kind: ClassVar[str] = "text"
    body: str
    is_ours: bool
    attachments: tuple[ShownFile, ...]
    status: Explanation | None
    icon: str
    is_pending: bool
    is_failed: bool
    ended_at: datetime | None
    sent_again_at: datetime | None = None
    settled: str = ""
    our_number: str = ""
    waits_until: datetime | None = None
    may_cancel: bool = False
    card: Card | None = None
    origin: str = ""
    tombstone: Tombstone | None = None
    may_remove: bool = False


@dataclass(frozen=True)
class Remark(_Item):
    """A note."""

    kind: ClassVar[str] = "note"
    body: str


@dataclass(frozen=True)
class Happening(_Item):
    """Something that happened to the conversation, in one sentence."""

    kind: ClassVar[str] = "event"
    icon: str
    sentence: str


Item = Text | Remark | Happening


def colleague(member: Membership | None) -> Colleague | None:
    """A member as others see them; None for nobody."""
    return None if member is None else Colleague(member.pk, member.user.name)
