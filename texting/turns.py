"""Turns at the workers, so that no organization's campaign and no flood of texts makes the others wait.

A worker takes a turn for an organization before it hands over its texts. There are two classes, each with a queue of
its own: urgent (answers, codes, replies, alerts) and the rest. An organization has at most URGENT_TURNS and BULK_TURNS
of them at a time, and all organizations together have at most ALL_BULK_TURNS bulk turns, which must be fewer than the
workers: so a worker is free for replies whatever is queued. A turn is short (`delivery.TURN_SECONDS`); who has more to
send rings again and stands at the end of the queue. With that a reply waits for one other organization's turn at most.

Turns are rows with an end, by the database's clock: a worker that dies gives its turn back by itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from tenancy.ids import new_id
from texting.models import SendingTurn

LONGEST = timedelta(seconds=120)  # a task's hard limit
URGENT_TURNS = 2
BULK_TURNS = 1
_LOCK = 0x7475726E73  # "turns": one acquisition at a time, each a few milliseconds

_TAKE = """
INSERT INTO texting_sendingturn (id, organization_id, urgent, until)
SELECT %(id)s, k.organization_id, %(urgent)s, statement_timestamp() + make_interval(secs => %(longest)s)
FROM texting_linekey k
WHERE k.line_id = %(line)s
    AND (SELECT count(*) FROM texting_sendingturn t WHERE t.urgent = %(urgent)s
        AND t.until > statement_timestamp() AND t.organization_id = k.organization_id) < %(mine)s
    AND (%(urgent)s OR (SELECT count(*) FROM texting_sendingturn t
        WHERE NOT t.urgent AND t.until > statement_timestamp()) < %(all)s)
"""


@contextmanager
def turn(line_id: UUID, *, urgent: bool) -> Iterator[bool]:
    """Whether it is the line's organization's turn; given back at the end."""
    taken = new_id()
    values: dict[str, Any] = {
        "id": taken,
        "line": line_id,
        "urgent": urgent,
        "longest": LONGEST.total_seconds(),
        "mine": URGENT_TURNS if urgent else BULK_TURNS,
        "all": settings.SENDING_BULK_TURNS,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("DELETE FROM texting_sendingturn WHERE until <= statement_timestamp()")
        cursor.execute(_TAKE, values)
        mine = cursor.rowcount == 1
    try:
        yield mine
    finally:
        if mine:
            SendingTurn.objects.filter(pk=taken).delete()
