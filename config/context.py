"""What the frame of a signed-in page shows: where one can go, as whom, in which organization."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access_reviewing import review_waits
from accounts.models import Membership
from accounts.permissions import Permission
from accounts.saml.confinement import began_by_sso
from accounts.session_limits import end_of, touch_after, warned_before
from accounts.sessions import SessionStore
from accounts.setting_up import open_steps
from accounts.signing_in import active_memberships
from compliance.content_types.reading_held import waiting_count as held_count
from compliance.escalations.reading import open_count as escalations_open
from compliance.measures.register import open_count as measures_waiting
from compliance.opt_in.reading_opt_ins import unconfirmed_count
from compliance.opt_out.reading_questions import question_count
from portal.payments.hearing import waiting_count
from texting.limits.showing import open_alarms
from texting.outgoing_webhooks.reading import disabled_endpoints
from texting.queries.attention import attention_count
from texting.queries.quarantine import waiting_in_quarantine


@dataclass(frozen=True)
class RailEntry:
    """One entry of the rail: the route it opens, the permission it takes (None: every member), what it counts."""

    label: str | Promise
    route: str
    icon: str
    permission: Permission | None
    count: Callable[[Membership], int] | None = None


RAIL = (
    RailEntry(_("Inbox"), "inbox", "inbox", Permission.CONVERSATIONS_READ),
    RailEntry(_("Attention"), "attention", "triangle-alert", Permission.CONVERSATIONS_READ, attention_count),
    RailEntry(_("Stop?"), "questions", "hand", Permission.CONVERSATIONS_READ, question_count),
    RailEntry(_("Escalations"), "escalations", "life-buoy", Permission.CONVERSATIONS_READ, escalations_open),
    RailEntry(_("Approvals"), "held_texts", "hourglass", Permission.MESSAGES_APPROVE, held_count),
    RailEntry(_("Contacts"), "contacts", "users", Permission.CONTACTS_READ),
    RailEntry(_("Reports"), "reports", "chart-column", Permission.REPORTS_READ),
    RailEntry(_("Phones"), "simulator", "smartphone", Permission.SIMULATOR_USE),
    RailEntry(_("Mailbox"), "mailbox", "mail", None),
    RailEntry(_("Settings"), "settings", "settings", None),
)
SECTIONS = (
    RailEntry(_("Set-up"), "set_up", "list-checks", Permission.ORGANIZATION_MANAGE, open_steps),
    RailEntry(_("People"), "people", "users", Permission.PEOPLE_READ),
    RailEntry(_("Roles"), "roles", "key-round", Permission.PEOPLE_READ),
    RailEntry(_("Leavers"), "receipts", "log-out", Permission.AUDIT_READ),
    RailEntry(_("Teams"), "teams", "users-round", Permission.TEAMS_MANAGE),
    RailEntry(_("Directory"), "directory", "book-user", Permission.DIRECTORY_MANAGE),
    RailEntry(_("Second factors"), "second_factor_policy", "shield-check", Permission.SECURITY_MANAGE),
    RailEntry(_("Lines"), "lines", "phone", Permission.LINES_MANAGE),
    RailEntry(_("Automatic answers"), "automatic_answers", "message-square-text", Permission.ORGANIZATION_MANAGE),
    RailEntry(_("Templates"), "message_templates", "file-text", Permission.TEMPLATES_MANAGE),
    RailEntry(_("Forms"), "opt_in_forms", "square-pen", Permission.FORMS_MANAGE),
    RailEntry(_("Opt-in"), "programs", "clipboard-check", Permission.FORMS_MANAGE, unconfirmed_count),
    RailEntry(_("Private messages"), "portal_settings", "message-square-lock", Permission.PORTAL_MANAGE),
    RailEntry(_("Webhooks"), "webhooks", "webhook", Permission.WEBHOOKS_MANAGE, disabled_endpoints),
    RailEntry(_("Quarantine"), "quarantine", "shield-alert", Permission.QUARANTINE_REPLAY, waiting_in_quarantine),
    RailEntry(_("Payments"), "payment_settings", "credit-card", Permission.PAYMENTS_MANAGE, waiting_count),
    RailEntry(_("Sending limits"), "limits", "gauge", Permission.LIMITS_MANAGE, open_alarms),
    RailEntry(_("Quiet hours"), "hours", "moon", Permission.HOURS_MANAGE),
    RailEntry(_("Measures"), "measures", "scale", Permission.MEASURES_READ, measures_waiting),
    RailEntry(_("Types of texts"), "content_rules", "list-checks", Permission.ORGANIZATION_MANAGE),
    RailEntry(_("Escalations"), "escalation_hours", "life-buoy", Permission.ESCALATIONS_MANAGE),
    RailEntry(_("Access review"), "access_review", "clipboard-check", Permission.ACCESS_REVIEW, review_waits),
    RailEntry(_("Sessions and networks"), "session_limits", "hourglass", Permission.SECURITY_MANAGE),
    RailEntry(_("Single sign-on"), "sso", "shield-check", Permission.SSO_MANAGE),
    RailEntry(_("API"), "api_keys", "code", Permission.API_MANAGE),
    RailEntry(_("Audit log"), "audit_log", "list-checks", Permission.AUDIT_READ),
    RailEntry(_("Reveals"), "reveals", "eye", Permission.AUDIT_READ),
    RailEntry(_("Your account"), "account", "user", None),
    RailEntry(_("Sessions"), "sessions", "monitor", None),
)
REPORTS = (
    RailEntry(_("Permission"), "permission_report", "shield-check", Permission.REPORTS_READ),
    RailEntry(_("Payments"), "payments", "credit-card", Permission.PAYMENTS_READ),
    RailEntry(_("Findings"), "findings", "shield-alert", Permission.FINDINGS_READ),
    RailEntry(_("Escalations"), "escalation_report", "life-buoy", Permission.REPORTS_READ),
    RailEntry(_("By e-mail"), "report_mails", "mail", Permission.REPORTS_READ),
    RailEntry(_("One number"), "consent_receipt", "search", Permission.CONSENT_RECEIPT),
)
TONES = {"success": "success", "warning": "warning", "error": "danger"}


def frame(request: HttpRequest) -> dict[str, Any]:
    """The names that `shell.html` reads. Each is worked out when a template asks for it, once a request."""
    member: Membership | None = getattr(request, "member", None)
    shown: dict[str, Any] = {"toasts": _once(lambda: _toasts(request))}
    if member is None:
        return shown
    return shown | {
        "member": member,
        "rail": _once(lambda: entries_for(member, request.path)),
        "settings_sections": _once(lambda: entries_for(member, request.path, SECTIONS)),
        "report_sections": _once(lambda: entries_for(member, request.path, REPORTS)),
        "organization_name": member.organization.name,
        "organizations": _once(lambda: [] if began_by_sso(SessionStore.of(request)) else _organizations(member)),
        "account_name": member.user.name,
        "account_email": member.user.email,
        "account_links": _once(_account_links),
        "sign_out_url": _once(lambda: reverse("sign_out")),
        "session_left": _once(lambda: _session_left(SessionStore.of(request))),
    }


@dataclass(frozen=True)
class SessionLeft:
    """For `idle.js`: seconds that are left of the session, that a warning comes before, between two signs of life."""

    seconds: int
    warned: int
    sign: int


def _session_left(store: SessionStore) -> SessionLeft | None:
    """None when the session's key has just changed: the next page knows."""
    row = store.row
    if row is None:
        return None
    left = (end_of(row) - timezone.now()).total_seconds()
    return SessionLeft(
        max(0, int(left)), int(warned_before(row).total_seconds()), max(1, int(touch_after(row).total_seconds()))
    )


def _once(work: Callable[[], Any]) -> Callable[[], Any]:
    """Templates call what can be called; several of them ask for the same."""
    return cache(work)


Entry = tuple[str | Promise, str, str, bool, int]


def entries_for(member: Membership, path: str, entries: tuple[RailEntry, ...] = RAIL) -> list[Entry]:
    """What the member may open: (label, address, icon, is it open now, count). Needs the organization active."""
    shown = []
    for entry in entries:
        address = _address(entry.route)
        if address and (entry.permission is None or member.may(entry.permission)):
            number = entry.count(member) if entry.count else 0
            shown.append((entry.label, address, entry.icon, path.startswith(address), number))
    return shown


def _address(route: str) -> str:
    try:
        return reverse(route)
    except NoReverseMatch:
        return ""  # a part that this installation leaves out, such as the simulator


def _organizations(member: Membership) -> list[tuple[str, str, bool]]:
    memberships = sorted(active_memberships(member.user), key=lambda one: one.organization.name.casefold())
    if len(memberships) < 2:
        return []
    return [
        (one.organization.name, reverse("switch_organization", args=[one.organization_id]), one.pk == member.pk)
        for one in memberships
    ]


def _account_links() -> list[tuple[str | Promise, str, str]]:
    return [
        (_("Your account"), reverse("account"), "user"),
        (_("Sessions"), reverse("sessions"), "monitor"),
    ]


def _toasts(request: HttpRequest) -> list[tuple[str, str, str]]:
    return [(str(notice), TONES.get(notice.level_tag, "info"), "") for notice in messages.get_messages(request)]
