"""Every opt-in as CSV."""

from datetime import UTC, datetime

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.csv_cells import csv_file
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from compliance.opt_in.reading_opt_ins import OptInRow, all_opt_ins
from tenancy import audit
from tenancy.audit import AuditKind

COLUMNS = ("customer", "number", "program", "source", "line", "state", "why", "began (UTC)", "ended (UTC)")


@requires(Permission.FORMS_MANAGE)
@fresh
@require_safe
def export(request: MemberRequest) -> StreamingHttpResponse:
    """Newest first (RFC 4180, UTF-8); customers as the member sees them in lists."""
    audit.record(event=AuditKind.OPT_INS_EXPORTED, actor=request.member)
    pieces = ([_cells(row) for row in rows] for rows in all_opt_ins(request.member))
    return csv_file(f"opt-ins-{timezone.now():%Y-%m-%d}", COLUMNS, pieces)


def _cells(row: OptInRow) -> tuple[object, ...]:
    who = (row.customer.name, row.customer.number, row.program, row.source, row.line)
    return (*who, row.word, row.why, _moment(row.began_at), _moment(row.ended_at))


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else ""
