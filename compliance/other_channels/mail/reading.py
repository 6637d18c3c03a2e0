"""What a mail that came in says: whom it may be about, what somebody wrote, or that one of ours did not arrive.

Anybody can write to a mailbox, so nothing here trusts a header, raises, or reads without bounds. Sources: RFC 5322
(threads), RFC 3464 (reports about delivery), RFC 3834 (automatic answers). Plain values: no Django.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import parseaddr
from enum import StrEnum
from html.parser import HTMLParser

LONGEST_TEXT, LONGEST_SUBJECT = 20_000, 200
MOST_IDS = 60
_ID = re.compile(r"<[^<>\s]{3,250}>")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
_WROTE = re.compile(r"^(on|el|le|am)\b.{5,200}(wrote|escribi[oó]|a écrit|schrieb)\s*:\s*$", re.IGNORECASE)
_BREAKS = {"br", "p", "div", "tr", "li", "h1", "h2", "h3", "blockquote"}


class Kind(StrEnum):
    """What a mail is."""

    ANSWER = "answer"
    AUTOMATIC = "automatic"  # somebody is out of the office
    BOUNCE = "bounce"  # one of ours did not arrive, for good
    DELAY = "delay"  # or not yet


@dataclass(frozen=True)
class Incoming:
    """`tokens` of addresses of ours that it came to, `ids` of mails that it answers or reports on, newest last.

    `status` is a bounce's, such as 5.1.1; empty when it names none.
    """

    kind: Kind
    tokens: tuple[str, ...] = field(repr=False)
    ids: tuple[str, ...] = field(repr=False)
    message_id: str = field(default="", repr=False)
    sender: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    status: str = ""


def read(raw: bytes, *, mailbox: str) -> Incoming:
    """Whatever it is; a mail of which nothing can be read has no tokens and no ids."""
    message = message_from_bytes(raw, policy=policy.default)
    report = _report(message)
    ids = _ids(message, "References", "In-Reply-To") + tuple(report.ids if report else ())
    return Incoming(
        kind=report.kind if report else Kind.AUTOMATIC if _is_automatic(message) else Kind.ANSWER,
        tokens=_tokens(message, mailbox),
        ids=ids[-MOST_IDS:],
        message_id=next(iter(_ids(message, "Message-ID")), ""),
        sender=_sender(message),
        subject=" ".join(_header(message, "Subject").split())[:LONGEST_SUBJECT],
        text="" if report else _text(message),
        status=report.status if report else "",
    )


@dataclass(frozen=True)
class _Report:
    kind: Kind
    status: str
    ids: tuple[str, ...]


def _report(message: Message) -> _Report | None:
    """A delivery status notification; None for any other mail."""
    if message.get_content_type() != "multipart/report":
        return None
    said = status = ""
    ids: tuple[str, ...] = ()
    for part in _parts(message):
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            words = _raw_text(part)
            said = said or _field(words, "Action")
            found = _STATUS.search(_field(words, "Status"))
            status = status or (found[0] if found else "")
        elif kind in ("message/rfc822", "text/rfc822-headers"):
            ids += _ids_in(_raw_text(part)[:20_000])
    if not said and not status:
        return None
    final = said.lower() == "failed" or (not said and status.startswith("5"))
    return _Report(Kind.BOUNCE if final and not status.startswith("4") else Kind.DELAY, status, ids)


def _raw_text(part: Message) -> str:
    """The text below a part, whether it was parsed further or not."""
    payload = part.get_payload()
    pieces = payload if isinstance(payload, list) else [payload]
    told = []
    for piece in pieces:
        with suppress(Exception):  # a part that cannot be written again says nothing
            told.append(piece.as_string() if isinstance(piece, Message) else str(piece))
    return "\n".join(told)


def _field(words: str, name: str) -> str:
    found = re.search(rf"(?im)^{name}\s*:\s*([^\r\n]{{1,100}})", words)
    return found[1].strip() if found else ""


def _ids_in(headers: str) -> tuple[str, ...]:
    """The Message-ID of the mail that a report gives back."""
    found = re.search(r"(?im)^Message-ID\s*:\s*(<[^<>\s]{3,250}>)", headers)
    return (found[1],) if found else ()


def _parts(message: Message, most: int = 50) -> Iterator[Message]:
    for number, part in enumerate(message.walk()):
        if number >= most:
            return
        yield part


def _is_automatic(message: Message) -> bool:
    submitted = _header(message, "Auto-Submitted").lower()
    if submitted and not submitted.startswith("no"):
        return True
    if _header(message, "Precedence").strip().lower() in {"bulk", "junk", "list", "auto_reply"}:
        return True
    return bool(_header(message, "X-Autoreply") or _header(message, "List-Id"))


def _tokens(message: Message, mailbox: str) -> tuple[str, ...]:
    name, _, domain = mailbox.rpartition("@")
    ours = re.compile(rf"{re.escape(name)}\+([a-z2-7]{{26}})@{re.escape(domain)}", re.IGNORECASE)
    found = [token.lower() for header in _TO for value in _headers(message, header) for token in ours.findall(value)]
    return tuple(dict.fromkeys(found))


def _ids(message: Message, *names: str) -> tuple[str, ...]:
    return tuple(found for name in names for value in _headers(message, name) for found in _ID.findall(value))


def _sender(message: Message) -> str:
    address = parseaddr(_header(message, "From"))[1]
    return address if len(address) <= 254 and address.isprintable() else ""


def _header(message: Message, name: str) -> str:
    return next(iter(_headers(message, name)), "")


def _headers(message: Message, name: str) -> list[str]:
    """Decoded, at most 10,000 signs each; what cannot be parsed is left out."""
    with suppress(Exception):  # the parser of headers trips over some that strangers send
        return [str(value).replace("\x00", "")[:10_000] for value in message.get_all(name, [])]
    return []


def _text(message: Message) -> str:
    """What somebody wrote, without what they quote."""
    body = None
    with suppress(Exception):
        body = message.get_body(("plain", "html")) if isinstance(message, EmailMessage) else None
    if body is None:
        return ""
    words = _decoded(body)
    if body.get_content_type() == "text/html":
        words = _without_tags(words)
    return _without_quotes(words)[:LONGEST_TEXT].strip()


def _decoded(part: Message) -> str:
    payload = b""
    with suppress(Exception):
        found = part.get_payload(decode=True)
        payload = found if isinstance(found, bytes) else b""
    charset = str(part.get_content_charset() or "utf-8")
    try:
        text = payload.decode(charset, "replace")
    except (LookupError, ValueError):
        text = payload.decode("utf-8", "replace")
    return text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.told: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden += tag in {"style", "script", "head"}
        if tag in _BREAKS:
            self.told.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"style", "script", "head"} and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.told.append(data)


def _without_tags(words: str) -> str:
    parser = _Tags()
    with suppress(Exception):
        parser.feed(words)
        parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.told).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def _without_quotes(words: str) -> str:
    """Up to the line that says who wrote what is quoted; lines that begin with > are left out."""
    kept: list[str] = []
    for line in words.split("\n"):
        if _WROTE.match(line.strip()):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line)
    return "\n".join(kept)
