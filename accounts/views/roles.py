"""Roles: the list, one, two side by side."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import queries
from accounts.built_in_roles import OWNER
from accounts.models import Role
from accounts.permission_catalogue import OFFERED, Permission, offered_groups
from accounts.permissions import MemberRequest, requires
from accounts.role_forms import CompareForm

Groups = list[tuple[str, list[Permission]]]


@dataclass(frozen=True)
class ComparedRow:
    """One permission, and which of the two roles holds it."""

    permission: Permission
    first: bool
    second: bool

    @property
    def differs(self) -> bool:
        """Whether only one of them does."""
        return self.first != self.second


@requires(Permission.PEOPLE_READ)
@require_safe
def roles(request: MemberRequest) -> HttpResponse:
    """Every role, Owner first, with how many people have it."""
    shown = queries.roles_with_counts()
    context = {
        "roles": [(role, holders, len(role.granted)) for role, holders in shown],
        "owner": OWNER,
        "owners": len(queries.owners(request.member)),
        "every": len(OFFERED),
        "may_change": request.member.may(Permission.ROLES_MANAGE),
        "compare": CompareForm(initial={"a": shown[0][0], "b": shown[1][0]}) if len(shown) > 1 else None,
    }
    return render(request, "accounts/roles.html", context)


@requires(Permission.PEOPLE_READ)
@require_safe
def role(request: MemberRequest, role_id: UUID) -> HttpResponse:
    """What a role permits and who holds it."""
    shown = queries.access_role(role_id)
    within = shown.granted <= request.member.permissions
    may = request.member.may(Permission.ROLES_MANAGE)
    context = {
        "role": shown,
        "groups": _groups(shown.granted),
        "holders": queries.holders(shown),
        "may_duplicate": may,
        "may_change": may and within and not shown.built_in,
        "is_beyond": may and not within and not shown.built_in,
    }
    return render(request, "accounts/role.html", context)


@requires(Permission.PEOPLE_READ)
@require_safe
def owner_role(request: MemberRequest) -> HttpResponse:
    """What owners may do and who they are."""
    context = {"owner": OWNER, "groups": _groups(OFFERED), "holders": queries.owners(request.member)}
    return render(request, "accounts/role.html", context)


@requires(Permission.PEOPLE_READ)
@require_safe
def compare_roles(request: MemberRequest) -> HttpResponse:
    """Two roles side by side."""
    form = CompareForm(request.GET or None)
    context: dict[str, object] = {"compare": form}
    if form.is_valid():
        first, second = form.cleaned_data["a"], form.cleaned_data["b"]
        groups = [
            (group.name, [ComparedRow(one, one in first.granted, one in second.granted) for one in group.offered])
            for group in offered_groups()
        ]
        differing = sum(row.differs for _name, rows in groups for row in rows)
        context |= {"first": first, "second": second, "groups": groups, "differing": differing}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "accounts/compare_roles.html", context, status=status)


def _groups(granted: frozenset[Permission]) -> Groups:
    shown = [(group.name, [one for one in group.offered if one in granted]) for group in offered_groups()]
    return [(name, held) for name, held in shown if held]


def copy_of(role: Role, granted: frozenset[Permission]) -> dict[str, object]:
    """What the form of a new role begins with when it is a copy: of its permissions those in `granted`."""
    return {
        "description": role.summary,
        "permissions": sorted(one.value for one in role.granted & granted),
    }
