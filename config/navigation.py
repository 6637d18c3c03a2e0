"""Where a member can go: the rail, the sections of settings and of reports, each with what waits there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.access_reviewing import review_waits
from accounts.models import Membership
from accounts.permissions import Permission
from accounts.setting_up import open_steps
from compliance.automations.reading import paused_count
from compliance.content_types.reading_held import waiting_count as held_count
from compliance.escalations.reading import open_count as escalations_open
from compliance.measures.register import open_count as measures_waiting
from compliance.message_templates.reach import to_approve as templates_waiting
from compliance.opt_in.reading_opt_ins import unconfirmed_count
from compliance.opt_out.reading_questions import question_count
from compliance.reviewing.counting import reviews_waiting
from portal.payments.hearing import waiting_count
from retention.conflicts.reading import undecided
from retention.holds.reading import holds_waiting
from retention.requests.reading import requests_waiting
from texting.announcements.running import to_approve
from texting.limits.showing import open_alarms
from texting.notifications.reading import unread_count
from texting.outgoing_webhooks.reading import disabled_endpoints
from texting.queries.attention import attention_count
from texting.queries.quarantine import waiting_in_quarantine
from texting.scheduled.reading import stopped_count


@dataclass(frozen=True)
class RailEntry:
    """One entry of the rail: the route it opens, the permission it takes (None: every member), what it counts."""

    label: str | Promise
    route: str
    icon: str
    permission: Permission | None
    count: Callable[[Membership], int] | None = None
    also: Permission | None = None

    def is_for(self, member: Membership) -> bool:
        """Whether the member may open it: with `permission`, or with `also` where there is one."""
        return self.permission is None or member.may(self.permission) or bool(self.also and member.may(self.also))


Group = tuple[str | Promise, tuple[RailEntry, ...]]


def _group(caption: str | Promise, *entries: RailEntry) -> Group:
    return caption, entries


# Under an icon there is room for about ten letters, so other languages may need a shorter word than a page's title.
_RAIL_SCHEDULED, _RAIL_ESCALATIONS = pgettext_lazy("rail", "Scheduled"), pgettext_lazy("rail", "Escalations")
RAIL = (
    RailEntry(pgettext_lazy("rail", "Inbox"), "inbox", "inbox", Permission.CONVERSATIONS_READ),
    RailEntry(_("Search"), "search", "search", Permission.CONVERSATIONS_READ),
    RailEntry(_("Attention"), "attention", "triangle-alert", Permission.CONVERSATIONS_READ, attention_count),
    RailEntry(_("For you"), "notifications", "bell", Permission.CONVERSATIONS_READ, unread_count),
    RailEntry(
        pgettext_lazy("rail", "Scheduled"), "scheduled", "calendar-clock", Permission.CONVERSATIONS_READ, stopped_count
    ),
    RailEntry(_("Announce"), "announcements", "megaphone", Permission.ANNOUNCEMENTS_PREPARE, to_approve),
    RailEntry(_("Polls"), "polls", "list-checks", Permission.ANNOUNCEMENTS_PREPARE),
    RailEntry(_("Stop?"), "questions", "hand", Permission.CONVERSATIONS_READ, question_count),
    RailEntry(
        pgettext_lazy("rail", "Escalations"),
        "escalations",
        "life-buoy",
        Permission.CONVERSATIONS_READ,
        escalations_open,
    ),
    RailEntry(pgettext_lazy("rail", "Approvals"), "held_texts", "hourglass", Permission.MESSAGES_APPROVE, held_count),
    RailEntry(_("Reviews"), "reviews", "clipboard-check", None, reviews_waiting),
    RailEntry(_("Contacts"), "contacts", "users", Permission.CONTACTS_READ),
    RailEntry(_("Reports"), "reports", "chart-column", Permission.REPORTS_WORK, also=Permission.REPORTS_READ),
    RailEntry(_("Phones"), "simulator", "smartphone", Permission.SIMULATOR_USE),
    RailEntry(_("Mailbox"), "mailbox", "mail", None),
    RailEntry(pgettext_lazy("rail", "Settings"), "settings", "settings", None),
)
SETTINGS = (
    _group(
        _("Settings"),
        RailEntry(_("Set-up"), "set_up", "list-checks", Permission.ORGANIZATION_MANAGE, open_steps),
        RailEntry(_("Measures"), "measures", "scale", Permission.MEASURES_READ, measures_waiting),
    ),
    _group(
        _("People"),
        RailEntry(_("People"), "people", "users", Permission.PEOPLE_READ),
        RailEntry(_("Roles"), "roles", "key-round", Permission.PEOPLE_READ),
        RailEntry(_("Teams"), "teams", "users-round", Permission.TEAMS_MANAGE),
        RailEntry(_("Leavers"), "receipts", "log-out", Permission.AUDIT_READ),
        RailEntry(_("Access review"), "access_review", "clipboard-check", Permission.ACCESS_REVIEW, review_waits),
    ),
    _group(
        _("Signing in"),
        RailEntry(_("Second factors"), "second_factor_policy", "shield-check", Permission.SECURITY_MANAGE),
        RailEntry(_("Sessions and networks"), "session_limits", "hourglass", Permission.SECURITY_MANAGE),
        RailEntry(_("Single sign-on"), "sso", "shield-check", Permission.SSO_MANAGE),
        RailEntry(_("Directory"), "directory", "book-user", Permission.DIRECTORY_MANAGE),
    ),
    _group(
        _("Texting"),
        RailEntry(_("Lines"), "lines", "phone", Permission.LINES_MANAGE),
        RailEntry(
            _("Templates"),
            "message_templates",
            "file-text",
            Permission.TEMPLATES_MANAGE,
            templates_waiting,
            also=Permission.TEMPLATES_OWN,
        ),
        RailEntry(_("Automations"), "automations", "zap", Permission.AUTOMATIONS_MANAGE, paused_count),
        RailEntry(_("Tags"), "tags", "tag", Permission.TAGS_MANAGE),
        RailEntry(_("Fields of contacts"), "contact_fields", "list-checks", Permission.FIELDS_MANAGE),
        RailEntry(_("Satisfaction"), "satisfaction", "message-square-text", Permission.TEAMS_MANAGE),
        RailEntry(_("Automatic answers"), "automatic_answers", "message-square-text", Permission.ORGANIZATION_MANAGE),
        RailEntry(_("Opt-in"), "programs", "clipboard-check", Permission.FORMS_MANAGE, unconfirmed_count),
        RailEntry(_("Forms"), "opt_in_forms", "square-pen", Permission.FORMS_MANAGE),
        RailEntry(_("Private messages"), "portal_settings", "message-square-lock", Permission.PORTAL_MANAGE),
        RailEntry(_("Payments"), "payment_settings", "credit-card", Permission.PAYMENTS_MANAGE, waiting_count),
    ),
    _group(
        _("Rules"),
        RailEntry(_("Quiet hours"), "hours", "moon", Permission.HOURS_MANAGE),
        RailEntry(_("Types of texts"), "content_rules", "list-checks", Permission.ORGANIZATION_MANAGE),
        RailEntry(_("Sending limits"), "limits", "gauge", Permission.LIMITS_MANAGE, open_alarms),
        RailEntry(_("Escalations"), "escalation_hours", "life-buoy", Permission.ESCALATIONS_MANAGE),
        RailEntry(_("Reviews"), "review_settings", "clipboard-check", Permission.REVIEWS_MANAGE),
    ),
    _group(
        _("Connections"),
        RailEntry(_("API"), "api_keys", "code", Permission.API_MANAGE),
        RailEntry(_("Webhooks"), "webhooks", "webhook", Permission.WEBHOOKS_MANAGE, disabled_endpoints),
        RailEntry(_("Quarantine"), "quarantine", "shield-alert", Permission.QUARANTINE_REPLAY, waiting_in_quarantine),
    ),
    _group(
        _("Records"),
        RailEntry(_("Purges"), "purges", "trash-2", Permission.RETENTION_MANAGE),
        RailEntry(_("Retention"), "retention", "archive", Permission.RETENTION_MANAGE, undecided),
        RailEntry(_("Evidence"), "evidence", "file-text", Permission.EVIDENCE_MAKE),
        RailEntry(_("Audit log"), "audit_log", "list-checks", Permission.AUDIT_READ),
        RailEntry(_("Reveals"), "reveals", "eye", Permission.AUDIT_READ),
        RailEntry(_("Legal holds"), "holds", "lock", Permission.HOLDS_READ, holds_waiting),
        RailEntry(_("Data requests"), "subject_requests", "user", Permission.SUBJECT_REQUESTS_MANAGE, requests_waiting),
        RailEntry(_("End the organization"), "closing", "log-out", Permission.ORGANIZATION_END),
    ),
    _group(
        _("You"),
        RailEntry(_("Your account"), "account", "user", None),
        RailEntry(_("Sessions"), "sessions", "monitor", None),
        RailEntry(_("Notifications"), "notification_settings", "bell", Permission.CONVERSATIONS_READ),
    ),
)
REPORTS = (
    RailEntry(_("Daily work"), "work_reports", "chart-column", Permission.REPORTS_WORK),
    RailEntry(_("Permission"), "permission_report", "shield-check", Permission.REPORTS_READ),
    RailEntry(_("Payments"), "payments", "credit-card", Permission.PAYMENTS_READ),
    RailEntry(_("Findings"), "findings", "shield-alert", Permission.FINDINGS_READ),
    RailEntry(_("Escalations"), "escalation_report", "life-buoy", Permission.REPORTS_READ),
    RailEntry(_("Review checks"), "review_checks", "clipboard-check", Permission.REPORTS_READ),
    RailEntry(_("Reviews"), "review_report", "user-check", Permission.REVIEWS_WRITE),
    RailEntry(_("Satisfaction"), "satisfaction_report", "message-square-text", Permission.REPORTS_READ),
    RailEntry(_("Actions"), "action_report", "flag", Permission.REPORTS_READ),
    RailEntry(_("By e-mail"), "report_mails", "mail", Permission.REPORTS_READ),
    RailEntry(_("One number"), "consent_receipt", "search", Permission.CONSENT_RECEIPT),
)

Entry = tuple[str | Promise, str, str, bool, str]
"""Label, address, icon, is it open now, and where its number goes ("" when it has none): the route's name."""


def entries_for(member: Membership, path: str, entries: tuple[RailEntry, ...] = RAIL) -> list[Entry]:
    """What the member may open. Needs the organization active."""
    return [
        (entry.label, address, entry.icon, path.startswith(address), entry.route if entry.count else "")
        for entry, address in _open_to(member, entries)
    ]


def counts_for(member: Membership, *, of_settings: bool) -> dict[str, int]:
    """How much waits behind each entry of the rail, and of the settings' menu, by the route's name.

    No page waits for these: together they take longer than most pages (`config.home.counts`).
    """
    entries = RAIL + (tuple(entry for _caption, group in SETTINGS for entry in group) if of_settings else ())
    return {entry.route: entry.count(member) for entry, _where in _open_to(member, entries) if entry.count}


def _open_to(member: Membership, entries: tuple[RailEntry, ...]) -> Iterator[tuple[RailEntry, str]]:
    for entry in entries:
        address = _address(entry.route, settings.ROOT_URLCONF)
        if address and entry.is_for(member):
            yield entry, address


@cache
def _address(route: str, _urls: str) -> str:
    try:
        return reverse(route)
    except NoReverseMatch:
        return ""  # a part that this installation leaves out, such as the simulator


def settings_for(member: Membership, path: str) -> list[tuple[str | Promise, list[Entry]]]:
    """What the member may open of the settings, under a caption each; groups with nothing to open are left out."""
    groups = ((caption, entries_for(member, path, entries)) for caption, entries in SETTINGS)
    return [(caption, entries) for caption, entries in groups if entries]
