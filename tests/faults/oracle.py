"""What must hold when everything is quiet again, whatever has happened: our books against the provider's ledger.

`wait_until_quiet` gives the system time to settle; `judge` returns what is broken, in
words, and nothing when all holds:

* every accepted text has ended, or a person is told of it;
* no text of the ledger is unknown to us, no text that we call taken is missing there;
* each text was sent as often as its purpose promises (SECURITY 3.3), and never to somebody else or with other words;
* the log verifies; another organization has nothing of it; no status ever fell (`moves.py` kept every single move).
"""

import json
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tenancy.audit_kinds import AuditKind
from tenancy.audit_verification import verify_chain
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.faults import moves
from tests.faults.intents import Desk
from tests.faults.scripted_twilio import Accepted, ScriptedTwilio, body_hash
from texting.models import Contact, Message, OutboxEntry, SendAttempt
from texting.preparing import hash_token
from texting.purposes import TERMS, Purpose, WhenAbsent
from texting.statuses import FINAL, MessageStatus

QUIET_SECONDS = 120.0
SAYS_IT_WAS_SENT = {MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ, MessageStatus.UNDELIVERED}


@dataclass(frozen=True)
class Book:
    """What our database says of one text."""

    message_id: UUID
    status: MessageStatus
    attention: str
    provider_message_id: str | None
    purpose: Purpose
    number: str
    body_hash: str
    receipt_due_at: datetime | None
    error_kind: str

    @property
    def has_ended(self) -> bool:
        return self.status in FINAL or bool(self.attention)


def books(desk: Desk) -> dict[UUID, Book]:
    """Our side, text by text."""
    with activate(desk.organization):
        numbers = {contact.pk: contact.number for contact in Contact.objects.all()}
        return {
            row.pk: Book(
                row.pk,
                MessageStatus(row.status),
                row.attention,
                row.provider_message_id,
                Purpose(row.purpose),
                numbers[row.contact_id],
                body_hash(row.body),
                row.receipt_due_at,
                row.error_kind,
            )
            for row in Message.objects.filter(direction="out")
        }


def unsettled(desk: Desk) -> list[str]:
    """What is still under way. With the product's own waits a receipt is asked for after minutes only."""
    waiting = OutboxEntry.objects.filter(organization_id=desk.organization.pk)
    found = [
        f"{entry.state} in the outbox, due {entry.due_at:%H:%M:%S} after {entry.attempt} attempts: {entry.message_id}"
        for entry in waiting
    ]
    return found + [
        f"{book.status} and nobody is told: {book.message_id}"
        + (f", to be asked about at {book.receipt_due_at:%H:%M:%S}" if book.receipt_due_at else "")
        for book in books(desk).values()
        if not book.has_ended or (book.receipt_due_at and desk.hurried)
    ]


def wait_until_quiet(desk: Desk, far_end: ScriptedTwilio, seconds: float = QUIET_SECONDS) -> None:
    """Until nothing is under way any more, or the time is over: then `judge` says what hangs."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        waits = OutboxEntry.objects.filter(organization_id=desk.organization.pk).exists()  # cheap, unlike the books
        if far_end.reporter.idle() and not waits and not unsettled(desk):
            return
        time.sleep(0.2)


def judge(desk: Desk, far_end: ScriptedTwilio, *, lost: frozenset[UUID] = frozenset()) -> list[str]:
    """What is broken. `lost`: texts whose request never committed, so that they must not exist."""
    ours = books(desk)
    truth = _ledger_of(desk, far_end, ours)
    broken = unsettled(desk)
    broken += [
        f"accepted and gone: {one.message_id}" for one in desk.intents if one.message_id not in ours.keys() | lost
    ]
    broken += [f"came back: {message_id}" for message_id in lost & ours.keys()]
    broken += _ledger_against_books(desk, ours, truth)
    counts = Counter((one.to, one.body_hash) for one in truth)
    for book in ours.values():
        broken += _promise(book, counts[book.number, book.body_hash], hidden=book.message_id in desk.may_miss)
    report = verify_chain(desk.organization)
    broken += [f"the log: {finding.problem} at {finding.sequence}" for finding in report.findings]
    broken += [f"the status of {move}" for move in moves.falls(set(ours))]
    broken += _foreign(desk, ours)
    return broken


def _ledger_of(desk: Desk, far_end: ScriptedTwilio, ours: dict[UUID, Book]) -> list[Accepted]:
    """What the provider has to do with us: to our customers, or with the token of an attempt of ours, to whomever."""
    numbers = {book.number for book in ours.values()} | {intent.number for intent in desk.intents}
    with activate(desk.organization):
        tokens = {bytes(token) for token in SendAttempt.objects.values_list("token_hash", flat=True)}
    return [one for one in list(far_end.truth) if one.to in numbers or hash_token(one.token) in tokens]


def _ledger_against_books(desk: Desk, ours: dict[UUID, Book], truth: list[Accepted]) -> list[str]:
    known = {book.provider_message_id for book in ours.values()} - {None}
    with activate(desk.organization):
        rows = AuditEvent.objects.filter(event=AuditKind.MESSAGE_DUPLICATE)
        known |= {json.loads(row.details or "{}").get("second") for row in rows}
    taken = {one.sid for one in truth}
    bodies = Counter((one.to, one.body_hash) for one in truth)
    ours_too = {(book.number, book.body_hash) for book in ours.values()}
    hidden = {book.number for book in ours.values() if book.message_id in desk.may_miss}
    return [
        *(
            f"at the provider and unknown to us: {one.sid}"
            for one in truth
            if one.sid not in known and one.to not in hidden
        ),
        *(
            f"ours says taken, the provider has no {book.provider_message_id}"
            for book in ours.values()
            if book.provider_message_id and book.provider_message_id not in taken
        ),
        *(
            f"the provider has words that we never wrote, to {to[-4:]}"
            for to, body in bodies
            if (to, body) not in ours_too
        ),
    ]


def _promise(book: Book, count: int, *, hidden: bool) -> list[str]:
    """How often the provider has it, against what its purpose promises."""
    rule = TERMS[book.purpose].when_absent
    most = 1 if rule is WhenAbsent.NEVER_AGAIN or not hidden else 2 if rule is WhenAbsent.ONCE_AGAIN else 99
    if count > most:
        return [f"{book.purpose} was sent {count} times: {book.message_id}"]
    if count > 1 and not hidden and book.attention != Message.Attention.DUPLICATE:
        return [f"{book.purpose} was sent {count} times and nobody is told: {book.message_id}"]
    if count and book.status in {MessageStatus.CANCELED, MessageStatus.FAILED} and not hidden:
        return [f"{book.purpose} was taken and we say {book.status}: {book.message_id}"]
    if not count and book.status in SAYS_IT_WAS_SENT:
        return [f"{book.purpose} was never taken and we say {book.status}: {book.message_id}"]
    return []


def _foreign(desk: Desk, ours: dict[UUID, Book]) -> list[str]:
    from tenancy.models import Organization

    wrong = []
    for other in Organization.objects.exclude(pk=desk.organization.pk).order_by("-pk")[:3]:
        with activate(other):
            if Message.objects.filter(pk__in=list(ours)).exists():
                wrong.append("another organization has a text of ours")
    if OutboxEntry.objects.filter(message_id__in=list(ours)).exclude(organization_id=desk.organization.pk).exists():
        wrong.append("an outbox entry is under another organization")
    return wrong
