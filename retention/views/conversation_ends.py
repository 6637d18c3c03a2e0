"""The part beside a thread that says when its words end."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import MemberRequest, Permission, requires
from retention.reading import ends_of
from texting import queries


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def conversation_ends(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """Of words, files and the conversation itself: the day, the rule, and what keeps them."""
    conversation = queries.access_conversation(request.member, conversation_id)
    context = {"ends": ends_of(request.member, conversation), "conversation": conversation}
    return render(request, "retention/_ends.html", context)
