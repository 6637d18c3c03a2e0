"""Limits on guessing that nobody can turn against somebody else.

Three counts over `SignInEvent`, all of attempts that failed:

* **one origin on one account**: five are free, then each further one must wait twice as long as the one before;
* **one account from everywhere**: once GUESSED_ACCOUNT have failed within an hour, an origin gets one free attempt
  instead of five. The right password from an origin that has not failed still passes;
* **one network on all accounts**: after NETWORK_BUDGET within a quarter of an hour it must wait.

A browser that has signed in as this person before is an origin of its own and is outside the last two, so neither a
stranger nor a colleague behind the same address can lock a person out.

Nothing sleeps: a request that comes too early is refused with the number of seconds to wait. An attempt is written down
as failed *before* the password is looked at, one after the other for an account, so a thousand at once count as a
thousand. Refusals do not count, and are decided the same way for accounts that do not exist.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Max, Q, QuerySet
from django.utils.crypto import salted_hmac

from accounts.models import SignInEvent, SignInOutcome, User
from accounts.models.user import normalized_email
from accounts.origins import Origin

FREE_ATTEMPTS = 5
FIRST_WAIT = 4
LONGEST_WAIT = 15 * 60
MEMORY = timedelta(hours=1)
GUESSED_ACCOUNT = 20
NETWORK_BUDGET = 40
NETWORK_WINDOW = timedelta(minutes=15)
FAILURES = (SignInOutcome.FAILED, SignInOutcome.CODE_WRONG)


class TooManyAttempts(Exception):
    """The attempt was refused unseen; `seconds` says when the next one will be looked at."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True)
class _Failures:
    count: int
    last: datetime | None


def begin_attempt(*, email: str, user: User | None, origin: Origin, confirms: bool = False) -> SignInEvent:
    """Write the attempt down as failed and return it. Raises TooManyAttempts when it comes too early."""
    known = user is not None and user.pk in origin.known_as
    network = _digest("network", origin.network)
    account = _digest("account", normalized_email(email))
    event = SignInEvent(
        user=user,
        account=account,
        origin=_digest("browser", f"{origin.browser_id} {user.pk}") if known and user else network,
        network=network,
        known_browser=known,
        address=origin.address,
        browser=origin.browser,
        confirms=confirms,
    )
    with transaction.atomic():
        _one_at_a_time(account)
        seconds = _wait(event)
        if not seconds:
            event.save(force_insert=True)
    if seconds:
        raise TooManyAttempts(seconds)
    return event


def _one_at_a_time(account: bytes) -> None:
    """Hold the account's attempts until the running transaction ends, so that each one sees all before it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(account[:8], "big", signed=True)])


def _wait(event: SignInEvent) -> int:
    """Seconds until an attempt like this one will be looked at; 0 when it may go on."""
    others = SignInEvent.objects.all()
    own = _since_success(others, event)
    free = FREE_ATTEMPTS
    waits = []
    if not event.known_browser:
        recent = Q(outcome__in=FAILURES, known_browser=False)
        if others.filter(recent, account=event.account, at__gt=event.at - MEMORY).count() >= GUESSED_ACCOUNT:
            free = 1
        waits.append(_network_wait(others.filter(recent), event))
    waits.append(growing_wait(own.count - free, own.last, event.at))
    return max(waits)


def _since_success(others: QuerySet[SignInEvent], event: SignInEvent) -> _Failures:
    """Failures of this origin on this account since its last success, within the time we remember."""
    mine = others.filter(account=event.account, origin=event.origin, at__gt=event.at - MEMORY)
    success = mine.filter(outcome=SignInOutcome.SIGNED_IN).aggregate(last=Max("at"))["last"]
    failed = mine.filter(outcome__in=FAILURES)
    if success:
        failed = failed.filter(at__gt=success)
    found = failed.aggregate(count=Count("pk"), last=Max("at"))
    return _Failures(found["count"], found["last"])


def _network_wait(failed: QuerySet[SignInEvent], event: SignInEvent) -> int:
    found = failed.filter(network=event.network, at__gt=event.at - NETWORK_WINDOW).aggregate(
        count=Count("pk"), last=Max("at")
    )
    return growing_wait(found["count"] - NETWORK_BUDGET, found["last"], event.at)


def growing_wait(over: int, last: datetime | None, now: datetime) -> int:
    """Whole seconds left of a wait that doubles with each failure: FIRST_WAIT for `over` = 0, LONGEST_WAIT at most."""
    if over < 0 or last is None:
        return 0
    length = min(FIRST_WAIT << min(over, 16), LONGEST_WAIT)
    left = length - (now - last).total_seconds()
    return max(0, ceil(left))


def succeed(event_id: UUID, outcome: SignInOutcome) -> None:
    """The attempt was right after all (so far): it no longer counts."""
    SignInEvent.objects.filter(pk=event_id).update(outcome=outcome)


def failures_since_last_success(user: User) -> int:
    """How many attempts in the user's name failed since they last signed in: what they are told when they do."""
    events = SignInEvent.objects.filter(user=user)
    last = events.filter(outcome=SignInOutcome.SIGNED_IN).aggregate(last=Max("at"))["last"]
    failed = events.filter(outcome__in=FAILURES)
    return (failed.filter(at__gt=last) if last else failed).count()


def _digest(kind: str, value: str) -> bytes:
    return salted_hmac(f"accounts.throttling.{kind}", value, algorithm="sha256").digest()[:16]
