"""Handling a conversation: take, assign, pass on, resolve, reopen, mark, and who else is looking at it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from accounts.permissions import MemberRequest, Permission, requires
from texting import canceling, conversations, presence, queries
from texting.conversations import NotPossible
from texting.forms import TEAM, AssignForm
from texting.views.frames import changed, not_possible


@requires(Permission.CONVERSATIONS_READ, Permission.CONVERSATIONS_CLAIM)
@require_POST
def take(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """Take a conversation that is nobody's. 422 and who has it when somebody was faster."""
    found = queries.access_conversation(request.member, conversation_id)
    try:
        conversations.claim(member=request.member, conversation=found)
    except NotPossible as reason:
        return not_possible(found, reason)
    return changed(found)


@requires(Permission.CONVERSATIONS_READ, Permission.CONVERSATIONS_CLAIM)
@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """The dialog that gives a conversation to a colleague or back to its team, and doing so."""
    found = queries.access_conversation(request.member, conversation_id)
    may_assign = request.member.may(Permission.CONVERSATIONS_ASSIGN)
    colleagues = queries.colleagues_on(found.line) if may_assign else []
    form = AssignForm(
        request.POST if request.method == "POST" else None,
        colleagues=colleagues,
        me=request.member.pk,
        team=found.line.team.name,
        initial={"to": found.assignee_id or TEAM, "was": found.assignee_id},
    )
    if not form.is_valid():
        context = {"form": form, "conversation": found}
        return render(request, "texting/_assign.html", context, status=422 if form.is_bound else 200)
    to, was = form.assignee, form.cleaned_data["was"]
    try:
        conversations.transfer(
            member=request.member, conversation=found, to=to, was=was, note=form.cleaned_data["note"]
        )
    except NotPossible as reason:
        response = not_possible(found, reason)
    else:
        names = {one.id: one.name for one in colleagues}
        toast = _("Assigned to %(name)s.") % {"name": names[to]} if to else _("Handed back to the team.")
        response = changed(found, toast if to != request.member.pk else "")
        if not queries.visible_conversations(request.member).filter(pk=found.pk).exists():
            response = trigger_client_event(response, "leave-conversation")
    return trigger_client_event(response, "close-sheet")


@requires(Permission.CONVERSATIONS_READ, Permission.CONVERSATIONS_RESOLVE)
@require_POST
def resolve(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """End a conversation."""
    found = queries.access_conversation(request.member, conversation_id)
    try:
        conversations.resolve(member=request.member, conversation=found)
    except NotPossible as reason:
        return not_possible(found, reason)
    return changed(found, _("Resolved."), undo=reverse("conversation_reopen", args=[found.pk]))


@requires(Permission.CONVERSATIONS_READ, Permission.CONVERSATIONS_RESOLVE)
@require_POST
def reopen(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """Go on with a resolved conversation."""
    found = queries.access_conversation(request.member, conversation_id)
    try:
        conversations.reopen(member=request.member, conversation=found)
    except NotPossible as reason:
        return not_possible(found, reason)
    return changed(found)


@requires(Permission.CONVERSATIONS_READ)
@require_POST
def read(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """Texts came while the thread was in front of the member: they are read."""
    found = queries.access_conversation(request.member, conversation_id)
    conversations.mark_read(member=request.member, conversation=found)
    return HttpResponse(status=204)


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND)
@require_POST
def unread(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """Let it stand out again; the page leaves the thread, since looking at it would count as reading."""
    found = queries.access_conversation(request.member, conversation_id)
    conversations.mark_unread(member=request.member, conversation=found)
    return trigger_client_event(changed(found), "leave-conversation")


@requires(Permission.CONVERSATIONS_READ)
@require_POST
def present(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """The member looks at the thread (`state` viewing), writes in it (typing), left it (gone). Answers who else is."""
    found = queries.access_conversation(request.member, conversation_id)
    state = request.POST.get("state", "viewing")
    if state == "gone":
        presence.gone(member=request.member, conversation=found)
        return HttpResponse(status=204)
    presence.here(member=request.member, conversation=found, typing=state == "typing")
    others = presence.others(member=request.member, conversation=found)
    return render(request, "texting/_presence.html", {"present": others})


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND)
@require_POST
def cancel(request: MemberRequest, message_id: UUID) -> HttpResponse:
    """Take back a text that waits. 422 when it has left meanwhile."""
    message = queries.access_message(request.member, message_id)
    try:
        canceling.cancel(member=request.member, message=message)
    except NotPossible as reason:
        return not_possible(message.conversation, reason)
    return changed(message.conversation, _("The text was taken back."))
