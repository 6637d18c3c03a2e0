"""What the frame of a signed-in page shows: where one can go, as whom, in which organization."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet, UUIDField
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.saml.confinement import began_by_sso
from accounts.session_limits import end_of, touch_after, warned_before
from accounts.sessions import SessionStore
from accounts.signing_in import active_memberships
from config.navigation import REPORTS, entries_for, settings_for
from tenancy.compiled_queries import CompiledQuery, Given

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
        "settings_groups": _once(lambda: settings_for(member, request.path)),
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


@CompiledQuery
def _memberships() -> QuerySet[Membership]:
    return active_memberships(Given("user", UUIDField()))


def _organizations(member: Membership) -> list[tuple[str, str, bool]]:
    memberships = sorted(_memberships(user=member.user_id), key=lambda one: one.organization.name.casefold())
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
