"""The files about what goes on every day: who signed in, what left as a file, who looked at a customer, what became of
the texts that were sent.
"""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from compliance.reports.periods import Period
from retention.evidence.sections import Cells, Figure, Section
from tenancy.audit import AuditEventKind, AuditKind
from tenancy.models import AuditEvent
from texting.models import Message, Reveal
from texting.statuses import MessageStatus

SIGN_INS = (
    *(AuditKind.SIGNED_IN, AuditKind.SIGN_IN_FAILED, AuditKind.SIGN_IN_LOCKED, AuditKind.SIGN_IN_RESET),
    *(AuditKind.SIGN_IN_DISOWNED, AuditKind.SIGNED_OUT, AuditKind.SESSION_ENDED),
)
EXPORTS = tuple(kind for kind in AuditKind if kind.endswith("exported") or kind == AuditKind.EXPORT_FETCHED)
"""Every kind of file that a member takes out; files that a worker makes count when they are fetched."""


def _events(kinds: tuple[AuditEventKind, ...]) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(event__in=kinds).defer("details")


def _event(row: AuditEvent) -> Cells:
    return row.sequence, row.at, row.event, row.actor_id, row.object_type, row.object_id


_COLUMNS = ("event", "at", "what", "by", "kind of object", "object")


def _texts(_period: Period) -> QuerySet[Any]:
    names = ("line_id", "conversation_id", "purpose", "status", "error_kind", "provider_code", "settlement")
    times = ("created_at", "sent_at", "delivered_at", "settled_at")
    return Message.objects.filter(direction=Message.Direction.OUT).only("organization_id", *names, *times)


def _text(row: Message) -> Cells:
    return (
        *(row.pk, row.created_at, row.sent_at, row.delivered_at, row.status, row.error_kind, row.provider_code),
        *(row.settlement, row.settled_at, row.purpose, row.line_id, row.conversation_id),
    )


ACTIVITY: tuple[Section, ...] = (
    Section(
        "sign_ins",
        _("Sign-ins"),
        _COLUMNS,
        lambda _period: _events(SIGN_INS),
        _event,
        (
            Figure(_("Signed in"), "what", (AuditKind.SIGNED_IN.value,)),
            Figure(_("Refused"), "what", (AuditKind.SIGN_IN_FAILED.value,)),
            Figure(_("Locked after too many"), "what", (AuditKind.SIGN_IN_LOCKED.value,)),
            Figure(_("Reported as not theirs"), "what", (AuditKind.SIGN_IN_DISOWNED.value,)),
        ),
    ),
    Section(
        "exports",
        _("Files that were taken out"),
        _COLUMNS,
        lambda _period: _events(EXPORTS),
        _event,
        (Figure(_("Files")),),
    ),
    Section(
        "reveals",
        _("Customers that were shown to a member on request"),
        ("reveal", "at", "member", "contact", "reason", "until", "hidden", "admins told"),
        lambda _period: Reveal.objects.defer("words"),
        lambda row: (
            *(row.pk, row.created_at, row.member_id, row.contact_id, row.reason, row.until, row.hidden_at),
            row.told,
        ),
        (Figure(_("Shown")), Figure(_("Unusually many, admins told"), "admins told", ("yes",))),
        "created_at",
    ),
    Section(
        "deliveries",
        _("What became of the texts that were sent"),
        (
            *("text", "made", "left", "arrived", "status", "error", "provider's code"),
            *("settled as", "settled", "purpose", "line", "conversation"),
        ),
        _texts,
        _text,
        (
            Figure(_("Texts")),
            Figure(_("Arrived"), "status", (MessageStatus.DELIVERED.value, MessageStatus.READ.value)),
            Figure(_("Did not arrive"), "status", (MessageStatus.UNDELIVERED.value, MessageStatus.FAILED.value)),
            Figure(_("Left, without a receipt"), "status", (MessageStatus.SENT.value,)),
            Figure(_("Not confirmed by the provider"), "status", (MessageStatus.UNCONFIRMED.value,)),
            Figure(_("Seen to by somebody"), "settled as", tuple(one.value for one in Message.Settlement)),
        ),
        "created_at",
    ),
)
