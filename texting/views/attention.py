"""Needs attention: texts that did not arrive, or of which nobody knows; send again, or say what became of them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from tenancy.ids import new_id
from texting import attention
from texting.conversations import NotPossible
from texting.limits.carriers import showing
from texting.models import Message
from texting.queries import attention as queries
from texting.sending import BadText, Refused
from texting.views.frames import cursor_in


@requires(Permission.CONVERSATIONS_READ)
@require_safe
def waiting(request: MemberRequest) -> HttpResponse:
    """The list, the newest first; the page fetches it anew by itself."""
    member = request.member
    page = queries.attention_page(member, cursor_in(request, "after"))
    context = {
        "page": page,
        "stops": queries.stopped_lines(member),
        "brands": showing.waiting_brands(member),
        "may_act": member.may(Permission.ATTENTION_HANDLE),
        "may_send": member.may(Permission.MESSAGES_SEND),
        "may_manage": member.may(Permission.LINES_MANAGE),
        "choices": [
            (choice.value, choice.label) for choice in attention.CHOICES if choice != Message.Settlement.ARRIVED
        ],
        "older": bool(request.GET.get("after")),
        "new_ids": new_id,
    }
    return render(request, "texting/attention.html", context)


@requires(Permission.CONVERSATIONS_READ, Permission.ATTENTION_HANDLE, Permission.MESSAGES_SEND)
@require_POST
def send_again(request: MemberRequest, message_id: UUID) -> HttpResponse:
    """Send the same words again."""
    message = queries.access_attention(request.member, message_id)
    try:
        again = attention.send_again(member=request.member, message=message, new_id=_new_id(request))
    except (NotPossible, BadText) as reason:
        messages.warning(request, str(reason))
    except Refused as refused:
        for objection in refused.outcome.objections[:1]:
            messages.error(request, f"{objection.text} {objection.what_to_do}".strip())
    else:
        messages.success(request, _("Sent again."))
        return redirect("conversation", conversation_id=again.conversation_id)
    return redirect("attention")


@requires(Permission.CONVERSATIONS_READ, Permission.ATTENTION_HANDLE)
@require_POST
def settle(request: MemberRequest, message_id: UUID) -> HttpResponse:
    """Say what became of a text, and take it off the list."""
    message = queries.access_attention(request.member, message_id)
    how = request.POST.get("how", "")
    if how not in attention.CHOICES:
        messages.warning(request, _("Choose what became of the text."))
        return redirect("attention")
    try:
        attention.settle(member=request.member, message=message, how=Message.Settlement(how))
    except NotPossible as reason:
        messages.warning(request, str(reason))
    else:
        messages.success(request, _("Taken off the list."))
    return redirect("attention")


def _new_id(request: MemberRequest) -> UUID:
    """The id that the button was drawn with, so that pressing it twice sends once."""
    try:
        return UUID(request.POST.get("new_id", ""))
    except ValueError:
        return new_id()
