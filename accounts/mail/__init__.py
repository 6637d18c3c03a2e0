"""Mails to people: queued in the caller's transaction, delivered afterwards, destroyed when they are gone.

    mail.queue(to=member.user, kind=MailKind.INVITATION, words={"organization": "Harbor Dental", "link": address})

A mail goes out at least once, and always under the same Message-ID. Redis carries no truth: a task only wakes
whoever looks into the table.
"""

from accounts.mail.addresses import BadAddress, checked_address
from accounts.mail.kinds import MailKind
from accounts.mail.queueing import TooManyMails, last_queued, queue

__all__ = ["BadAddress", "MailKind", "TooManyMails", "checked_address", "last_queued", "queue"]
