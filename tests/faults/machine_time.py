"""Time passes for everything that the database's clock decides: what is due comes nearer, what is old gets older."""

from datetime import timedelta

from django.db.models import F

from texting.models import LineKey, Message, OutboxEntry, SendAttempt

_COLUMNS = (
    (OutboxEntry, ("due_at", "lease_until", "unconfirmed_since", "entered_at", "expires_at")),
    (LineKey, ("free_at", "probe_at", "stopped_at", "poll_due_at", "polled_at")),
    (SendAttempt, ("started_at", "finished_at")),
    (Message, ("sent_at", "receipt_due_at")),
)


def let_pass(seconds: float) -> None:
    """For the active organization and its directory rows."""
    for model, columns in _COLUMNS:
        model.objects.update(**{column: F(column) - timedelta(seconds=seconds) for column in columns})
