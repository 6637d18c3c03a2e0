"""Reports > Review checks: how each conversation stands with the four checks; in figures, as a list and as a file."""

from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.csv_cells import csv_file
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from compliance.forms.review_forms import ChecksForm
from compliance.models import CheckOutcome
from compliance.review_checks import reading
from compliance.review_checks.filters import RESULTS
from compliance.review_checks.judging import Check
from compliance.review_checks.reading import CheckedRow
from tenancy import audit
from tenancy.audit import AuditKind
from texting import queries

COLUMNS = (
    *("conversation", "customer", "number", "line", "team", "agent", "resolved (UTC)", "looked at (UTC)", "version"),
    *("rules", *(f"{check} {part}" for check in Check for part in ("result", "reasons", "evidence"))),
)


@requires(Permission.CONVERSATIONS_READ, Permission.REPORTS_READ)
@require_safe
def review_checks(request: MemberRequest) -> HttpResponse:
    """What fails first; `before` in the address leads to older ones."""
    member = request.member
    form = ChecksForm(request.GET)
    wanted = form.wanted()
    narrowed = {name: value for name, value in vars(wanted).items() if value and name != "result"}
    shown = reading.page(member, wanted, before=_id(request.GET.get("before", "")))
    context = {
        "form": form,
        "page": shown,
        "older": f"{wanted.query}&before={shown.before or ''}",
        "may_see_findings": member.may(Permission.FINDINGS_READ),
        "may_open_action": member.may(Permission.ACTIONS_MANAGE),
        "may_run": member.may(Permission.FINDINGS_DECIDE),
        "tallies": reading.tallies(member, wanted),
        "tabs": _tabs(wanted.result, narrowed),
        "result": wanted.result,
        "narrowed": bool(narrowed) or bool(form.errors),
        "query": wanted.query,
        "is_first": "before" not in request.GET,
    }
    return render(request, "compliance/review_checks/list.html", context)


@requires(Permission.CONVERSATIONS_READ, Permission.REPORTS_READ)
@fresh
@require_safe
def export_review_checks(request: MemberRequest) -> StreamingHttpResponse:
    """What the filter shows (RFC 4180, UTF-8); customers as the member sees them in lists. Itself in the log."""
    wanted = ChecksForm(request.GET).wanted()
    filters = {name: str(value) for name, value in vars(wanted).items() if value}
    audit.record(event=AuditKind.REVIEW_CHECKS_EXPORTED, actor=request.member, filters=filters)
    pieces = reading.all_rows(request.member, wanted)
    name = f"review-checks-{request.member.organization.slug}-{timezone.now():%Y-%m-%d}"
    return csv_file(name, COLUMNS, ([_cells(row) for row in rows] for rows in pieces))


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def conversation_checks(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """The panel beside a thread: the newest outcome of this conversation, with its evidence."""
    member = request.member
    conversation = queries.access_conversation(member, conversation_id)
    outcome = CheckOutcome.objects.filter(conversation_id=conversation.pk).order_by("-number").first()
    context = {
        "conversation": conversation,
        "outcome": outcome,
        "checks": reading.shown_to(member, outcome) if outcome else (),
        "may_see_findings": member.may(Permission.FINDINGS_READ),
        "may_open_action": member.may(Permission.ACTIONS_MANAGE),
        "consent_url": reverse("consent", args=[conversation.contact_id])
        if member.may(Permission.CONTACTS_READ)
        else "",
    }
    return render(request, "compliance/review_checks/_panel.html", context)


def _tabs(result: str, narrowed: dict[str, object]) -> list[tuple[str, str, bool, str]]:
    names = dict(zip(RESULTS, (_("Fails"), _("Cannot be told yet"), _("Holds"), _("All")), strict=True))
    address = reverse("review_checks")
    return [
        (name, f"{address}?{urlencode({'result': one, **narrowed})}", one == result, "") for one, name in names.items()
    ]


def _cells(row: CheckedRow) -> tuple[object, ...]:
    checks = [
        cell
        for check in row.checks
        for cell in (
            check.result,
            " ".join(check.why),
            " ".join(f"{kind}:{pk}" for kind, pk in check.evidence),
        )
    ]
    first = (row.conversation_id, row.customer.name, row.customer.number, row.line, row.team, row.agent)
    return (*first, _moment(row.resolved_at), _moment(row.looked_at), row.number, row.rules_version, *checks)


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else ""


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
