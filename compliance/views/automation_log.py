"""Settings > Automations: the log of what rules did, and what one would have done in the last month."""

from datetime import UTC
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.csv_cells import csv_file
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from compliance.automations import reading, trying
from compliance.automations.forgetting import KEPT_DAYS
from compliance.automations.reading import RunRow
from compliance.automations.rules import CannotAutomate
from compliance.automations.words import Names, sentence
from compliance.forms.automation_log_forms import AutomationLogForm
from tenancy import audit
from tenancy.audit import AuditKind
from texting.views.frames import cursor_in

_MANAGE = Permission.AUTOMATIONS_MANAGE
COLUMNS = ("run", "at (UTC)", "automation", "result", "did", "why not", "customer", "number", "line", "conversation")


@requires(_MANAGE)
@require_safe
def log(request: MemberRequest) -> HttpResponse:
    """The newest first; `after` in the address leads to older ones."""
    form = AutomationLogForm(request.GET)
    wanted = form.wanted()
    query = {name: str(value) for name, value in vars(wanted).items() if value}
    page = reading.log_page(request.member, wanted, cursor_in(request, "after"))
    context = {
        "form": form,
        "page": page,
        "narrowed": bool(query) or bool(form.errors),
        "query": urlencode(query),
        "older": urlencode({**query, "after": page.next}),
        "is_first": "after" not in request.GET,
        "days": KEPT_DAYS,
    }
    return render(request, "compliance/automations/log.html", context)


@requires(_MANAGE)
@fresh
@require_safe
def export(request: MemberRequest) -> StreamingHttpResponse:
    """What the filter shows (RFC 4180, UTF-8); customers as the member sees them in lists. Itself in the log."""
    wanted = AutomationLogForm(request.GET).wanted()
    filters = {name: str(value) for name, value in vars(wanted).items() if value}
    audit.record(event=AuditKind.AUTOMATIONS_EXPORTED, actor=request.member, filters=filters)
    pieces = reading.all_runs(request.member, wanted)
    name = f"automations-{request.member.organization.slug}-{timezone.now():%Y-%m-%d}"
    return csv_file(name, COLUMNS, ([_cells(row) for row in rows] for rows in pieces))


@requires(_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def trial(request: MemberRequest, automation_id: UUID) -> HttpResponse:
    """What one rule would have done in the last month; the page asks again by itself while it is counted."""
    rule = reading.access(automation_id)
    if request.method == "POST":
        try:
            trying.begin(member=request.member, rule=rule)
        except CannotAutomate as error:
            messages.error(request, str(error))
        return redirect("automation_trial", rule.pk)
    row = trying.latest(rule) if trying.may_see(request.member, rule) else None
    context = {
        "rule": rule,
        "sentence": sentence(rule, Names()),
        "row": row,
        "hits": reading.hits(request.member, row) if row else [],
        "most": trying.MOST_HITS,
        "days": trying.DAYS,
    }
    return render(request, "compliance/automations/trial.html", context)


def _cells(row: RunRow) -> tuple[object, ...]:
    return (
        row.id,
        row.at.astimezone(UTC).isoformat(timespec="seconds"),
        row.rule.name,
        row.result_label,
        "; ".join(one.label for one in row.acts if one.result == "done"),
        row.why,
        row.customer.name if row.customer else "",
        row.customer.number if row.customer else "",
        row.line,
        row.conversation_id or "",
    )
