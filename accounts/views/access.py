"""What one person can see and do; making and unmaking owners."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import ownership, queries
from accounts.access_reading import access_of
from accounts.deactivation import LastOwner
from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh


@requires(Permission.PEOPLE_READ)
@require_safe
def person_access(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Every right with the role it comes from, teams, conversations, second factor, last use."""
    shown = queries.person(request.member, member_id)
    return render(request, "accounts/access.html", {"person": shown, "access": access_of(shown)})


@requires(Permission.OWNERS_MANAGE)
@fresh
@require_POST
def make_owner(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Hand over, or share, the ownership."""
    shown = queries.person(request.member, member_id)
    try:
        ownership.make_owner(actor=request.member, member=shown.member)
    except ownership.CannotOwn:
        messages.error(request, _("Only somebody who has joined and is active can be an owner."))
    else:
        messages.success(request, _("%(name)s is an owner now.") % {"name": shown.name})
    return redirect("person", member_id=member_id)


@requires(Permission.OWNERS_MANAGE)
@fresh
@require_POST
def unmake_owner(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """End somebody's ownership; their roles stay."""
    shown = queries.person(request.member, member_id)
    try:
        ownership.unmake_owner(actor=request.member, member=shown.member)
    except LastOwner:
        messages.error(
            request,
            _("This is the last owner who can always get in. Make somebody else one first."),
        )
    else:
        messages.success(request, _("%(name)s is no longer an owner.") % {"name": shown.name})
    is_self = shown.member.pk == request.member.pk
    return redirect("account") if is_self else redirect("person", member_id=member_id)
