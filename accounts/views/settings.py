"""The door to the settings, and the list that leads through the set-up."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import setting_up
from accounts.permissions import MemberRequest, Permission, requires


@requires()
@require_safe
def first_page(request: MemberRequest) -> HttpResponse:
    """Whoever sets things up begins with what is left to do, whoever sees people there, others with themselves."""
    if setting_up.leads(request.member):
        return redirect("set_up")
    return redirect("people" if request.member.may(Permission.PEOPLE_READ) else "account")


@requires(Permission.ORGANIZATION_MANAGE)
@require_safe
def set_up(request: MemberRequest) -> HttpResponse:
    """What is left to do, and what is done."""
    return render(request, "accounts/set_up.html", {"progress": setting_up.progress(request.member)})


@requires(Permission.ORGANIZATION_MANAGE)
@require_POST
def put_away(request: MemberRequest) -> HttpResponse:
    """Settings no longer begin with the list; with `again` they do."""
    again = "again" in request.POST
    setting_up.put_away(member=request.member, away=not again)
    return redirect("set_up" if again else "settings")
