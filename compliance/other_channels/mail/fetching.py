"""A turn at the mailbox: each unread mail is taken, then marked as read. No transaction is open while it is asked.

A worker that dies between taking and marking leaves a mail that is taken again, which changes nothing. What the
database could not take stays unread for the next turn; what breaks us is marked, so that it holds up no other.
"""

import hashlib
import logging

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError

from compliance.other_channels.mail.mailbox import Mailbox, MailboxAway, opened
from compliance.other_channels.mail.reading import read
from compliance.other_channels.mail.receiving import receive

log = logging.getLogger("parley.letters")
TURN = "letters:turn"
TURN_SECONDS = 300


def fetch() -> int:
    """Take what is unread, unless somebody is at it. Returns how many mails were looked at; 0 without a mailbox."""
    if not settings.IMAP_HOST or not cache.add(TURN, 1, timeout=TURN_SECONDS):
        return 0
    looked = 0
    try:
        with opened() as mailbox:
            for uid in mailbox.unread():
                looked += _take(mailbox, uid)
    except MailboxAway as away:
        log.warning("mailbox_away", extra={"reason": str(away)})
    finally:
        cache.delete(TURN)
    return looked


def _take(mailbox: Mailbox, uid: str) -> int:
    found = mailbox.fetch(uid)
    if found is None:
        return 0
    try:
        incoming = read(found.raw, mailbox=settings.MAIL_REPLIES)
        mark = hashlib.sha256(found.raw).digest()
        outcome = receive(incoming, raw_mark=mark, is_cut=found.is_cut).value
    except DatabaseError as error:
        log.error("letter_not_stored", extra={"error": type(error).__name__})
        return 0
    except Exception as error:  # a mail that breaks us must not come again each minute
        log.error("letter_broke", extra={"error": type(error).__name__})
        outcome = "broke"
    mailbox.mark_read(uid)
    log.info("letter_taken", extra={"outcome": outcome})
    return 1
