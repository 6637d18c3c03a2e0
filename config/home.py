"""The start page: the first part of the product that the member may open."""

from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.permissions import MemberRequest, requires
from config.navigation import entries_for


@requires()
def home(request: MemberRequest) -> HttpResponse:
    """On to the first entry of the member's rail; everybody has one, since settings need no permission."""
    return redirect(entries_for(request.member, request.path)[0][1])
