"""Every permission there is, what the built-in roles hold, and how a view says which one it needs.

Each view says `@requires(...)` or `@public`. One that says neither is refused when it is called
(`accounts.middleware.ActingMember`) and found earlier by the system check in `accounts.checks` and by
tests/architecture/test_permissions.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy, gettext_noop

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from accounts.models import Membership, User
    from accounts.sessions import SessionStore

P = ParamSpec("P")


class Permission(StrEnum):
    """`resource:action`. Adding one here is all it takes to offer it in custom roles."""

    CONVERSATIONS_READ = "conversations:read"
    CONVERSATIONS_READ_ALL = "conversations:read_all"
    CONVERSATIONS_ASSIGN = "conversations:assign"
    CONVERSATIONS_RESOLVE = "conversations:resolve"
    MESSAGES_SEND = "messages:send"
    NOTES_WRITE = "notes:write"
    CONTACTS_READ = "contacts:read"
    CONTACTS_EDIT = "contacts:edit"
    CONTACTS_REVEAL = "contacts:reveal"
    CONSENT_RECORD = "consent:record"
    REPORTS_READ = "reports:read"
    LINES_MANAGE = "lines:manage"
    WEBHOOKS_MANAGE = "webhooks:manage"
    PEOPLE_MANAGE = "people:manage"
    ROLES_MANAGE = "roles:manage"
    ORGANIZATION_MANAGE = "organization:manage"
    SECURITY_MANAGE = "security:manage"
    AUDIT_READ = "audit:read"
    AUDIT_EXPORT = "audit:export"
    API_MANAGE = "api:manage"
    SIMULATOR_USE = "simulator:use"

    @property
    def label(self) -> str:
        """What the permission lets a person do, as pages say it."""
        return str(_LABELS[self])


_LABELS = {
    Permission.CONVERSATIONS_READ: gettext_lazy("Read conversations of own teams"),
    Permission.CONVERSATIONS_READ_ALL: gettext_lazy("Read conversations of every team"),
    Permission.CONVERSATIONS_ASSIGN: gettext_lazy("Claim, assign and transfer conversations"),
    Permission.CONVERSATIONS_RESOLVE: gettext_lazy("Resolve and reopen conversations"),
    Permission.MESSAGES_SEND: gettext_lazy("Send texts"),
    Permission.NOTES_WRITE: gettext_lazy("Write internal notes"),
    Permission.CONTACTS_READ: gettext_lazy("See contacts"),
    Permission.CONTACTS_EDIT: gettext_lazy("Edit contacts"),
    Permission.CONTACTS_REVEAL: gettext_lazy("See full names and phone numbers"),
    Permission.CONSENT_RECORD: gettext_lazy("Record consent and opt-outs"),
    Permission.REPORTS_READ: gettext_lazy("Read reports"),
    Permission.LINES_MANAGE: gettext_lazy("Manage lines and providers"),
    Permission.WEBHOOKS_MANAGE: gettext_lazy("Manage webhooks to your own systems"),
    Permission.PEOPLE_MANAGE: gettext_lazy("Manage people"),
    Permission.ROLES_MANAGE: gettext_lazy("Manage roles"),
    Permission.ORGANIZATION_MANAGE: gettext_lazy("Manage the organization"),
    Permission.SECURITY_MANAGE: gettext_lazy("Manage how people sign in"),
    Permission.AUDIT_READ: gettext_lazy("Read the audit log"),
    Permission.AUDIT_EXPORT: gettext_lazy("Export the audit log"),
    Permission.API_MANAGE: gettext_lazy("Manage API keys"),
    Permission.SIMULATOR_USE: gettext_lazy("Use the phone simulator"),
}


@dataclass(frozen=True)
class PermissionGroup:
    """Permissions that a person thinks of together, for the page that lists roles."""

    name: str
    permissions: tuple[Permission, ...]


PERMISSION_GROUPS = (
    PermissionGroup(
        gettext_noop("Conversations"),
        (
            Permission.CONVERSATIONS_READ,
            Permission.CONVERSATIONS_READ_ALL,
            Permission.CONVERSATIONS_ASSIGN,
            Permission.CONVERSATIONS_RESOLVE,
            Permission.MESSAGES_SEND,
            Permission.NOTES_WRITE,
        ),
    ),
    PermissionGroup(
        gettext_noop("Contacts"),
        (
            Permission.CONTACTS_READ,
            Permission.CONTACTS_EDIT,
            Permission.CONTACTS_REVEAL,
            Permission.CONSENT_RECORD,
        ),
    ),
    PermissionGroup(
        gettext_noop("Oversight"), (Permission.REPORTS_READ, Permission.AUDIT_READ, Permission.AUDIT_EXPORT)
    ),
    PermissionGroup(
        gettext_noop("Administration"),
        (
            Permission.LINES_MANAGE,
            Permission.WEBHOOKS_MANAGE,
            Permission.PEOPLE_MANAGE,
            Permission.ROLES_MANAGE,
            Permission.ORGANIZATION_MANAGE,
            Permission.SECURITY_MANAGE,
            Permission.API_MANAGE,
            Permission.SIMULATOR_USE,
        ),
    ),
)

ADMINISTRATIVE = frozenset(
    {
        Permission.LINES_MANAGE,
        Permission.WEBHOOKS_MANAGE,
        Permission.PEOPLE_MANAGE,
        Permission.ROLES_MANAGE,
        Permission.ORGANIZATION_MANAGE,
        Permission.SECURITY_MANAGE,
        Permission.API_MANAGE,
        Permission.AUDIT_EXPORT,
    }
)
"""Whoever holds one of these, or is an owner, signs in with a second factor."""


@dataclass(frozen=True)
class BuiltInRole:
    """A role that every organization starts with; `summary` is one sentence for the people who hand it out."""

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
        Permission.CONVERSATIONS_ASSIGN,
        Permission.CONVERSATIONS_RESOLVE,
        Permission.MESSAGES_SEND,
        Permission.NOTES_WRITE,
        Permission.CONTACTS_READ,
        Permission.CONTACTS_EDIT,
        Permission.CONTACTS_REVEAL,
        Permission.CONSENT_RECORD,
        Permission.SIMULATOR_USE,
    }
)
_REVIEWER = frozenset(
    {
        Permission.CONVERSATIONS_READ,
        Permission.CONVERSATIONS_READ_ALL,
        Permission.CONTACTS_READ,
        Permission.REPORTS_READ,
        Permission.AUDIT_READ,
    }
)
BUILT_IN_ROLES = {
    "admin": BuiltInRole("Admin", gettext_noop("Sets everything up: people, roles, lines."), frozenset(Permission)),
    "supervisor": BuiltInRole(
        "Supervisor", gettext_noop("Texts like an agent and sees every team's work."), _AGENT | _REVIEWER
    ),
    "agent": BuiltInRole("Agent", gettext_noop("Texts with the customers of their own teams."), _AGENT),
    "reviewer": BuiltInRole(
        "Reviewer", gettext_noop("Reads and judges; sends nothing and sees no full numbers."), _REVIEWER
    ),
}


class MemberRequest(HttpRequest):
    """The request that a view behind `@requires` gets: somebody is signed in and their organization is active."""

    member: "Membership"
    user: "User"
    session: "SessionStore"
    htmx: "HtmxDetails"


class MissingPermission(PermissionDenied):
    """A member lacks a permission. The 403 page says which one and who can give it; the refusal is audited."""

    def __init__(self, *missing: Permission) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


MemberView = Callable[Concatenate[MemberRequest, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def requires(*permissions: Permission, calls_out: bool = False) -> Callable[[MemberView[P]], View[P]]:
    """Let only members in who hold all of `permissions`; with none, every signed-in member.

    Signed out: to the sign-in page and back. A second factor still missing: to its page. A permission missing:
    MissingPermission, which becomes a 403 page. The view carries what it needs as `.permission`.

    A view that `calls_out` asks somebody outside the machine before it answers, so it is called with no transaction
    open; it opens `activate(request.member.organization)` itself for what comes before and after the call.
    """

    def decorate(view: MemberView[P]) -> View[P]:
        @wraps(view)
        def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            from accounts.entrance import to_second_factor, to_sign_in
            from tenancy.isolation import activate

            if getattr(request, "member", None) is None:
                return to_sign_in(request)
            acting = cast(MemberRequest, request)
            with activate(acting.member.organization):  # a no-op when the whole request is inside it already
                if acting.member.needs_second_factor and not acting.session.has_second_factor:
                    return to_second_factor(request)
                require(acting.member, *permissions)
            return view(acting, *args, **kwargs)

        checked.permission = permissions  # type: ignore[attr-defined]
        checked.calls_out = calls_out  # type: ignore[attr-defined]
        return checked

    return decorate


def public(view: View[P]) -> View[P]:
    """Let everybody in. The view runs without an organization and stands in the written list of public URLs."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def require(member: "Membership", *permissions: Permission) -> None:
    """Raise MissingPermission unless the member holds all of them; for use cases and for parts of a page."""
    missing = tuple(permission for permission in permissions if not member.may(permission))
    if missing:
        raise MissingPermission(*missing)
