"""Approvals: texts that wait for a colleague, who approves or refuses them; their author takes them back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.permissions import MemberRequest, Permission, requires
from compliance.content_types import deciding, reading_held
from compliance.content_types.deciding import CannotDecide
from compliance.forms.content_forms import NotApprovedForm
from compliance.models import HeldText


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_APPROVE)
@require_safe
def held_texts(request: MemberRequest) -> HttpResponse:
    """Those that wait, or what became of the others; the page fetches itself anew."""
    member = request.member
    decided = request.GET.get("state") == "decided"
    address = reverse("held_texts")
    waiting = reading_held.waiting_count(member)
    context = {
        "rows": reading_held.decided_texts(member) if decided else reading_held.waiting_texts(member),
        "decided": decided,
        "most": reading_held.SHOWN,
        "tabs": [
            (_("To decide"), address, not decided, str(waiting or "")),
            (_("Decided"), f"{address}?state=decided", decided, ""),
        ],
    }
    return render(request, "compliance/content_types/held_texts.html", context)


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_APPROVE)
@require_POST
def approve_held(request: MemberRequest, held_id: UUID) -> HttpResponse:
    """It leaves, as its author's."""
    held = reading_held.access_held(request.member, held_id)
    try:
        sent = deciding.approve(member=request.member, held=held)
    except CannotDecide as error:
        return _done(request, held, str(error), tone="warning")
    later = _("Approved. It leaves when the customer's hours begin.")
    return _done(request, held, later if sent.held_until else _("Approved. The text is on its way."))


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def refuse_held(request: MemberRequest, held_id: UUID) -> HttpResponse:
    """The dialog that asks why it does not leave, and writing it down."""
    held = reading_held.access_held(request.member, held_id)
    form = NotApprovedForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            deciding.refuse(member=request.member, held=held, reason=form.cleaned_data["reason"])
        except CannotDecide as error:
            return _done(request, held, str(error), tone="warning")
        return _done(request, held, _("Not approved. Its author reads why."))
    context = {"form": form, "held": held}
    return render(request, "compliance/content_types/_not_approved.html", context, status=422 if form.is_bound else 200)


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND)
@require_POST
def take_back_held(request: MemberRequest, held_id: UUID) -> HttpResponse:
    """Its author goes on writing; the thread opens with the words in the composer."""
    held = reading_held.access_held(request.member, held_id)
    try:
        deciding.take_back(member=request.member, held=held)
    except CannotDecide as error:
        messages.warning(request, str(error))
    return redirect("conversation", held.conversation_id)


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND)
@require_POST
def put_away_held(request: MemberRequest, held_id: UUID) -> HttpResponse:
    """Its author has read what became of it."""
    held = reading_held.access_held(request.member, held_id)
    deciding.put_away(member=request.member, held=held)
    return redirect("conversation", held.conversation_id)


def _done(request: MemberRequest, held: HeldText, sentence: str, *, tone: str = "success") -> HttpResponse:
    """Say so and fetch list and thread anew; without scripts, the list."""
    if not request.htmx:
        (messages.success if tone == "success" else messages.warning)(request, sentence)
        return redirect("held_texts")
    response = HttpResponse(status=204)
    trigger_client_event(response, "toast", {"text": sentence, "tone": tone})
    trigger_client_event(response, "conversation-changed", {"conversation": str(held.conversation_id)})
    trigger_client_event(response, "live:attention")
    return trigger_client_event(response, "close-sheet")
