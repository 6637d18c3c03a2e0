"""Roles and what they permit."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import Role
from accounts.permission_catalogue import offered_groups
from accounts.permissions import MemberRequest, Permission, requires
from accounts.queries import roles_with_counts


@dataclass(frozen=True)
class PermissionRow:
    """One permission and, for each role in the order of the columns, whether the role holds it."""

    label: str
    held: list[tuple[str, bool]]


@requires(Permission.ROLES_MANAGE)
@require_safe
def roles(request: MemberRequest) -> HttpResponse:
    """Every role beside every permission."""
    shown = roles_with_counts()
    columns = [role for role, _count in shown]
    groups = [
        (group.name, [PermissionRow(one.label, _held(columns, one)) for one in group.offered])
        for group in offered_groups()
    ]
    return render(request, "accounts/roles.html", {"roles": shown, "groups": groups, "columns": columns})


def _held(columns: list[Role], permission: Permission) -> list[tuple[str, bool]]:
    return [(role.name, permission in role.granted) for role in columns]
