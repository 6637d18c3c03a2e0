"""The door to the settings."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.permissions import MemberRequest, Permission, requires


@requires()
@require_safe
def first_page(request: MemberRequest) -> HttpResponse:
    """Whoever sees people begins there, everybody else with their own account."""
    return redirect("people" if request.member.may(Permission.PEOPLE_READ) else "account")
