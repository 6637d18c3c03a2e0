"""Closing an escalation: with what came of it on another channel, or with a reason and a permission of its own."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.escalations.acting import checked_moment, checked_words, drop_steps, lock_open, reached
from compliance.escalations.noting import note
from compliance.models import Escalation, EscalationEvent
from tenancy.audit import AuditKind
from texting import deferring, outbox
from texting.models import Message, OutboxEntry
from texting.purposes import TERMS, Purpose


@dataclass(frozen=True)
class Outcome:
    """How the customer was reached (a channel of `Escalation.Channel`), when (aware), and what came of it."""

    channel: str
    at: datetime
    words: str


def close(*, member: Membership, escalation: Escalation, outcome: Outcome) -> None:
    """It is settled on another channel. Texts that were paused may leave again.

    Raises CannotAct for a missing channel, moment or words, and when somebody was faster; MissingPermission.
    """
    require(member, Permission.ESCALATIONS_HANDLE)
    mine = lock_open(escalation)
    at, words = checked_moment(mine, outcome.at), checked_words(outcome.words, needed=True)
    reached(mine, member, outcome.channel, at)
    mine.outcome_channel, mine.outcome_at = outcome.channel, at
    _end(mine, member, words)
    note(mine, EscalationEvent.Kind.CLOSED, actor=member, facts={"channel": outcome.channel}, words=words)


def waive(*, member: Membership, escalation: Escalation, reason: str) -> None:
    """Nobody has to be called or mailed, and why. Raises CannotAct, MissingPermission."""
    require(member, Permission.ESCALATIONS_HANDLE, Permission.ESCALATIONS_WAIVE)
    mine = lock_open(escalation)
    words = checked_words(reason, needed=True)
    _end(mine, member, words)
    note(mine, EscalationEvent.Kind.CLOSED, actor=member, words=words, audit_as=AuditKind.ESCALATION_WAIVED)


def _end(mine: Escalation, member: Membership, words: str) -> None:
    mine.state, mine.closed_at, mine.closed_by, mine.outcome = Escalation.State.CLOSED, timezone.now(), member, words
    mine.save(update_fields=["state", "closed_at", "closed_by", "outcome", "outcome_channel", "outcome_at"])
    drop_steps(mine)
    _release(mine)


def _release(mine: Escalation) -> None:
    """What waits for the contact is due now; the gate is asked again and may still keep it for another reason."""
    rows = OutboxEntry.objects.filter(contact_id=mine.contact_id, state=OutboxEntry.State.READY)
    waiting = dict(rows.values_list("pk", "line_id"))
    for line_id in set(waiting.values()):
        outbox.ring_after_commit(line_id)
    purposes = dict(Message.objects.filter(pk__in=waiting).values_list("pk", "purpose"))
    for purpose in set(purposes.values()):
        ids = [pk for pk, of in purposes.items() if of == purpose]
        deferring.put_off(ids, until=None, life=TERMS[Purpose(purpose)].life)
