"""An open conversation: as a page, as a pane, and the parts of it that change while it is open."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.permissions import MemberRequest, Permission, requires
from texting import conversations, queries
from texting.composing import composer
from texting.views.frames import (
    chosen_filter,
    cursor_in,
    details_context,
    find,
    head_context,
    list_context,
    open_context,
    open_on_page,
    page_of,
)


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def conversation(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """The conversation; for htmx the pane alone. Opening is written down and counts as reading."""
    chosen = chosen_filter(request)
    found = find(request, conversation_id)
    conversations.record_reading(member=request.member, conversation=found)
    context = open_context(request, found, chosen)
    if request.htmx.target == "open":
        response = render(request, "texting/_open.html", context)
        if open_on_page(request) != found.pk:  # else it is only drawn anew
            response["HX-Push-Url"] = f"{reverse('conversation', args=[found.pk])}?in={chosen.key}"
        return response
    return page_of(request, {**list_context(request, chosen, open_id=found.pk), **context})


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def updates(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """What is new since the item that the page names in `after`: items, head, permission line, details."""
    found = find(request, conversation_id)
    composing = composer(member=request.member, conversation=found)
    context = {
        **head_context(request, found, chosen_filter(request), composing),
        **details_context(request, found, composing),
        "thread": queries.thread_after(request.member, found, cursor_in(request, "after")),
    }
    return render(request, "texting/_updates.html", context)


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def earlier(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """The items before `before`."""
    found = find(request, conversation_id)
    context = {"thread": queries.thread(request.member, found, cursor_in(request, "before")), "conversation": found}
    return render(request, "texting/_earlier.html", context)


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def text(request: MemberRequest, conversation_id: UUID, message_id: UUID) -> HttpResponse:
    """One text of the thread with its status as it is now."""
    found = queries.access_conversation(request.member, conversation_id)
    return render(request, "texting/_items.html", {"thread": queries.thread_text(request.member, found, message_id)})
