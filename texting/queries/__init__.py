"""Everything that leaves `texting` for a page or an answer: asked for by a member, masked for that member."""

from texting.queries.access import (
    NotYours,
    access_contact,
    access_conversation,
    access_line,
    may_reveal,
    sees_every_line,
    visible_conversations,
    visible_lines,
)
from texting.queries.cursors import Cursor
from texting.queries.inbox import (
    Counts,
    Filter,
    FilterKind,
    InboxPage,
    counts,
    inbox_page,
    inbox_row,
    read_filter,
    search,
    visible_teams,
)
from texting.queries.people import (
    ContactPage,
    colleagues_on,
    contacts_page,
    contacts_with_number,
    conversations_of,
    draft_of,
)
from texting.queries.shown import Colleague, Customer, Row, colleague, customer
from texting.queries.thread import Thread, newest_conversation, thread, thread_after, thread_text

__all__ = [
    "Colleague",
    "ContactPage",
    "Counts",
    "Cursor",
    "Customer",
    "Filter",
    "FilterKind",
    "InboxPage",
    "NotYours",
    "Row",
    "Thread",
    "access_contact",
    "access_conversation",
    "access_line",
    "colleague",
    "colleagues_on",
    "contacts_page",
    "contacts_with_number",
    "conversations_of",
    "counts",
    "customer",
    "draft_of",
    "inbox_page",
    "inbox_row",
    "may_reveal",
    "newest_conversation",
    "read_filter",
    "search",
    "sees_every_line",
    "thread",
    "thread_after",
    "thread_text",
    "visible_conversations",
    "visible_lines",
    "visible_teams",
]
