"""What a mail says: one template a kind, as plain text; the HTML part is made from that text.

Words that a person chose (a company's name) are put on one line, without anything that a mail program makes a link of,
so that nobody can write to strangers in our name. Links are ours alone.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from email.utils import formataddr, parseaddr
from ipaddress import ip_address

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, engines
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.functional import Promise, lazy
from django.utils.translation import get_language

from accounts.mail.addresses import checked_address
from accounts.mail.kinds import MailKind

Word = str | int | Promise  # what is lazy is put into words in the language of the mail
LONGEST_WORD = 100
LONGEST_SUBJECT = 140
_LINK, _EMAIL, _IP = "link", "email", "_ip"  # what the names of such words end in
_CLICKABLE = re.compile(r"(?i)\b(https?|ftp|mailto|tel|javascript|data):/*|\bwww\.|@")
# evil.example would be made a link, and 192.0.2.1; "Dr.Who" is none the worse. One number, 1,234.5, is no link.
_DOT = re.compile(r"((?<![\w.])[0-9,]*[0-9]\.[0-9]+(?!\w|\.\w))|\.(?=\w)")


day_in_words = lazy(date_format, str)
"""A day (and a format) among the words of a mail, as its recipient's language writes it."""


def _say(say: Callable[[], str]) -> str:
    return say()


said_later = lazy(_say, str)
"""What a function of no arguments says among the words of a mail, asked in its recipient's language."""


class NotOurs(ValueError):
    """A link in a mail leads somewhere else than to this installation."""


@dataclass(frozen=True)
class Envelope:
    """What a letter has besides (`accounts.mail.letters`). `follows`: ids of earlier mails of its thread."""

    sender: str
    reply_to: str = ""
    bounces_to: str = ""
    follows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Written:
    """Subject and text of a mail; paragraphs are parted by empty lines, a link stands alone on its line."""

    subject: str
    text: str
    envelope: Envelope | None = None
    language: str = ""

    def to_json(self) -> str:
        return json.dumps([self.subject, self.text, self.envelope and asdict(self.envelope), self.language])

    @classmethod
    def from_json(cls, stored: str) -> "Written":
        subject, text, envelope, language = json.loads(stored)
        made = Envelope(**envelope | {"follows": tuple(envelope["follows"])}) if envelope else None
        return cls(subject, text, made, language)


def write(kind: MailKind, words: Mapping[str, Word]) -> Written:
    """The mail of this kind with these words in it, in the present language.

    Raises NotOurs for a link of somebody else, BadAddress.
    """
    clean = {name: _clean(name, value) for name, value in words.items()}
    template = engines["django"].engine.get_template(f"mail/{kind}.txt")  # type: ignore[attr-defined]
    rendered = template.render(Context(clean, autoescape=False)).strip()
    subject, _, text = rendered.partition("\n")
    text = re.sub(r"\n{3,}", "\n\n", text.strip()) + "\n"
    return Written(" ".join(subject.split())[:LONGEST_SUBJECT], text, language=get_language() or "")


def _clean(name: str, value: Word) -> Word:
    if isinstance(value, int):
        return value
    value = str(value)
    if name.endswith(_LINK):
        return _checked_link(value)
    if name.endswith(_IP):
        return str(ip_address(value))
    return checked_address(value) if name.endswith(_EMAIL) else plain(value)


def plain(value: str) -> str:
    """One line of printable characters that no mail program makes a link of."""
    shown = "".join(
        " " if unicodedata.category(sign) in {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"} else sign for sign in value
    )
    shown = _CLICKABLE.sub(" ", shown)
    shown = _DOT.sub(lambda found: found[1] or ". ", shown)
    return " ".join(shown.split())[:LONGEST_WORD].rstrip()


def _checked_link(value: str) -> str:
    if not value.startswith(f"{settings.PUBLIC_BASE_URL}/") or len(value.split()) != 1 or not value.isprintable():
        raise NotOurs("a link in a mail must lead to this installation")
    return value


def message(written: Written, *, to: str, message_id: str) -> EmailMultiAlternatives:
    """The mail as it is handed over. Its headers say that a machine wrote it, so that none answers."""
    if written.envelope is not None:
        return _letter(written, written.envelope, to=to, message_id=message_id)
    headers = {
        "Message-ID": message_id,
        "Auto-Submitted": "auto-generated",  # RFC 3834: out-of-office programs stay silent
        "X-Auto-Response-Suppress": "All",
    }
    made = EmailMultiAlternatives(
        subject=written.subject, body=written.text, from_email=settings.DEFAULT_FROM_EMAIL, to=[to], headers=headers
    )
    paragraphs = [paragraph.splitlines() for paragraph in written.text.strip().split("\n\n")]
    shown = [
        [(line, line.startswith(f"{settings.PUBLIC_BASE_URL}/") and " " not in line) for line in lines]
        for lines in paragraphs
    ]
    html = render_to_string(
        "mail/frame.html", {"subject": written.subject, "paragraphs": shown, "language": written.language}
    )
    made.attach_alternative(html, "text/html")
    return made


def _letter(written: Written, envelope: Envelope, *, to: str, message_id: str) -> EmailMultiAlternatives:
    """A person's words, in a thread that mail programs show together."""
    domain = message_id.rpartition("@")[2]
    own = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    headers = {"Message-ID": message_id, "From": formataddr((plain(envelope.sender), own))}
    if envelope.follows:
        headers["In-Reply-To"] = f"<{envelope.follows[-1]}@{domain}"
        headers["References"] = " ".join(f"<{mail_id}@{domain}" for mail_id in envelope.follows)
    return EmailMultiAlternatives(
        subject=written.subject,
        body=written.text,
        from_email=envelope.bounces_to or own,
        to=[to],
        reply_to=[envelope.reply_to] if envelope.reply_to else None,
        headers=headers,
    )
