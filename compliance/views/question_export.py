"""Every question with its answer as CSV, for whoever must show that each was decided in time."""

from datetime import UTC, datetime

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.csv_cells import csv_file
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from compliance.opt_out.reading_questions import QuestionRow, all_questions
from tenancy import audit
from tenancy.audit import AuditKind

COLUMNS = (
    "question",
    "kind",
    "customer",
    "number",
    "line",
    "text",
    "asked (UTC)",
    "due (UTC)",
    "answer",
    "answered by",
    "answered (UTC)",
    "in time",
    "reason",
)


@requires(Permission.CONVERSATIONS_READ, Permission.OPT_OUTS_DECIDE)
@fresh
@require_safe
def export(request: MemberRequest) -> StreamingHttpResponse:
    """All that the member sees, newest first (RFC 4180, UTF-8); customers as the member sees them in lists."""
    audit.record(event=AuditKind.OPT_OUTS_EXPORTED, actor=request.member)
    pieces = all_questions(request.member)
    return csv_file(
        f"perhaps-stop-{timezone.now():%Y-%m-%d}", COLUMNS, ([_cells(row) for row in rows] for rows in pieces)
    )


def _cells(row: QuestionRow) -> tuple[object, ...]:
    in_time = not row.is_overdue if row.decided_at is None else row.decided_at <= row.due_at
    return (
        row.id,
        row.kind_label,
        row.customer.name,
        row.customer.number,
        row.line,
        row.text,
        _moment(row.asked_at),
        _moment(row.due_at),
        row.answer,
        row.who,
        _moment(row.decided_at),
        "yes" if in_time else "no",
        row.reason,
    )


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else ""
