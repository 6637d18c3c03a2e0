"""The provider forgets what a text said that held what must not be kept, and pictures once they are here.

The wish is stored with the text; a round of the clock asks the provider, again and again with growing pauses where it
could not be asked or the text is still on its way. What a provider refuses for good stays listed with its code.

A copy that is to be deleted loses its words as soon as the provider lets go of them, and its record once the text has
its last status: a record that is gone answers no question any more about whether the text arrived. Of an organization
whose end has come nobody waits for one, since soon nobody can ask.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from time import monotonic
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.utils import timezone

from tenancy import audit
from tenancy.arrays import among, uuids
from tenancy.audit import AuditKind
from tenancy.ids import new_id
from tenancy.isolation import activate, current_organization_id
from tenancy.models import Organization
from texting import live
from texting.keeping_guards import kept_copies
from texting.live import LiveKind
from texting.models import CarrierCopy, Line, Message
from texting.providers.base import Credentials, NotAccepted, Provider
from texting.providers.registry import provider_for
from texting.statuses import FINAL, ErrorKind

log = logging.getLogger("parley.carrier_copies")

State = CarrierCopy.State
_MINUTES = (1, 5, 30, 120, 720, 1440, 1440, 2880, 4320, 10080)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in _MINUTES)
"""Until the next try, after the first, second ... one: two weeks in all, since a text may take days to end there."""
_BATCH = 50
ROUND = 10.0
"""Seconds of one round; the clock begins one each half minute, and other work needs the process in between."""
_SLOWER = (ErrorKind.RATE_LIMITED, ErrorKind.UNREACHABLE, ErrorKind.AUTH, ErrorKind.ACCOUNT)
"""Answers after which an organization's other copies wait for the next round: more would be refused, too."""
_LEASE = timedelta(minutes=5)
_LAST_STATUS = timedelta(days=3)  # providers give up sooner
# A purge wants a thousand at a time: a column is one array, and what is wanted already is told anew in the same go.
_WANT = """
INSERT INTO texting_carriercopy AS known
    (id, organization_id, line_id, message_id, deletes, state, due_at, wanted_at, tries, code, gone_at)
SELECT n.id, %(organization)s, n.line_id, n.message_id, %(deletes)s, %(waiting)s, %(at)s, %(at)s, 0, '', NULL
FROM unnest(%(ids)s::uuid[], %(lines)s::uuid[], %(texts)s::uuid[]) AS n (id, line_id, message_id)
ON CONFLICT (organization_id, message_id) DO UPDATE SET
    (state, due_at, tries, deletes) = (
        SELECT %(waiting)s, %(at)s, 0, known.deletes OR excluded.deletes WHERE {anew}
        UNION ALL SELECT known.state, known.due_at, known.tries, known.deletes WHERE NOT {anew}
    ),
    wanted_at = CASE WHEN %(claims)s THEN %(at)s ELSE known.wanted_at END
WHERE %(claims)s OR {anew}
""".replace("{anew}", "(known.state = %(refused)s OR (excluded.deletes AND NOT known.deletes))")
_KEPT_FOR = timedelta(days=1)  # until a copy that something keeps is looked at again


def forget(line: Line, message_id: UUID, *, at: datetime) -> None:
    """Want the provider's copy of this text gone; belongs to the running transaction. Twice is once."""
    CarrierCopy.objects.bulk_create(
        [CarrierCopy(line=line, message_id=message_id, due_at=at, wanted_at=at)], ignore_conflicts=True
    )


def forget_all(message_ids: Collection[UUID], *, at: datetime, deletes: bool = False, claims: bool = False) -> int:
    """Want the copies of these texts gone, where a provider has any; with `deletes` its whole records. How many.

    One that was given up is asked for again, one that was only redacted is deleted. `claims`: one that is wanted or
    gone already counts as wanted at this moment, too.
    """
    rows = Message.objects.filter(pk__in=among(message_ids), provider_message_id__isnull=False)
    wanted = dict(rows.values_list("pk", "line_id"))
    values: dict[str, Any] = {
        "organization": current_organization_id(),
        "deletes": deletes,
        "claims": claims,
        "waiting": State.WAITING.value,
        "refused": State.REFUSED.value,
        "at": at,
        "ids": uuids(new_id() for _ in wanted),
        "lines": uuids(wanted.values()),
        "texts": uuids(wanted),
    }
    with connection.cursor() as cursor:
        cursor.execute(_WANT, values)
    return len(wanted)


def hurry(message_ids: Collection[UUID]) -> None:
    """Copies of these texts that wait for their next try are due now, but for those that are just asked about. All
    tries begin anew, so that one bad answer does not give up one that was tried often.
    """
    now = timezone.now()
    waiting = CarrierCopy.objects.filter(message_id__in=among(message_ids), state=State.WAITING)
    waiting.update(tries=0)
    waiting.filter(due_at__gt=now + _LEASE).update(due_at=now)


def try_before(until: datetime) -> None:
    """Copies that would wait beyond `until`, when nobody can ask any more, are tried once more shortly before."""
    now = timezone.now()
    late = CarrierCopy.objects.filter(state=State.WAITING, due_at__gt=max(until, now + _LEASE))
    late.update(due_at=max(until - _LEASE, now + PAUSES[0]))


def ask_providers(seconds: float = ROUND) -> dict[str, int]:
    """One round: some copies of each organization in turn, and again of those that have more until the time is over.

    Whose provider says that it is too much waits for the next round. Returns how many copies were asked about, and
    organizations that failed.
    """
    counts, until = {"asked": 0, "failed": 0}, monotonic() + seconds
    turns = deque(Organization.objects.order_by("pk").values_list("pk", flat=True))
    for _first in range(len(turns)):  # each has one turn, whatever the time
        _one_turn(turns, counts)
    while turns and monotonic() < until:
        _one_turn(turns, counts)
    return counts


def _one_turn(turns: deque[UUID], counts: dict[str, int]) -> None:
    organization_id = turns.popleft()
    try:
        asked, has_more = _ask_some(organization_id)
    except Exception as error:  # one organization's trouble is not the others'
        log.error("copies_failed", extra={"organization": str(organization_id), "error": type(error).__name__})
        counts["failed"] += 1
        return
    counts["asked"] += asked
    if has_more:
        turns.append(organization_id)


def ask_due(organization_id: UUID) -> int:
    """Ask about some copies of one organization that are due; how many. Raises what reading credentials may raise."""
    return _ask_some(organization_id)[0]


def _ask_some(organization_id: UUID) -> tuple[int, bool]:
    """How many, and whether more may be asked for at once: some were due, asked about or kept, and no provider wants
    fewer.
    """
    with activate(organization_id):
        due, seen = _take()
    is_too_much = _ask_all(organization_id, due)
    return len(due), seen > 0 and not is_too_much


@dataclass(frozen=True)
class _Wish:
    """A copy, the provider's id of its text, and whether its record is to go now or its words alone.

    `until`: the end of the lease. A copy that is due at another time was wanted anew meanwhile, or taken by others.
    """

    line_id: UUID
    copy_id: UUID
    message_id: UUID
    name: str
    deletes: bool
    until: datetime


def _take() -> tuple[list[_Wish], int]:
    """What is due, by line, leased for some minutes; and how many were looked at, with what is kept."""
    waiting = CarrierCopy.objects.filter(due_at__lte=timezone.now()).order_by("due_at")
    seen = list(waiting.values_list("message_id", flat=True)[:_BATCH])
    kept = kept_copies(seen)  # before the rows' locks, as a purge takes them
    CarrierCopy.objects.filter(message_id__in=kept).update(due_at=timezone.now() + _KEPT_FOR)
    free = [one for one in seen if one not in kept]
    rows = list(waiting.select_for_update(skip_locked=True).filter(message_id__in=free))
    texts = Message.objects.filter(pk__in=[row.message_id for row in rows], provider_message_id__isnull=False)
    known = {pk: (name, status) for pk, name, status in texts.values_list("pk", "provider_message_id", "status")}
    until, ends = timezone.now() + _LEASE, any(row.deletes for row in rows) and _ends()
    CarrierCopy.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=until, tries=F("tries") + 1)
    wishes = [
        _Wish(row.line_id, row.pk, row.message_id, str(name), whole, until)
        for row in rows
        if (found := known.get(row.message_id))
        for name, status in [found]
        for whole in [row.deletes and (ends or status in FINAL or _is_old(row))]
    ]
    return sorted(wishes, key=lambda wish: (wish.line_id, wish.copy_id)), len(seen)


def _ends() -> bool:
    """Whether the active organization's end has come."""
    return Organization.objects.filter(pk=current_organization_id(), closes_at__lte=timezone.now()).exists()


def _is_old(copy: CarrierCopy) -> bool:
    """Whether no status is waited for any more: a text without a receipt may never have a last one."""
    return copy.wanted_at <= timezone.now() - _LAST_STATUS


def _ask_all(organization_id: UUID, due: Sequence[_Wish]) -> bool:
    """Line by line; what goes wrong with one is raised when the others were asked. Whether one wants fewer."""
    failures, is_too_much = [], False
    for line_id, group in groupby(due, key=lambda wish: wish.line_id):
        try:
            is_too_much |= _ask_line(organization_id, line_id, list(group))
        except Exception as error:
            failures.append(error)
    if failures:
        raise failures[0]
    return is_too_much


def _ask_line(organization_id: UUID, line_id: UUID, wishes: Sequence[_Wish]) -> bool:
    with activate(organization_id):
        wishes = _free_still(wishes)
        line = Line.objects.get(pk=line_id)
        provider = provider_for(line.provider, Credentials.from_json(line.credentials))
    if not wishes:
        return False
    answers = asyncio.run(_ask(provider, wishes))
    with activate(organization_id):
        late = kept_copies([wish.message_id for wish, refusal in zip(wishes, answers, strict=True) if refusal is None])
        for wish, refusal in zip(wishes, answers, strict=True):
            _record(wish, refusal)
        for message_id in late:
            log.error("copy_went_while_it_was_held", extra={"text": str(message_id)})
            audit.record(event=AuditKind.CARRIER_COPY_WENT_HELD, text=message_id)
    return any(refusal is not None and refusal.kind in _SLOWER for refusal in answers)


def _free_still(wishes: Sequence[_Wish]) -> list[_Wish]:
    """Those that nothing keeps by now: lines are asked one after the other, and a hold may have come since `_take`."""
    kept = kept_copies([wish.message_id for wish in wishes])
    CarrierCopy.objects.filter(message_id__in=kept).update(due_at=timezone.now() + _KEPT_FOR, tries=F("tries") - 1)
    return [wish for wish in wishes if wish.message_id not in kept]


async def _ask(provider: Provider, wishes: Sequence[_Wish]) -> list[NotAccepted | None]:
    async with provider.open_session() as session:

        async def one(wish: _Wish) -> NotAccepted | None:
            try:
                await (session.delete if wish.deletes else session.redact)(wish.name)
            except NotAccepted as refusal:
                return refusal
            return None

        return list(await asyncio.gather(*(one(wish) for wish in wishes)))


def _record(wish: _Wish, refusal: NotAccepted | None) -> None:
    copy = CarrierCopy.objects.select_for_update().get(pk=wish.copy_id)
    now = timezone.now()
    pause = PAUSES[min(max(copy.tries, 1), len(PAUSES)) - 1]  # none was tried of one that is wanted anew
    if refusal is not None and copy.due_at != wish.until:
        return  # no answer to what is wanted by now, which is due already
    if refusal is None:
        _note_gone(copy, wish, now, pause)
    else:
        copy.code = refusal.provider_code[:20]
        again = refusal.retry and copy.tries <= len(PAUSES)
        copy.due_at = now + pause if again else None
        if not again:
            copy.state = State.REFUSED
            log.error("copy_stays", extra={"text": str(copy.message_id), "code": copy.code})
    copy.save(update_fields=["state", "due_at", "gone_at", "code"])


def _note_gone(copy: CarrierCopy, wish: _Wish, now: datetime, pause: timedelta) -> None:
    """It did as it was asked. A record that was to go, or is to go by now, is asked about once more."""
    copy.code, copy.gone_at = "", copy.gone_at or now
    if copy.deletes and not wish.deletes:
        copy.state, copy.due_at = State.WAITING, now + pause
        return
    copy.state, copy.due_at = State.DELETED if wish.deletes else State.GONE, None
    event = AuditKind.CARRIER_COPY_DELETED if wish.deletes else AuditKind.CARRIER_COPY_GONE
    audit.record(event=event, object=copy, text=copy.message_id)
    if ended := Message.objects.filter(pk=copy.message_id, ended_at__isnull=False).only("conversation", "line").first():
        live.publish(kind=LiveKind.STATUS, conversation=ended.conversation_id, message=ended.pk, line=ended.line_id)
