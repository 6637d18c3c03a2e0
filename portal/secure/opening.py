"""The customer shows who they are and reads.

A view is counted here and nowhere else: by the right answer that was posted. A GET counts nothing and tells nothing,
whoever sends it. The row is locked while an answer is judged, so that two browsers cannot both use the last view and
nobody guesses faster by guessing twice at once.
"""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from django.utils import timezone

from portal.models import SecureMessage, SecureVisit
from portal.secure import sealing
from portal.secure.answers import CODE_LIFE, MOST_WRONG, WRONG_FOR_A_CODE, is_right
from portal.secure.codes import is_open
from tenancy import audit, rates
from tenancy.audit import AuditKind
from tenancy.encryption import EncryptionError, prefetch
from tenancy.rates import Rate
from texting import live
from texting.live import LiveKind

VISIT = timedelta(minutes=15)
State = SecureMessage.State


class Told(StrEnum):
    """What the page says to an answer."""

    OPENED = "opened"
    WRONG = "wrong"
    OLD = "old"  # the code: too old, used, guessed at too often, or never sent
    SCRIPT = "script"  # the answer is right, and the half of the key did not come with it
    EMPTY = "empty"  # nothing that could be an answer
    WAIT = "wait"
    LOCKED = "locked"
    GONE = "gone"


@dataclass(frozen=True)
class Opened:
    """The answer to an answer. `token` and `half` are for the visitor's cookie."""

    told: Told
    token: str = field(default="", repr=False)
    half: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Given:
    """What was posted: the code or the fact, the link's code, the half of the key if a script found it."""

    answer: str = field(repr=False)
    link_code: str = field(repr=False)
    half: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Read:
    """A message as its reader sees it."""

    secure: SecureMessage
    content: str = field(repr=False)
    answers: int = 0


def hold_back(secure_id: UUID, network: str) -> int:
    """Spend what may be answered in a time; seconds to wait when it is too much, else 0. Not inside a transaction."""
    allowances = rates.spend_all(
        Rate(f"portal/open/network/{network}", limit=600, per_seconds=600, burst=200),
        Rate(f"portal/open/message/{secure_id}", limit=30, per_seconds=600, burst=15),
    )
    return max((int(one.retry_after or 60) + 1 for one in allowances if not one.allowed), default=0)


def open_with(secure_id: UUID, given: Given) -> Opened:
    """Judge an answer and, if it is right, count a view and begin a visit. Needs the organization to be active."""
    secure = SecureMessage.objects.select_for_update(of=("self",)).filter(pk=secure_id).first()
    if secure is not None and secure.state == State.LOCKED:
        return Opened(Told.LOCKED)
    if secure is None or not is_open(secure):
        return Opened(Told.GONE)
    prefetch([secure])  # asks whether the keys are still there
    try:
        return _judged(secure, given)
    except EncryptionError:  # the contact was erased
        return Opened(Told.GONE)


def read(secure_id: UUID, token: str, half: bytes) -> Read | None:
    """The message, during a visit. None when the visit or the message has ended."""
    visits = SecureVisit.objects.select_related("secure").filter(
        secure_id=secure_id, token=sha256(token.encode()).digest(), until__gt=timezone.now()
    )
    visit = visits.first()
    if visit is None or visit.secure.state != State.OPEN or visit.secure.expires_at <= timezone.now():
        return None
    prefetch([visit.secure])
    try:
        content = sealing.open_content(bytes(visit.secure.content or b""), half=half, message_id=secure_id)
    except EncryptionError:
        return None
    return Read(visit.secure, content, visit.secure.replies.count())


def is_visiting(secure_id: UUID, token: str) -> bool:
    """Whether this visit still counts, of a message that can still be read."""
    visits = SecureVisit.objects.filter(secure_id=secure_id, token=sha256(token.encode()).digest())
    now = timezone.now()
    return visits.filter(until__gt=now, secure__state=State.OPEN, secure__expires_at__gt=now).exists()


def leave(secure_id: UUID, token: str) -> None:
    """End a visit: its cookie opens nothing any more."""
    SecureVisit.objects.filter(secure_id=secure_id, token=sha256(token.encode()).digest()).delete()


def _judged(secure: SecureMessage, given: Given) -> Opened:
    by_code = secure.check_by == SecureMessage.Check.CODE
    if by_code and (secure.code_sent_at is None or secure.code is None or _is_old(secure)):
        return Opened(Told.OLD)
    if not is_right(secure, given.answer):
        return Opened(_wrong(secure, by_code=by_code))
    half = _half(secure, given)
    if half is None:
        return Opened(Told.SCRIPT)
    token, now = secrets.token_urlsafe(16), timezone.now()
    secure.code, secure.wrong, secure.views = None, 0, secure.views + 1
    secure.first_opened_at, secure.last_opened_at = secure.first_opened_at or now, now
    secure.save(update_fields=["code", "wrong", "views", "first_opened_at", "last_opened_at"])
    SecureVisit.objects.create(secure=secure, token=sha256(token.encode()).digest(), begun_at=now, until=now + VISIT)
    audit.record(event=AuditKind.SECURE_MESSAGE_OPENED, actor=None, object=secure, view=secure.views)
    show(secure)
    return Opened(Told.OPENED, token, half)


def _is_old(secure: SecureMessage) -> bool:
    return secure.code_sent_at is None or timezone.now() - secure.code_sent_at > CODE_LIFE


def _wrong(secure: SecureMessage, *, by_code: bool) -> Told:
    """Count it; void the code or lock the message when it was one too many."""
    secure.wrong += 1
    told = Told.WRONG
    if by_code and secure.wrong % WRONG_FOR_A_CODE == 0:
        secure.code, told = None, Told.OLD
    if secure.wrong >= MOST_WRONG[secure.check_by]:
        secure.code, secure.state, told = None, State.LOCKED, Told.LOCKED
        audit.record(event=AuditKind.SECURE_MESSAGE_LOCKED, actor=None, object=secure)
        show(secure)
    secure.save(update_fields=["wrong", "code", "state"])
    return told


def _half(secure: SecureMessage, given: Given) -> bytes | None:
    """The half that opens the content: the one that was posted, else the one that was kept. None without one."""
    record = bytes(secure.content or b"")
    if given.half is not None and _opens(record, given.half, secure.pk):
        return given.half
    if secure.kept_half is None:
        return None
    return sealing.open_half(bytes(secure.kept_half), code=given.link_code, message_id=secure.pk)


def _opens(record: bytes, half: bytes, secure_id: UUID) -> bool:
    try:
        sealing.open_content(record, half=half, message_id=secure_id)
    except EncryptionError:
        return False
    return True


def show(secure: SecureMessage) -> None:
    """Let open threads draw its card anew."""
    live.publish(kind=LiveKind.STATUS, conversation=secure.conversation_id, message=secure.message_id)
