"""The roles that every organization starts with, as data. Owner is not among the rows: it is a flag on a membership."""

from dataclasses import dataclass

from django.utils.translation import gettext_noop

from accounts.permission_catalogue import ADMINISTRATIVE, FOR_OWNERS, Permission


@dataclass(frozen=True)
class BuiltInRole:
    """`summary` is one sentence for the people who hand it out. The permissions are the code's, not the database's."""

    name: str
    summary: str
    permissions: frozenset[Permission]

    @property
    def administrative(self) -> bool:
        """Whether its holders need a second factor to sign in."""
        return bool(self.permissions & ADMINISTRATIVE)


_AGENT = frozenset(
    {
        Permission.CONVERSATIONS_READ,
        Permission.CONVERSATIONS_START,
        Permission.CONVERSATIONS_CLAIM,
        Permission.CONVERSATIONS_ASSIGN,
        Permission.CONVERSATIONS_RESOLVE,
        Permission.NOTES_WRITE,
        Permission.MESSAGES_SEND,
        Permission.TEMPLATES_OWN,
        Permission.ATTENTION_HANDLE,
        Permission.PORTAL_SEND,
        Permission.PAYMENTS_REQUEST,
        Permission.CONTACTS_READ,
        Permission.CONTACTS_EDIT,
        Permission.CONTACTS_REVEAL,
        Permission.CONTACTS_UNMASKED,
        Permission.CONSENT_RECORD,
        Permission.OPT_OUTS_DECIDE,
        Permission.ESCALATIONS_HANDLE,
        Permission.ACTIONS_READ,
        Permission.REPORTS_WORK,
        Permission.SIMULATOR_USE,
    }
)
_AUDITOR = frozenset(
    {
        Permission.CONVERSATIONS_READ,
        Permission.CONVERSATIONS_READ_ALL,
        Permission.CONTACTS_READ,
        Permission.REPORTS_READ,
        Permission.REPORTS_WORK,
        Permission.FINDINGS_READ,
        Permission.MEASURES_READ,
        Permission.REVIEWS_WRITE,
        Permission.ACTIONS_READ,
        Permission.AUDIT_READ,
        Permission.PEOPLE_READ,
        Permission.HOLDS_READ,
    }
)
_SUPERVISOR = (
    _AGENT
    | _AUDITOR
    | {
        Permission.TEMPLATES_MANAGE,
        Permission.TAGS_MANAGE,
        Permission.FILTERS_SHARE,
        Permission.CONTACTS_BLOCK,
        Permission.CONTACTS_MERGE,
        Permission.ANNOUNCEMENTS_PREPARE,
        Permission.ANNOUNCEMENTS_APPROVE,
        Permission.AUTOMATIONS_MANAGE,
        Permission.CONSENT_RECEIPT,
        Permission.FINDINGS_DECIDE,
        Permission.ACTIONS_MANAGE,
        Permission.ESCALATIONS_WAIVE,
        Permission.MESSAGES_EXPLAIN,
        Permission.MESSAGES_APPROVE,
        Permission.MESSAGES_REDACT,
        Permission.PAYMENTS_READ,
    }
)

OWNER = BuiltInRole(
    "Owner",
    gettext_noop("May do everything and makes other owners. An organization always has one."),
    frozenset(Permission),
)
BUILT_IN_ROLES = {
    "admin": BuiltInRole(
        "Admin",
        gettext_noop("Sets everything up: people, roles, lines. Cannot change owners."),
        frozenset(Permission) - FOR_OWNERS,
    ),
    "supervisor": BuiltInRole(
        "Supervisor", gettext_noop("Texts like an agent and sees every team's work."), _SUPERVISOR
    ),
    "agent": BuiltInRole("Agent", gettext_noop("Texts with the customers of their own teams."), _AGENT),
    "auditor": BuiltInRole(
        "Auditor", gettext_noop("Reads and judges; sends nothing and sees no full numbers."), _AUDITOR
    ),
}
"""By the name that the code and `Role.built_in` know them by."""
