"""The mailbox that answers come to, over IMAP (RFC 9051): what is unread is fetched in part, then marked as read.

Nothing is deleted there: what no escalation is found for stays for whoever looks after the mailbox.
"""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from django.conf import settings

LARGEST = 1_048_576  # bytes that are read of one mail; the rest is attachments
MOST = 50  # mails of one turn
SECONDS = 15.0  # that each step with the server may take
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,12})")


class MailboxAway(Exception):
    """The server could not be asked, or did not let us in. Says no more than the error's kind."""


@dataclass(frozen=True)
class Fetched:
    """One mail. `is_cut`: it is larger than `LARGEST`, and only its beginning is here."""

    raw: bytes = field(repr=False)
    is_cut: bool


class Mailbox:
    """An open one. Each method raises MailboxAway."""

    def __init__(self, connection: imaplib.IMAP4) -> None:
        self._connection = connection

    def unread(self) -> list[str]:
        """Ids of the oldest unread mails."""
        found = self._ask("SEARCH", "UNSEEN")
        return b" ".join(part for part in found if isinstance(part, bytes)).decode("ascii", "replace").split()[:MOST]

    def fetch(self, uid: str) -> Fetched | None:
        """Its bytes; it stays unread. None when it went meanwhile."""
        for part in self._ask("FETCH", uid, f"(RFC822.SIZE BODY.PEEK[]<0.{LARGEST}>)"):
            if isinstance(part, tuple) and len(part) == 2:
                size = _SIZE.search(part[0])
                return Fetched(part[1], is_cut=bool(size) and int(size[1]) > LARGEST if size else False)
        return None

    def mark_read(self, uid: str) -> None:
        """So that it is not fetched again."""
        self._ask("STORE", uid, "+FLAGS.SILENT", r"(\Seen)")

    def _ask(self, *words: str) -> list[bytes | tuple[bytes, bytes]]:
        try:
            answer, data = self._connection.uid(*words)
        except (imaplib.IMAP4.error, OSError) as error:
            raise MailboxAway(type(error).__name__) from None
        if answer != "OK":
            raise MailboxAway(words[0])
        return [part for part in data if part]


@contextmanager
def opened() -> Iterator[Mailbox]:
    """The mailbox of the settings, signed in. Raises MailboxAway."""
    try:
        connection = _connected()
    except (imaplib.IMAP4.error, OSError) as error:
        raise MailboxAway(type(error).__name__) from None
    try:
        try:
            connection.login(settings.IMAP_USER, settings.IMAP_PASSWORD)
            answer, _data = connection.select(settings.IMAP_FOLDER)
        except (imaplib.IMAP4.error, OSError) as error:
            raise MailboxAway(type(error).__name__) from None
        if answer != "OK":
            raise MailboxAway("folder")
        yield Mailbox(connection)
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            connection.logout()


def _connected() -> imaplib.IMAP4:
    host, port = settings.IMAP_HOST, settings.IMAP_PORT
    if settings.IMAP_TLS == "tls":
        return imaplib.IMAP4_SSL(host, port, ssl_context=ssl.create_default_context(), timeout=SECONDS)
    connection = imaplib.IMAP4(host, port, timeout=SECONDS)
    if settings.IMAP_TLS == "starttls":
        connection.starttls(ssl_context=ssl.create_default_context())
    return connection
