"""Hands waiting mails to the mail server, one at a time over one connection.

A mail is claimed under a lease by the database's clock, handed over with no transaction open, and its end is written
down afterwards by whoever still holds the claim. A worker that dies in between leaves a lease that runs out: the mail
goes again under the same Message-ID. What the server says decides:

* it refuses this address or this mail for good (5xx): the mail ends;
* it is away, silent, busy (4xx), not who it should be, or does not let us in: the mail stays, waits longer each time,
  and this turn ends, since the next mail would fare no better.
"""

import contextlib
import logging
import random
import smtplib
import time
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import get_connection
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.mail.queueing import answer_bell, ring
from accounts.mail.writing import Written, message
from accounts.models import OutgoingMail
from tenancy.encryption import EncryptionError

LEASE = timedelta(seconds=180)  # a hand-over takes a few times SMTP_TIMEOUT at most
WAITS = (5, 30, 120, 600, 1800, 3600)  # seconds before the next attempt; the last one again and again
TURN_SECONDS = 40.0
MOST_SENDERS = 2  # at once, of all workers: a slow mail server must not take them all
KEPT = timedelta(days=30)  # that something was sent, without what and to whom
_LOCK = 0x4D41_494C  # advisory; any number that nobody else uses

log = logging.getLogger("parley.mail")


class Outcome(StrEnum):
    """What became of one hand-over."""

    SENT = "sent"
    REFUSED = "refused"
    LATER = "later"  # the server had a reason of its own for this address; others may pass
    TROUBLE = "trouble"  # nothing passes now


@dataclass(frozen=True)
class Claim:
    """A mail that this sender, and nobody else, may hand over until the lease runs out."""

    mail_id: UUID
    attempt: int


_CLAIM = """
WITH chosen AS (
    SELECT id FROM accounts_outgoingmail
    WHERE state = 'waiting' AND due_at <= statement_timestamp() AND expires_at > statement_timestamp()
        AND (lease_until IS NULL OR lease_until < statement_timestamp())
        AND (SELECT count(*) FROM accounts_outgoingmail
             WHERE state = 'waiting' AND lease_until >= statement_timestamp()) < %(senders)s
    ORDER BY priority, due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE accounts_outgoingmail m
SET attempt = attempt + 1, lease_until = statement_timestamp() + make_interval(secs => %(lease)s)
FROM chosen WHERE m.id = chosen.id
RETURNING m.id, m.attempt
"""


def claim() -> Claim | None:
    """Take the next mail that is due; None when there is none, or enough others are at it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(_CLAIM, {"senders": MOST_SENDERS, "lease": LEASE.total_seconds()})
        row = cursor.fetchone()
    return Claim(*row) if row else None


def deliver_due() -> int:
    """Hand over what is due until nothing is, or the turn is over. Returns how many mails were handed over."""
    answer_bell()
    sent, end = 0, time.monotonic() + TURN_SECONDS
    with _Server() as server:
        while time.monotonic() < end and (taken := claim()):
            outcome = _deliver(server, taken)
            sent += outcome is Outcome.SENT
            if outcome is Outcome.TROUBLE:
                return sent
    if time.monotonic() >= end:
        ring()
    return sent


def sweep() -> int:
    """End mails whose time is over; ring when one is due. Returns how many were ended."""
    over = OutgoingMail.objects.filter(state=OutgoingMail.State.WAITING, expires_at__lte=Now())
    ended = _end(over.exclude(lease_until__gte=Now()), OutgoingMail.State.EXPIRED)
    if ended:
        log.error("mail_expired", extra={"count": ended})
    due = OutgoingMail.objects.filter(state=OutgoingMail.State.WAITING, due_at__lte=Now())
    if due.exclude(lease_until__gte=Now()).exists():
        ring()
    return ended


def forget_old() -> int:
    """Delete what ended long ago. Returns how many rows."""
    return OutgoingMail.objects.filter(ended_at__lt=Now() - KEPT).delete()[0]


class _Server:
    """One connection, opened at the first mail and thrown away after any failure."""

    def __enter__(self) -> "_Server":
        self._connection: Any = None
        return self

    def __exit__(self, *error: object) -> None:
        self.leave()

    def send(self, written: Written, to: str, message_id: str) -> None:
        """Raises SMTPException or OSError."""
        if self._connection is None:
            self._connection = get_connection()
            self._connection.open()
        self._connection.send_messages([message(written, to=to, message_id=message_id)])

    def leave(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._connection.close()
        self._connection = None


def _deliver(server: _Server, taken: Claim) -> Outcome:
    row = OutgoingMail.objects.get(pk=taken.mail_id)
    outcome, failure = Outcome.SENT, ""
    try:
        server.send(Written.from_json(row.content or ""), row.address or "", message_id(row.pk))
    except EncryptionError:
        outcome, failure = Outcome.REFUSED, "key"
    except (smtplib.SMTPException, OSError) as error:
        outcome, failure = judge(error)
        server.leave()
    _record(taken, outcome, failure)
    facts = {"mail": str(taken.mail_id), "kind": row.kind, "attempt": taken.attempt}
    if outcome is Outcome.SENT:
        log.info("mail_sent", extra=facts)
    else:
        log.warning("mail_not_sent", extra={**facts, "outcome": outcome.value, "failure": failure})
    return outcome


def message_id(mail_id: UUID) -> str:
    """The same each time the mail is handed over, so that a mailbox that gets it twice can tell."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{mail_id}@{domain}>"


def judge(error: Exception) -> tuple[Outcome, str]:
    """What the server's answer means for the mail, and a word for it (never the server's own words: they may quote)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _words in error.recipients.values()]
        final = bool(codes) and all(500 <= code < 600 for code in codes)
        return (Outcome.REFUSED, "address") if final else (Outcome.LATER, "address later")
    if isinstance(error, smtplib.SMTPDataError):
        return (Outcome.REFUSED, "content") if 500 <= error.smtp_code < 600 else (Outcome.LATER, "content later")
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Outcome.TROUBLE, "sign-in"
    if isinstance(error, smtplib.SMTPSenderRefused):
        return Outcome.TROUBLE, "sender"
    return Outcome.TROUBLE, type(error).__name__


def _record(taken: Claim, outcome: Outcome, failure: str) -> bool:
    """Write down what came of it, if the claim is still ours."""
    ours = OutgoingMail.objects.filter(pk=taken.mail_id, attempt=taken.attempt, state=OutgoingMail.State.WAITING)
    if outcome is Outcome.SENT:
        return bool(_end(ours, OutgoingMail.State.SENT))
    if outcome is Outcome.REFUSED:
        return bool(_end(ours, OutgoingMail.State.REFUSED, failure))
    wait = WAITS[min(taken.attempt, len(WAITS)) - 1] * random.uniform(0.85, 1.15)  # noqa: S311 - jitter
    return bool(ours.update(due_at=Now() + timedelta(seconds=wait), lease_until=None, failure=failure))


def _end(rows: Any, state: OutgoingMail.State, failure: str | None = None) -> int:
    """Nothing is left to do: address and content are destroyed."""
    said = F("failure") if failure is None else failure
    ended: int = rows.update(
        state=state,
        address=None,
        content=None,
        lease_until=None,
        ended_at=Now(),
        failure="" if state == "sent" else said,
    )
    return ended
