"""Escalations: the list of what waits for a call or a mail, and one of them with its timeline."""

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
from compliance.actions.links import links
from compliance.escalations import reading
from compliance.escalations.filters import VIEWS, Filter
from compliance.escalations.reading import EscalationRow
from compliance.escalations.timeline import timeline
from compliance.forms.escalation_forms import EscalationsForm
from compliance.models import ActionOrigin
from compliance.other_channels.mail import showing as letters
from compliance.other_channels.phone import asking, call_reading, showing
from tenancy import audit
from tenancy.audit import AuditKind
from texting import queries

COLUMNS = (
    *("escalation", "trigger", "customer", "number", "line", "team", "owner", "state"),
    *("opened (UTC)", "due (UTC)", "too late (UTC)", "first contact (UTC)", "first contact by"),
    *("channel-switch text (UTC)", "closed (UTC)", "closed by", "outcome", "outcome (UTC)", "what came of it"),
)


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def escalations(request: MemberRequest) -> HttpResponse:
    """What is due first at the top; the page fetches itself anew."""
    member = request.member
    form = EscalationsForm(request.GET)
    wanted = form.wanted()
    page, rows = reading.page(member, wanted, request.GET.get("page", "1"))
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "view": wanted.view,
        "narrowed": bool(wanted.trigger or wanted.team or wanted.words),
        "query": urlencode(wanted.query),
        "tabs": _tabs(wanted),
        "may_act": member.may(Permission.ESCALATIONS_HANDLE),
    }
    return render(request, "compliance/escalations/list.html", context)


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def escalation(request: MemberRequest, escalation_id: UUID) -> HttpResponse:
    """One of them: what happened, the texts that are the evidence, what can be done."""
    member = request.member
    found = reading.access_escalation(member, escalation_id)
    conversation = queries.access_conversation(member, found.conversation_id)
    handles = member.may(Permission.ESCALATIONS_HANDLE)
    context = {
        "row": reading.row_of(member, found, in_list=False),
        "entries": timeline(member, found, conversation.contact),
        "calls": showing.rows_of(found),
        "planned": call_reading.of_escalation(member, found.pk),
        "letters": letters.rows_of(member, found, conversation.contact),
        "actions": links(member, ActionOrigin.Kind.ESCALATION, refs=[found.pk]).get((found.pk, ""), ()),
        "may_open_action": member.may(Permission.ACTIONS_MANAGE),
        "may_act": handles,
        "may_call": handles and asking.can_call(conversation.line),
        "may_send": handles and member.may(Permission.MESSAGES_SEND),
        "may_waive": handles and member.may(Permission.ESCALATIONS_WAIVE),
        "other_channel": "email" if found.channel == "phone" else "phone",
    }
    return render(request, "compliance/escalations/one.html", context)


@requires(Permission.CONVERSATIONS_READ, Permission.ESCALATIONS_HANDLE)
@fresh
@require_safe
def export(request: MemberRequest) -> StreamingHttpResponse:
    """What the filter shows (RFC 4180, UTF-8); customers as the member sees them in lists. Itself in the log."""
    wanted = EscalationsForm(request.GET).wanted()
    filters = {name: value for name, value in wanted.query.items() if name != "q"}
    audit.record(event=AuditKind.ESCALATIONS_EXPORTED, actor=request.member, filters=filters)
    pieces = reading.all_rows(request.member, wanted)
    name = f"escalations-{request.member.organization.slug}-{timezone.now():%Y-%m-%d}"
    return csv_file(name, COLUMNS, ([_cells(row) for row in rows] for rows in pieces))


def _tabs(wanted: Filter) -> list[tuple[str, str, bool, str]]:
    names = (_("Open"), _("Mine"), _("Nobody's"), _("Due soon"), _("Too late"), _("Closed"), _("All"))
    address = reverse("escalations")
    kept = {name: value for name, value in wanted.query.items() if name != "view"}
    return [
        (name, f"{address}?{urlencode({'view': view, **kept})}", view == wanted.view, "")
        for view, name in zip(VIEWS, names, strict=True)
    ]


def _cells(row: EscalationRow) -> tuple[object, ...]:
    return (
        row.id,
        row.trigger_label,
        row.customer.name,
        row.customer.number,
        row.line,
        row.team,
        row.owner,
        "open" if row.is_open else "closed",
        moment(row.opened_at),
        moment(row.due_at),
        moment(row.breached_at),
        moment(row.contacted_at),
        row.contact_label,
        moment(row.switch_sent_at),
        moment(row.closed_at),
        row.closed_by,
        row.outcome_label,
        moment(row.outcome_at),
        row.outcome,
    )


def moment(at: datetime | None) -> str:
    """A moment in UTC for a file, "" for none."""
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else ""
