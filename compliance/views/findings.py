"""Reports > Findings: what the detectors found in texts, whether it was right, and how often it is."""

from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.csv_cells import csv_file
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from compliance.findings import counting, deciding, reading
from compliance.findings.filters import STATES
from compliance.findings.reading import FindingRow
from compliance.forms.finding_forms import FindingsForm
from compliance.models import Finding
from tenancy import audit
from tenancy.audit import AuditKind

COLUMNS = (
    "finding",
    "found (UTC)",
    "direction",
    "kind",
    "confidence",
    "score",
    "mask",
    "removed",
    "rules",
    "rules version",
    "customer",
    "number",
    "line",
    "verdict",
    "judged by",
    "judged (UTC)",
)


@requires(Permission.CONVERSATIONS_READ, Permission.FINDINGS_READ)
@require_safe
def findings(request: MemberRequest) -> HttpResponse:
    """The newest first; `before` in the address leads to older ones."""
    member = request.member
    form = FindingsForm(request.GET)
    wanted = form.wanted()
    shown = reading.page(member, wanted, before=_id(request.GET.get("before", "")))
    query = {name: str(value) for name, value in vars(wanted).items() if value}
    narrowed = {name: value for name, value in query.items() if name != "state"}
    context = {
        "form": form,
        "page": shown,
        "tabs": _tabs(wanted.state, narrowed),
        "state": wanted.state,
        "narrowed": bool(narrowed) or bool(form.errors),
        "query": urlencode(query),
        "older": urlencode({**query, "before": shown.before or ""}),
        "is_first": "before" not in request.GET,
        "precision": counting.precision(member),
        "may_decide": member.may(Permission.FINDINGS_DECIDE),
        "may_open_action": member.may(Permission.ACTIONS_MANAGE),
    }
    return render(request, "compliance/findings/findings.html", context)


@requires(Permission.CONVERSATIONS_READ, Permission.FINDINGS_READ, Permission.FINDINGS_DECIDE)
@require_POST
def decide(request: MemberRequest, finding_id: UUID) -> HttpResponse:
    """It was right, or wrong; the row and the figures are drawn anew. Without scripts, the list."""
    member = request.member
    finding = reading.access_finding(member, finding_id)
    verdict = request.POST.get("verdict", "")
    if verdict not in (Finding.Verdict.RIGHT, Finding.Verdict.WRONG):
        return HttpResponse(status=422)
    decided = deciding.decide(member=member, finding=finding, verdict=Finding.Verdict(verdict))
    sentence = _("Noted as right.") if decided.verdict == Finding.Verdict.RIGHT else _("Noted as wrong.")
    if not request.htmx:
        messages.success(request, sentence)
        return redirect("findings")
    row, precision = reading.row_of(member, decided), counting.precision(member)
    context = {
        "row": row,
        "precision": precision,
        "may_decide": True,
        "may_open_action": member.may(Permission.ACTIONS_MANAGE),
        "again": True,
    }
    response = render(request, "compliance/findings/_decided.html", context)
    return trigger_client_event(response, "toast", {"text": sentence, "tone": "success"})


@requires(Permission.CONVERSATIONS_READ, Permission.FINDINGS_READ)
@fresh
@require_safe
def export(request: MemberRequest) -> StreamingHttpResponse:
    """What the filter shows (RFC 4180, UTF-8); customers as the member sees them in lists. Itself in the log."""
    wanted = FindingsForm(request.GET).wanted()
    filters = {name: str(value) for name, value in vars(wanted).items() if value}
    audit.record(event=AuditKind.FINDINGS_EXPORTED, actor=request.member, filters=filters)
    pieces = reading.all_findings(request.member, wanted)
    name = f"findings-{request.member.organization.slug}-{timezone.now():%Y-%m-%d}"
    return csv_file(name, COLUMNS, ([_cells(row) for row in rows] for rows in pieces))


def _tabs(state: str, narrowed: dict[str, str]) -> list[tuple[str, str, bool, str]]:
    names = dict(zip(STATES, (_("To judge"), _("Right"), _("Wrong"), _("All")), strict=True))
    address = reverse("findings")
    return [
        (name, f"{address}?{urlencode({'state': one, **narrowed})}", one == state, "") for one, name in names.items()
    ]


def _cells(row: FindingRow) -> tuple[object, ...]:
    return (
        row.id,
        _moment(row.found_at),
        row.direction,
        row.kind,
        row.confidence,
        row.score,
        row.masked,
        "yes" if row.was_removed else "no",
        "; ".join(f"{why.rule} {why.weight:+.2f}" for why in row.why),
        row.version,
        row.customer.name,
        row.customer.number,
        row.line,
        row.verdict_label,
        row.who,
        _moment(row.decided_at),
    )


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else ""


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
