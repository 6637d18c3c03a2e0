"""Codes that are sent: six digits, ten minutes, once, five tries; so many an hour and a day to one address.

A code counts only in the browser session that asked for it, for its user, way and address: all of that is in its keyed
hash. The digits themselves are kept nowhere here. The row is locked while a try is judged, so that two requests with
one code count once and a thousand guesses at a time count as a thousand.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.factors.ways import Way
from accounts.models import SentCode, User
from accounts.throttling import TooManyAttempts

DIGITS = 6
LIFE = timedelta(minutes=10)
TRIES = 5
LIMITS = ((5, timedelta(hours=1)), (10, timedelta(days=1)))


class Answer(Enum):
    """What became of a try. GONE: there is no code left to guess at; a new one must be asked for."""

    RIGHT = auto()
    WRONG = auto()
    GONE = auto()


@dataclass(frozen=True)
class Bound:
    """What one code is good for. `binding`: the SHA-256 of the session's key; `address`: number or e-mail address."""

    user: User
    way: Way
    binding: bytes
    address: str

    @property
    def address_hash(self) -> bytes:
        """The address as limits know it, whoever uses it."""
        return _keyed("address", f"{self.way} {self.address}")


@transaction.atomic
def issue(bound: Bound) -> tuple[SentCode, str]:
    """A new code, stored as its hash; the one before it counts no more. The caller sends the digits and forgets them.

    Raises TooManyAttempts when this address, or this person, has had as many as it may.
    """
    now = timezone.now()
    with connection.cursor() as cursor:  # whoever asks for this address too waits here
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(bound.address_hash[:8], "big", signed=True)])
    User.objects.select_for_update(no_key=True).get(pk=bound.user.pk)
    sent = SentCode.objects.filter(way=bound.way)
    seconds = max(_wait(sent.filter(address_hash=bound.address_hash), now), _wait(sent.filter(user=bound.user), now))
    if seconds:
        raise TooManyAttempts(seconds)
    sent.filter(user=bound.user, ended_at=None).update(ended_at=now)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    row = SentCode(user=bound.user, way=bound.way, binding=bound.binding, address_hash=bound.address_hash, sent_at=now)
    row.code_hash = _code_hash(row, bound, code)
    row.save(force_insert=True)
    return row, code


@transaction.atomic
def check(bound: Bound, code: str) -> Answer:
    """Whether these are the digits that were sent last; then the code is used up."""
    now = timezone.now()
    live = SentCode.objects.select_for_update().filter(
        user=bound.user, way=bound.way, binding=bound.binding, ended_at=None, sent_at__gt=now - LIFE
    )
    row = live.order_by("-sent_at").first()
    if row is None:
        return Answer.GONE
    right = constant_time_compare(bytes(row.code_hash).hex(), _code_hash(row, bound, "".join(code.split())).hex())
    row.tries += 1
    if right or row.tries >= TRIES:
        row.ended_at = now
    row.save(update_fields=["tries", "ended_at"])
    if right:
        return Answer.RIGHT
    return Answer.GONE if row.ended_at else Answer.WRONG


def is_waiting(bound: Bound) -> bool:
    """Whether a code was sent that can still be typed in."""
    live = SentCode.objects.filter(user=bound.user, way=bound.way, binding=bound.binding, ended_at=None)
    return live.filter(sent_at__gt=timezone.now() - LIFE).exists()


def _wait(sent: QuerySet[SentCode], now: datetime) -> int:
    """Whole seconds until another code may be sent; 0 for now."""
    most, _ = LIMITS[-1]
    times = list(sent.order_by("-sent_at").values_list("sent_at", flat=True)[:most])
    ends = [times[count - 1] + span for count, span in LIMITS if len(times) >= count]
    return max((int((end - now).total_seconds()) + 1 for end in ends if end > now), default=0)


def _code_hash(row: SentCode, bound: Bound, code: str) -> bytes:
    parts = (str(row.pk), str(bound.user.pk), bound.way.value, bound.binding.hex(), bound.address_hash.hex(), code)
    return _keyed("code", " ".join(parts))


def _keyed(kind: str, value: str) -> bytes:
    return salted_hmac(f"accounts.factors.codes.{kind}", value, algorithm="sha256").digest()
