"""Answering bells: who is to be woken is decided now, then devices are called, outside any transaction.

A claimed bell is leased: whoever dies with it leaves it to the next round, so a push may go twice and is never lost. A
notification is only read here; whatever becomes of a push, it stays in its member's list.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from accounts.models import Membership
from tenancy import egress
from tenancy.encryption import readable
from tenancy.isolation import activate
from texting.models import PushBell, PushDevice
from texting.notifications.choosing import Choices, Way
from texting.notifications.push import vapid
from texting.notifications.push.devices import devices_of, signed_in_marks
from texting.notifications.reading import wanted

log = logging.getLogger("parley.push")

PAUSE = timedelta(seconds=60)  # between two pushes to one device: a burst is one
TOO_OLD = timedelta(days=1)
LEASE = timedelta(seconds=90)
AT_ONCE = 50  # members whose bells are answered together
SLOW_QUIET = timedelta(minutes=5)  # so often a bell asks whether quiet hours are over: they may have been changed
WAITS = (30, 120, 600, 1800)
"""Seconds after the first failure, the second, ...: after the last one this news is not pushed any more."""
LONGEST_WAIT = 3600
KEEPS = 3600  # seconds for which the push service may keep a push for a browser that is away
GONE, REFUSED = frozenset({404, 410}), frozenset({400, 401, 403, 413})
Problem = PushDevice.Problem

_CLAIM = """
    WITH due AS (
        SELECT id FROM texting_pushbell WHERE due_at <= %(now)s ORDER BY due_at LIMIT %(most)s FOR UPDATE SKIP LOCKED
    )
    UPDATE texting_pushbell bell SET due_at = %(until)s FROM due WHERE bell.id = due.id
    RETURNING bell.id, bell.organization_id, bell.member_id
"""


@dataclass
class Member:
    """Whose bells were claimed. `again` is when the one that is left rings again; None: nothing is left to do."""

    id: UUID
    bells: list[int] = field(default_factory=list)
    again: datetime | None = None

    def put_off(self, until: datetime) -> None:
        """The earliest of several moments counts."""
        self.again = min(self.again, until) if self.again else until


@dataclass
class Call:
    """One push that is to go to one device: news until `news`, or a test. Then what came of it: status or nothing."""

    member: Member
    device: PushDevice
    address: str
    headers: dict[str, str]
    news: datetime | None
    status: int = 0
    asked: int = 0
    forbidden: bool = False


def send_due() -> int:
    """Answer all bells that are due. Returns how many devices took a push. One process does it at a time."""
    if not _alone():
        return 0
    taken = 0
    try:
        while bells := _claim():
            for organization, members in bells.items():
                try:
                    taken += _answer(organization, members)
                except Exception:  # the others' are answered all the same, these again when their lease is over
                    log.exception("push_not_answered", extra={"organization": str(organization)})
    finally:
        _done()
    return taken


def _claim() -> dict[UUID, list[Member]]:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": now, "until": now + LEASE, "most": AT_ONCE})
        rows = cursor.fetchall()
    found: dict[UUID, dict[UUID, Member]] = defaultdict(dict)
    for bell, organization, member in sorted(rows):
        found[organization].setdefault(member, Member(member)).bells.append(bell)
    return {organization: list(members.values()) for organization, members in found.items()}


def _answer(organization: UUID, members: Sequence[Member]) -> int:
    with activate(organization):
        calls = [call for member in members for call in _prepare(member)]
    if calls:
        asyncio.run(_make(calls))
    with activate(organization):
        for call in sorted(calls, key=lambda one: one.device.pk):
            _record(call)
        for member in members:
            _finish(member)
    return sum(200 <= call.status < 300 for call in calls)


def _prepare(bell: Member) -> list[Call]:
    people = Membership.objects.select_related("user", "organization")
    member = people.filter(pk=bell.id, is_active=True, user__is_active=True).first()
    devices = devices_of(member) if member else []
    if member is None or not devices:
        return []
    now = timezone.now()
    choices, rows = wanted(member, Way.PUSH)
    unread = rows.filter(read_at__isnull=True, at__gt=now - TOO_OLD)
    news: datetime | None = unread.order_by("-at").values_list("at", flat=True).first()
    zone, signed_in = member.organization.time_zone, signed_in_marks(member)
    calls = []
    for device in devices:
        address = readable(device, "address", "")  # of an organization that has ended it is gone
        if device.mark not in signed_in or not address:
            continue
        is_new = news is not None and news > device.told_until
        if device.tested_at is None and not is_new:
            continue
        if device.tested_at is None and (later := _later(device, choices, now, zone)):
            bell.put_off(later)
            continue
        keeps = _keeps(choices, now, zone)
        headers = {
            "Authorization": vapid.authorization(address, now=now),
            "TTL": str(keeps),  # RFC 8030, section 5.2
            "Urgency": "high",
            "Topic": "news",  # the service keeps one for a browser that is away, not fifty
        }
        calls.append(Call(bell, device, address, headers, news if is_new else None))
    return calls


def _later(device: PushDevice, choices: Choices, now: datetime, zone: str) -> datetime | None:
    """When to ask again, if now is not the time."""
    if choices.is_quiet(now, zone):
        return now + SLOW_QUIET
    waits = [device.retry_at, device.used_at + PAUSE if device.used_at else None]
    return max((one for one in waits if one and one > now), default=None)


def _keeps(choices: Choices, now: datetime, zone: str) -> int:
    """Seconds for which the service may keep it: not into the quiet hours, looked at by the minute."""
    minutes = range(1, KEEPS // 60 + 1)
    quiet = (minute for minute in minutes if choices.is_quiet(now + timedelta(minutes=minute), zone))
    return 60 * (next(quiet, KEEPS // 60 + 1) - 1) if choices.quiet else KEEPS


async def _make(calls: Sequence[Call]) -> None:
    await asyncio.gather(*(_call(one) for one in calls))


async def _call(one: Call) -> None:
    """Never raises: a bug of ours must not lose the other results."""
    try:
        answer = await egress.call(egress.address(one.address), headers=one.headers)
    except egress.EgressRefused:
        one.forbidden = True
    except egress.EgressFailed:
        pass
    except Exception as error:
        log.error("push_broke", extra={"device": str(one.device.pk), "error": type(error).__name__})
    else:
        one.status = answer.status
        asked = answer.headers.get("retry-after", "")
        one.asked = min(int(asked), LONGEST_WAIT) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0


def _record(call: Call) -> None:
    """Unless the device was turned on anew meanwhile, with another address."""
    row = PushDevice.objects.filter(pk=call.device.pk, since=call.device.since)
    told = {"told_until": call.news} if call.news else {}
    if 200 <= call.status < 300:
        row.update(used_at=timezone.now(), tested_at=None, tries=0, retry_at=None, problem="", **told)
    elif call.status in GONE:
        row.delete()
    elif call.forbidden or call.status in REFUSED:
        row.update(tested_at=None, tries=0, retry_at=None, problem=Problem.REFUSED, **told)
        log.warning("push_refused", extra={"device": str(call.device.pk), "status": call.status})
    elif call.device.tries < len(WAITS):
        again = timezone.now() + timedelta(seconds=max(WAITS[call.device.tries], call.asked))
        row.update(tries=call.device.tries + 1, retry_at=again, problem=Problem.AWAY)
        call.member.put_off(again)
    else:
        row.update(tested_at=None, tries=0, retry_at=None, problem=Problem.AWAY, **told)
        log.warning("push_given_up", extra={"device": str(call.device.pk), "status": call.status})


def _finish(member: Member) -> None:
    """One bell is enough to come back."""
    kept = member.bells[:1] if member.again else []
    PushBell.objects.filter(pk__in=kept).update(due_at=member.again)
    PushBell.objects.filter(pk__in=member.bells[len(kept) :]).delete()


def _alone() -> bool:
    """A slow push service keeps one worker waiting, not all. Without Redis leases alone keep rounds apart."""
    try:
        return bool(cache.add("push:sender", 1, timeout=int(LEASE.total_seconds())))
    except Exception as error:
        log.warning("push_lock_lost", extra={"error": type(error).__name__})
        return True


def _done() -> None:
    try:
        cache.delete("push:sender")
    except Exception as error:
        log.warning("push_lock_lost", extra={"error": type(error).__name__})
