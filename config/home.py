"""Where a member begins, and the numbers beside what they may open."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.permissions import MemberRequest, requires
from config.navigation import counts_for, entries_for
from texting.notifications.reading import news_heard


@requires()
def home(request: MemberRequest) -> HttpResponse:
    """On to the first entry of the member's rail; everybody has one, since settings need no permission."""
    return redirect(entries_for(request.member, request.path)[0][1])


@requires()
@require_GET
def counts(request: MemberRequest) -> HttpResponse:
    """The numbers in the rail, with `?settings` those of the settings' menu too; each goes to its place by its id."""
    numbers = counts_for(request.member, of_settings="settings" in request.GET)
    heard = news_heard(request.member) if numbers.get("notifications") else ""
    return render(request, "components/counts.html", {"numbers": numbers.items(), "news": heard})
