"""How a scheduled text moves on: in the running transaction, with its log entry, and open pages are told.

Whoever calls holds the row's lock.
"""

from collections.abc import Iterable

from django.utils import timezone

from accounts import notices
from accounts.mail import MailKind
from accounts.models import Membership
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import KeyDestroyed, fetch_current_keys, readable
from tenancy.said import kept
from texting import live
from texting.live import LiveKind
from texting.models import ScheduledText

State = ScheduledText.State
Why = ScheduledText.Why
ALIVE = (State.WAITING, State.PAUSED)
"""Its words are still to leave."""
OPEN = (*ALIVE, State.STOPPED)
"""Somebody may still change it."""


def move(row: ScheduledText, state: State, *, why: Why | None = None, note: str = "") -> None:
    """Store the state; what left takes its words along. `note`: sentences for people, sealed with the words."""
    row.state, row.why = state, why or ""
    row.ended_at = None if state in ALIVE else timezone.now()
    row.seen_at = None
    row.revision += 1
    changed = ["state", "why", "ended_at", "seen_at", "revision"]
    if (note or readable(row, "note", "")) and _seals(row):
        row.note = kept(note)
        changed.append("note")
    if state in {State.SENT, State.HELD}:
        row.body = None
        changed.append("body")
    row.save(update_fields=changed)
    show([row])


def _seals(row: ScheduledText) -> bool:
    """Whether words can be sealed for it; of an erased customer nothing is, and `why` alone says what it was."""
    try:
        fetch_current_keys([row], make=True)
    except KeyDestroyed:
        return False
    return True


def stop(row: ScheduledText, why: Why, note: str, *, rules: Iterable[str] = ()) -> None:
    """It does not leave. Its author gets a mail, the thread and the list say why and what to do."""
    move(row, State.STOPPED, why=why, note=note)
    audit.record(event=AuditKind.MESSAGE_SCHEDULE_STOPPED, object=row, why=why.value, rules=list(rules))
    author = Membership.objects.select_related("user", "organization").get(pk=row.author_id)
    if author.is_active and not author.is_machine:
        notices.tell_member(author, MailKind.SCHEDULED_TEXT_STOPPED, route="scheduled")


def show(rows: Iterable[ScheduledText]) -> None:
    """Open threads fetch themselves anew."""
    for row in rows:
        live.publish(kind=LiveKind.CONVERSATION, conversation=row.conversation_id, line=row.line_id)
