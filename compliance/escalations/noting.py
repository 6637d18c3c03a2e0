"""What happened to an escalation is written down, and shown to everybody who has it on a page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import Membership
from compliance.escalations import current
from compliance.models import Escalation, EscalationEvent
from tenancy import audit
from tenancy.audit import AuditEventKind, AuditKind
from texting import live
from texting.live import LiveKind

Kind = EscalationEvent.Kind
_KINDS = {
    Kind.OPENED: AuditKind.ESCALATION_OPENED,
    Kind.TRIGGERED: AuditKind.ESCALATION_TRIGGERED,
    Kind.TAKEN: AuditKind.ESCALATION_ASSIGNED,
    Kind.ASSIGNED: AuditKind.ESCALATION_ASSIGNED,
    Kind.RETURNED: AuditKind.ESCALATION_ASSIGNED,
    Kind.REASSIGNED: AuditKind.ESCALATION_ASSIGNED,
    Kind.CHANNEL: AuditKind.ESCALATION_CHANNEL_OFFERED,
    Kind.SWITCH_SENT: AuditKind.ESCALATION_SWITCH_SENT,
    Kind.CONTACTED: AuditKind.ESCALATION_CONTACTED,
    Kind.CALLED: AuditKind.ESCALATION_CALLED,
    Kind.CALL_ENDED: AuditKind.ESCALATION_CALL_ENDED,
    Kind.SCHEDULED: AuditKind.ESCALATION_CALL_PLANNED,
    Kind.UNSCHEDULED: AuditKind.ESCALATION_CALL_PLANNED,
    Kind.TASK_DONE: AuditKind.ESCALATION_CALL_PLANNED,
    Kind.MAILED: AuditKind.ESCALATION_MAILED,
    Kind.MAIL_FAILED: AuditKind.ESCALATION_MAIL_FAILED,
    Kind.ANSWERED: AuditKind.ESCALATION_ANSWERED,
    Kind.BREACHED: AuditKind.ESCALATION_BREACHED,
    Kind.CLOSED: AuditKind.ESCALATION_CLOSED,
}


def note(
    escalation: Escalation,
    kind: EscalationEvent.Kind,
    *,
    actor: Membership | None = None,
    facts: Mapping[str, Any] | None = None,
    words: str = "",
    message_id: UUID | None = None,
    at: datetime | None = None,
    audit_as: AuditEventKind | None = None,
) -> EscalationEvent:
    """One more line of its timeline, in the running transaction, with the log and the news for open pages."""
    event = EscalationEvent.objects.create(
        escalation=escalation,
        contact_id=escalation.contact_id,
        kind=kind,
        at=at or timezone.now(),
        actor=actor,
        message_id=message_id,
        facts=dict(facts or {}),
        words=words,
    )
    if recorded := audit_as or _KINDS.get(kind):
        shown = {name: value for name, value in event.facts.items() if name in _LOGGED}
        audit.record(event=recorded, actor=actor, object=escalation, what=kind.value, **shown)
    show(escalation)
    return event


_LOGGED = (
    *("trigger", "intent", "rule", "types", "owner", "channel"),
    *("call", "result", "asked", "letter", "state", "failure", "task", "due"),
)


def show(escalation: Escalation) -> None:
    """The list, its page and the open thread fetch themselves anew."""
    current.forget()
    live.publish(kind=LiveKind.ATTENTION)
    live.publish(kind=LiveKind.CONVERSATION, conversation=escalation.conversation_id, line=escalation.line_id)
