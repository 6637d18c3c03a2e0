"""Every permission there is: data, apart from how views ask for one (`accounts.permissions`).

To add one: name it here and in its group, give it words in `accounts.permission_words`, say in
`accounts.built_in_roles` who holds it. While no page and no use case asks for it, it stands in NOT_OFFERED: it is then
shown nowhere and nobody can hand it out (tests/accounts/test_permission_catalogue.py keeps that list true).
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_noop

from accounts.permission_words import WORDS


class Permission(StrEnum):
    """`resource:action`."""

    CONVERSATIONS_READ = "conversations:read"
    CONVERSATIONS_READ_ALL = "conversations:read_all"
    CONVERSATIONS_START = "conversations:start"
    CONVERSATIONS_CLAIM = "conversations:claim"
    CONVERSATIONS_ASSIGN = "conversations:assign"
    CONVERSATIONS_RESOLVE = "conversations:resolve"
    NOTES_WRITE = "notes:write"

    MESSAGES_SEND = "messages:send"
    MESSAGES_EXPLAIN = "messages:explain"
    MESSAGES_APPROVE = "messages:approve"
    MESSAGES_REDACT = "messages:redact"
    MESSAGES_DELETE = "messages:delete"
    ATTENTION_HANDLE = "attention:handle"
    TEMPLATES_OWN = "templates:own"
    TEMPLATES_MANAGE = "templates:manage"
    ANNOUNCEMENTS_PREPARE = "announcements:prepare"
    ANNOUNCEMENTS_APPROVE = "announcements:approve"
    AUTOMATIONS_MANAGE = "automations:manage"
    PORTAL_SEND = "portal:send"
    PAYMENTS_REQUEST = "payments:request"
    PAYMENTS_REFUND = "payments:refund"
    PAYMENTS_READ = "payments:read"

    CONTACTS_READ = "contacts:read"
    CONTACTS_EDIT = "contacts:edit"
    CONTACTS_BLOCK = "contacts:block"
    CONTACTS_MERGE = "contacts:merge"
    CONTACTS_REVEAL = "contacts:reveal"
    CONTACTS_UNMASKED = "contacts:unmasked"
    CONTACTS_EXPORT = "contacts:export"
    TAGS_MANAGE = "tags:manage"
    FIELDS_MANAGE = "fields:manage"
    FILTERS_SHARE = "filters:share"
    CONSENT_RECORD = "consent:record"
    CONSENT_RECEIPT = "consent:receipt"
    CONSENT_IMPORT = "consent:import"
    CONSENT_REQUEST = "consent:request"
    OPT_OUTS_DECIDE = "opt_outs:decide"
    FORMS_MANAGE = "forms:manage"

    REPORTS_READ = "reports:read"
    REPORTS_WORK = "reports:work"
    FINDINGS_READ = "findings:read"
    FINDINGS_DECIDE = "findings:decide"
    FINDINGS_EXCEPT = "findings:except"
    REVIEWS_WRITE = "reviews:write"
    REVIEWS_MANAGE = "reviews:manage"
    ESCALATIONS_HANDLE = "escalations:handle"
    ESCALATIONS_WAIVE = "escalations:waive"
    ESCALATIONS_MANAGE = "escalations:manage"
    MEASURES_READ = "measures:read"
    MEASURES_MANAGE = "measures:manage"
    ACTIONS_READ = "actions:read"
    ACTIONS_MANAGE = "actions:manage"
    AUDIT_READ = "audit:read"
    AUDIT_EXPORT = "audit:export"
    ACCESS_REVIEW = "access:review"

    PEOPLE_READ = "people:read"
    PEOPLE_INVITE = "people:invite"
    PEOPLE_MANAGE = "people:manage"
    PEOPLE_DEACTIVATE = "people:deactivate"
    PEOPLE_RESET = "people:reset"
    ROLES_MANAGE = "roles:manage"
    TEAMS_MANAGE = "teams:manage"
    OWNERS_MANAGE = "owners:manage"
    SESSIONS_MANAGE = "sessions:manage"

    SECURITY_MANAGE = "security:manage"
    SSO_MANAGE = "sso:manage"
    DIRECTORY_MANAGE = "directory:manage"

    LINES_MANAGE = "lines:manage"
    LIMITS_MANAGE = "limits:manage"
    HOURS_MANAGE = "hours:manage"
    QUARANTINE_REPLAY = "quarantine:replay"
    WEBHOOKS_MANAGE = "webhooks:manage"
    API_MANAGE = "api:manage"
    SIMULATOR_USE = "simulator:use"

    ORGANIZATION_MANAGE = "organization:manage"
    ORGANIZATION_END = "organization:end"
    RETENTION_MANAGE = "retention:manage"
    HOLDS_READ = "holds:read"
    HOLDS_MANAGE = "holds:manage"
    HOLDS_RELEASE = "holds:release"
    SUBJECT_REQUESTS_MANAGE = "subject_requests:manage"
    EXPORTS_MAKE = "exports:make"
    EVIDENCE_MAKE = "evidence:make"
    PORTAL_MANAGE = "portal:manage"
    PAYMENTS_MANAGE = "payments:manage"

    @property
    def label(self) -> str:
        """What the permission lets a person do, as pages say it in a few words."""
        return str(WORDS[self.value][0])

    @property
    def help(self) -> str:
        """What it opens and what it does not, in one or two sentences."""
        return str(WORDS[self.value][1])

    @property
    def is_offered(self) -> bool:
        """Whether something in the product asks for it, so that it is shown and can be held."""
        return self in OFFERED

    @property
    def is_administrative(self) -> bool:
        """Whether its holders need a second factor to sign in."""
        return self in ADMINISTRATIVE


NOT_OFFERED = frozenset(
    {
        Permission.EXPORTS_MAKE,
    }
)
"""What nothing in the product asks for yet; nobody holds it. Whoever builds its first page takes it out."""

OFFERED = frozenset(Permission) - NOT_OFFERED
"""What a member can hold: everything that something in the product asks for."""

FOR_OWNERS = frozenset({Permission.OWNERS_MANAGE, Permission.ORGANIZATION_END})
"""What no role holds: it comes with being an owner."""

ADMINISTRATIVE = frozenset(
    {
        Permission.MESSAGES_DELETE,
        Permission.CONTACTS_EXPORT,
        Permission.FIELDS_MANAGE,
        Permission.CONSENT_IMPORT,
        Permission.CONSENT_REQUEST,
        Permission.FORMS_MANAGE,
        Permission.FINDINGS_EXCEPT,
        Permission.REVIEWS_MANAGE,
        Permission.ESCALATIONS_MANAGE,
        Permission.MEASURES_MANAGE,
        Permission.AUDIT_EXPORT,
        Permission.ACCESS_REVIEW,
        Permission.PEOPLE_INVITE,
        Permission.PEOPLE_MANAGE,
        Permission.PEOPLE_DEACTIVATE,
        Permission.PEOPLE_RESET,
        Permission.ROLES_MANAGE,
        Permission.TEAMS_MANAGE,
        Permission.OWNERS_MANAGE,
        Permission.SESSIONS_MANAGE,
        Permission.SECURITY_MANAGE,
        Permission.SSO_MANAGE,
        Permission.DIRECTORY_MANAGE,
        Permission.LINES_MANAGE,
        Permission.LIMITS_MANAGE,
        Permission.HOURS_MANAGE,
        Permission.QUARANTINE_REPLAY,
        Permission.WEBHOOKS_MANAGE,
        Permission.API_MANAGE,
        Permission.ORGANIZATION_MANAGE,
        Permission.ORGANIZATION_END,
        Permission.RETENTION_MANAGE,
        Permission.HOLDS_MANAGE,
        Permission.HOLDS_RELEASE,
        Permission.SUBJECT_REQUESTS_MANAGE,
        Permission.EXPORTS_MAKE,
        Permission.EVIDENCE_MAKE,
        Permission.PORTAL_MANAGE,
        Permission.PAYMENTS_MANAGE,
        Permission.PAYMENTS_REFUND,
    }
)
"""Whoever holds one of these, or is an owner, signs in with a second factor."""


@dataclass(frozen=True)
class PermissionGroup:
    """Permissions that a person thinks of together: those of the named resources, in the order of `Permission`."""

    name: str
    resources: tuple[str, ...]

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """All of them, also those that are not offered yet."""
        return tuple(one for one in Permission if one.value.partition(":")[0] in self.resources)

    @property
    def offered(self) -> tuple[Permission, ...]:
        """Those that pages show."""
        return tuple(one for one in self.permissions if one.is_offered)


PERMISSION_GROUPS = (
    PermissionGroup(gettext_noop("Conversations"), ("conversations", "notes")),
    PermissionGroup(gettext_noop("Texts"), ("messages", "attention", "templates", "announcements", "automations")),
    PermissionGroup(
        gettext_noop("Contacts"), ("contacts", "tags", "fields", "filters", "consent", "opt_outs", "forms")
    ),
    PermissionGroup(
        gettext_noop("Oversight"),
        ("reports", "findings", "reviews", "escalations", "actions", "measures", "audit", "access"),
    ),
    PermissionGroup(gettext_noop("People"), ("people", "roles", "teams", "owners", "sessions")),
    PermissionGroup(gettext_noop("Signing in"), ("security", "sso", "directory")),
    PermissionGroup(
        gettext_noop("Lines and systems"), ("lines", "limits", "hours", "quarantine", "webhooks", "api", "simulator")
    ),
    PermissionGroup(gettext_noop("Portal and payments"), ("portal", "payments")),
    PermissionGroup(
        gettext_noop("Organization"), ("organization", "retention", "holds", "evidence", "subject_requests", "exports")
    ),
)


def offered_groups() -> list[PermissionGroup]:
    """The groups that have something to show, in order."""
    return [group for group in PERMISSION_GROUPS if group.offered]
