"""The numbers that tell whether texts and mails flow: what the metrics and an operator's alarm are made from."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Count

from texting.models import OutboxEntry
from texting.purposes import TERMS, Purpose

READY_LIMIT = 60.0  # seconds that a text may wait although it is due, its line works and it waits for no other
UNKNOWN_LIMIT = 15 * 60.0  # seconds that a text may be unconfirmed: its last look comes after ten minutes
MAIL_LIMIT = 10 * 60.0  # seconds that a mail may wait for the mail server
PURGE_LIMIT = 24 * 3600.0  # seconds that a purge may run: by then the next night's begins
CLOCK_LIMIT = 3 * 60.0  # seconds without any ring; some task is due every few seconds

_FIGURES = """
SELECT
    (SELECT extract(epoch FROM clock_timestamp() - min(e.due_at))
     FROM texting_outboxentry e JOIN texting_linekey k ON k.line_id = e.line_id AND k.stopped_at IS NULL
     WHERE e.state = 'ready' AND e.due_at <= clock_timestamp() AND e.priority < %(bulk)s AND NOT EXISTS (
        SELECT FROM texting_outboxentry other
        WHERE other.line_id = e.line_id AND other.contact_id = e.contact_id AND other.state <> 'ready')),
    (SELECT extract(epoch FROM clock_timestamp() - min(unconfirmed_since))
     FROM texting_outboxentry WHERE state = 'unconfirmed'),
    (SELECT extract(epoch FROM clock_timestamp() - max(ticked_at)) FROM tenancy_clocktick),
    (SELECT count(*) FROM texting_linekey WHERE stopped_at IS NOT NULL),
    (SELECT extract(epoch FROM clock_timestamp() - min(queued_at)) FROM accounts_outgoingmail WHERE state = 'waiting'),
    (SELECT extract(epoch FROM clock_timestamp() - min(purging_since)) FROM tenancy_organization WHERE ended_at IS NULL)
"""


@dataclass(frozen=True)
class Figures:
    """Seconds. `oldest_ready` and `oldest_unknown` are 0 when there is none; campaigns wait by their line's pace and do
    not count. `clock_silence` is None when no clock has ever run. `stopped_lines`: how many a provider refuses;
    `oldest_mail`: 0 when every mail has left; `oldest_purge`: 0 when none runs.
    """

    oldest_ready: float
    oldest_unknown: float
    clock_silence: float | None
    stopped_lines: int
    oldest_mail: float
    oldest_purge: float

    @property
    def alarms(self) -> tuple[str, ...]:
        """What is wrong, each in a few words; empty when texts flow."""
        found = []
        if self.oldest_ready > READY_LIMIT:
            found.append(f"a text waits since {self.oldest_ready:.0f} seconds")
        if self.oldest_unknown > UNKNOWN_LIMIT:
            found.append(f"a text is unconfirmed since {self.oldest_unknown:.0f} seconds")
        if self.clock_silence is None or self.clock_silence > CLOCK_LIMIT:
            found.append("the clock does not ring")
        if self.oldest_mail > MAIL_LIMIT:
            found.append(f"a mail waits since {self.oldest_mail:.0f} seconds")
        if self.oldest_purge > PURGE_LIMIT:
            found.append(f"a purge runs since {self.oldest_purge:.0f} seconds")
        return tuple(found)


def states() -> dict[str, int]:
    """How many texts are on their way, by the state of their outbox entry. Raises DatabaseError."""
    counts = OutboxEntry.objects.order_by().values_list("state").annotate(count=Count("*"))
    return dict.fromkeys(OutboxEntry.State.values, 0) | dict(counts)


def figures() -> Figures:
    """One query over directory tables; no organization is active. Raises DatabaseError."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, {"bulk": TERMS[Purpose.BULK].priority})
        ready, unknown, clock, stopped, mail, purge = cursor.fetchone()
    silence = None if clock is None else max(0.0, float(clock))
    ready, unknown, mail, purge = (max(0.0, float(age or 0)) for age in (ready, unknown, mail, purge))
    return Figures(ready, unknown, silence, int(stopped), mail, purge)
