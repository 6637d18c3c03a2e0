"""The log of an endpoint as CSV: which events were delivered, when, and why not. Ids and codes, never what was sent."""

from datetime import UTC, datetime
from uuid import UUID

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.csv_cells import csv_file
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from tenancy import audit
from texting.outgoing_webhooks import reading
from texting.outgoing_webhooks.forms import LogForm
from texting.outgoing_webhooks.reading import Filter
from texting.outgoing_webhooks.signing import message_id

COLUMNS = (
    "delivery",
    "webhook-id",
    "event",
    "happened (UTC)",
    "state",
    "attempts",
    "last status",
    "last failure",
    "last answer took (ms)",
    "finished (UTC)",
)


@requires(Permission.WEBHOOKS_MANAGE)
@fresh
@require_safe
def export(request: MemberRequest, endpoint_id: UUID) -> StreamingHttpResponse:
    """The part of the log that the page shows, all of it, newest first (RFC 4180, UTF-8)."""
    row = reading.endpoint(request.member, endpoint_id)
    form = LogForm(request.GET)
    form.is_valid()
    wanted = Filter(**form.cleaned_data)
    audit.record(event=audit.AuditKind.WEBHOOK_LOG_EXPORTED, actor=request.member, object=row, **vars(wanted))
    pieces = reading.whole_log(request.member, endpoint_id, wanted)
    return csv_file(
        f"webhook-log-{timezone.now():%Y-%m-%d}", COLUMNS, ([_cells(row) for row in rows] for rows in pieces)
    )


def _cells(row: reading.Row) -> tuple[object, ...]:
    one = row.delivery
    milliseconds = "" if one.last_milliseconds is None else one.last_milliseconds
    return (
        one.pk,
        message_id(one.event_id),
        one.event.kind,
        _moment(one.event.occurred_at),
        one.state,
        one.attempts,
        one.last_status or "",
        one.last_failure,
        milliseconds,
        _moment(one.finished_at),
    )


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds") if at else ""
