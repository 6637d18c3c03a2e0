"""Putting a mail on its way, inside whatever transaction the caller is in."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from accounts.languages import language_of, language_of_address, written_in
from accounts.mail.addresses import BadAddress, checked_address, recipient_digest
from accounts.mail.kinds import TERMS, MailKind, MailTerms
from accounts.mail.writing import Word, Written, write
from accounts.models import OutgoingMail, User
from tenancy.ids import new_id

BELL = "mail:bell"
UNANSWERED = 10  # seconds for which a bell counts as rung
WINDOW = timedelta(hours=1)

log = logging.getLogger("parley.mail")


class TooManyMails(Exception):
    """This address got as many mails of this kind, of one organization, within an hour as anybody should."""


def last_queued(*, to: User, kind: MailKind, scope: UUID) -> datetime | None:
    """When the latest mail of this kind to this person and of this organization was queued, of the last 30 days.

    None where there is none, and for an address that gets none.
    """
    try:
        address = checked_address(to.email)
    except BadAddress:
        return None
    rows = OutgoingMail.objects.filter(recipient=recipient_digest(address), kind=kind.value)
    return rows.filter(scope=scope).order_by("-queued_at").values_list("queued_at", flat=True).first()


def queue(
    *, to: User | str, kind: MailKind, words: Mapping[str, Word] | None = None, scope: UUID | None = None
) -> UUID:
    """Put one mail on its way when the running transaction commits; with it or not at all. Returns its id.

    `to` is a person or an address; the mail is in their language, and what is lazy among the words is, too. `words`
    fill the template; those whose name ends in `link` are addresses of this installation, in `email` e-mail addresses,
    in `_ip` IP addresses; everything else becomes one plain line.
    Nothing that customers wrote or are called may be among them. `scope`: the organization that it is of.
    Raises BadAddress, TooManyMails, NotOurs (a link that leads elsewhere).
    """
    address = checked_address(to.email if isinstance(to, User) else to)
    recipient, terms, now = recipient_digest(address), TERMS[kind], timezone.now()
    recent = OutgoingMail.objects.filter(recipient=recipient, kind=kind.value, queued_at__gt=now - WINDOW)
    if scope is not None:  # one organization's mails keep nobody from those of another
        recent = recent.filter(scope=scope)
    if recent.count() >= terms.an_hour:
        log.warning("mail_too_many", extra={"kind": kind.value})
        raise TooManyMails
    with written_in(language_of(to) if isinstance(to, User) else language_of_address(address)):
        written = write(kind, words or {})
    return put(new_id(), kind.value, address, written, terms, scope=scope)


def put(
    mail_id: UUID, kind: str, address: str, written: Written, terms: MailTerms, *, scope: UUID | None = None
) -> UUID:
    """One row of the queue, and the bell for when it is committed. The address is a checked one."""
    now = timezone.now()
    row = OutgoingMail(
        pk=mail_id,
        kind=kind,
        recipient=recipient_digest(address),
        scope=scope,
        address=address,
        content=written.to_json(),
        priority=terms.priority,
        queued_at=now,
        due_at=now,
        expires_at=now + terms.life,
    )
    row.save(force_insert=True)
    transaction.on_commit(ring, robust=True)
    return row.pk


def ring() -> None:
    """Wake whoever delivers. Many rings are one; a lost ring costs time only: the sweep finds the rows."""
    from accounts.mail.tasks import deliver_mails  # the edge imports this module

    try:
        if cache.add(BELL, 1, timeout=UNANSWERED):
            deliver_mails.apply_async(retry=False)
    except Exception as error:
        log.warning("doorbell_lost", extra={"error": type(error).__name__})


def answer_bell() -> None:
    """Whoever rings from now on means something new."""
    try:
        cache.delete(BELL)
    except Exception as error:
        log.warning("doorbell_stuck", extra={"error": type(error).__name__})
