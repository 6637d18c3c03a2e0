"""Stops a line whose provider refuses our sign-in or our account, before its texts fail one after another.

Such an error says nothing about the text: it stays in the queue until its life ends. After `LIMIT` of them in a row the
line stops; then one text a minute goes as a trial, and the first answer of another kind lets the others follow. New
credentials do so too (`resume`).
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from tenancy import audit
from tenancy.audit import AuditEventKind, AuditKind
from tenancy.isolation import activate
from texting import live, outgoing_webhooks
from texting.doorbells import ring
from texting.live import LiveKind
from texting.models import Line, LineKey
from texting.outbox import PROBE_EVERY
from texting.outgoing_webhooks import EventKind
from texting.providers.base import ProviderError, SendResult
from texting.statuses import ErrorKind

log = logging.getLogger("parley.delivery")

LIMIT = 3  # refusals in a row
KINDS = frozenset({ErrorKind.AUTH, ErrorKind.ACCOUNT})
_SAYS_NOTHING = frozenset({ErrorKind.TRANSIENT, ErrorKind.RATE_LIMITED, ErrorKind.UNKNOWN_OUTCOME})


@dataclass(frozen=True)
class Stop:
    """A line that has stopped, since when and for which kind of error."""

    line_id: UUID
    since: datetime
    kind: ErrorKind


def hear(line_id: UUID, results: Sequence[SendResult | ProviderError], *, refused_before: bool) -> bool:
    """Count what a batch was answered. Costs nothing while a line works. Whether refusals are counted now."""
    kinds = [result.kind if isinstance(result, ProviderError) else None for result in results]
    refused = [kind for kind in kinds if kind in KINDS]
    if any(kind not in KINDS and kind not in _SAYS_NOTHING for kind in kinds):
        if refused_before:
            resume(line_id)
        return False
    if refused and refused[-1] is not None:
        _count(line_id, len(refused), refused[-1])
        return True
    return refused_before


def resume(line_id: UUID) -> bool:
    """Forget the refusals, and let a stopped line go on. Whether it had stopped. Call it when credentials change."""
    key = LineKey.objects.filter(line_id=line_id).first()
    if key is None:
        return False
    with activate(key.organization_id):
        stopped = LineKey.objects.filter(line_id=line_id, stopped_at__isnull=False)
        went_on = bool(stopped.update(refusals=0, stopped_at=None, stopped_for="", probe_at=None))
        if went_on:
            _tell(line_id, AuditKind.LINE_RESUMED)
            transaction.on_commit(lambda: ring(line_id), robust=True)
        else:
            LineKey.objects.filter(line_id=line_id, refusals__gt=0).update(refusals=0)
    return went_on


def stops(lines: Sequence[UUID]) -> list[Stop]:
    """Which of these lines have stopped."""
    rows = LineKey.objects.filter(line_id__in=lines, stopped_at__isnull=False).order_by("stopped_at")
    return [Stop(row.line_id, row.stopped_at, ErrorKind(row.stopped_for)) for row in rows if row.stopped_at]


_COUNT = """
UPDATE texting_linekey
SET refusals = least(refusals + %(more)s, 1000),
    stopped_at = CASE WHEN refusals + %(more)s >= %(limit)s THEN coalesce(stopped_at, clock_timestamp()) END,
    stopped_for = CASE WHEN refusals + %(more)s >= %(limit)s THEN %(kind)s ELSE '' END,
    probe_at = CASE WHEN refusals + %(more)s >= %(limit)s
        THEN clock_timestamp() + make_interval(secs => %(probe)s) END
WHERE line_id = %(line)s
RETURNING organization_id, refusals >= %(limit)s AND refusals - %(more)s < %(limit)s
"""


def _count(line_id: UUID, more: int, kind: ErrorKind) -> None:
    probe = PROBE_EVERY.total_seconds()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_COUNT, {"line": line_id, "more": more, "kind": kind.value, "limit": LIMIT, "probe": probe})
        row: tuple[UUID, bool] | None = cursor.fetchone()
    if row and row[1]:
        log.error("line_stopped", extra={"line": str(line_id), "kind": kind.value})
        with activate(row[0]):
            _tell(line_id, AuditKind.LINE_STOPPED, kind)


def _tell(line_id: UUID, event: AuditEventKind, kind: ErrorKind | None = None) -> None:
    line = Line.objects.filter(pk=line_id).first()
    if line is not None:
        audit.record(event=event, object=line, kind=kind)
        live.publish(kind=LiveKind.ATTENTION, line=line_id)
        problem = {"line_id": line_id, "problem": kind.value if kind else None}
        outgoing_webhooks.publish(EventKind.LINE_PROBLEM, problem)
