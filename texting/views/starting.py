"""Beginning to text somebody."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseLocation, trigger_client_event

from accounts.permissions import MemberRequest, Permission, requires
from texting import contacts, queries
from texting.conversations import NotPossible
from texting.forms import NewConversationForm


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND, Permission.CONVERSATIONS_START)
@require_http_methods(["GET", "HEAD", "POST"])
def new_conversation(request: MemberRequest) -> HttpResponse:
    """The dialog that asks for number, name and line, and opening the conversation. The gate judges what is sent."""
    form = NewConversationForm(
        request.POST if request.method == "POST" else None,
        lines=list(queries.visible_lines(request.member).filter(is_active=True)),
        region=request.member.organization.country,
    )
    if not form.is_valid():
        return render(request, "texting/_new.html", {"form": form}, status=422 if form.is_bound else 200)
    try:
        conversation = contacts.start(
            member=request.member,
            line=queries.access_line(request.member, form.cleaned_data["line"]),
            number=form.cleaned_data["number"],
            name=form.cleaned_data["name"],
        )
    except NotPossible as reason:
        form.add_error("number", str(reason))
        return render(request, "texting/_new.html", {"form": form}, status=422)
    address = reverse("conversation", args=[conversation.pk])
    response = HttpResponseLocation(address, target="#open", swap="outerHTML")
    return trigger_client_event(response, "close-sheet")
