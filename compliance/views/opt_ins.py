"""Settings > Opt-in > Opt-ins: who opted in, how far it is, confirming again; asking for permission from a thread."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.permissions import MemberRequest, Permission, requires
from compliance.opt_in import asking, reading_opt_ins
from compliance.opt_in.opting_in import CannotOptIn
from compliance.opt_in.reading_opt_ins import WORDS, Shown
from compliance.views.opt_in_tabs import tabs
from texting import queries
from texting.number_words import why
from texting.phone_numbers import LONGEST_INPUT, BadNumber


@requires(Permission.FORMS_MANAGE)
@require_safe
def opt_ins(request: MemberRequest) -> HttpResponse:
    """The newest, of one state if the address says so; the list fetches itself anew."""
    asked = request.GET.get("state", "")
    shown = Shown(asked) if asked in set(Shown) else None
    rows = reading_opt_ins.opt_ins(request.member, shown)
    return _page(request, rows=rows, shown=shown, here=request.get_full_path())


@requires(Permission.FORMS_MANAGE)
@require_POST
def find_opt_ins(request: MemberRequest) -> HttpResponse:
    """Those of one number, which never stands in an address."""
    number = request.POST.get("number", "").replace("\x00", "")[:LONGEST_INPUT]
    try:
        rows = reading_opt_ins.opt_ins_of_number(request.member, number)
    except BadNumber as error:
        return _page(request, rows=[], shown=None, error=why(error), looked=True, status=422)
    return _page(request, rows=rows, shown=None, looked=True)


@requires(Permission.FORMS_MANAGE)
@require_POST
def confirm_opt_in(request: MemberRequest, opt_in_id: UUID) -> HttpResponse:
    """Send the confirmation again."""
    found = reading_opt_ins.access_opt_in(request.member, opt_in_id)
    try:
        asking.confirm_again(member=request.member, opt_in=found)
    except CannotOptIn as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The confirmation is on its way."))
    return redirect("opt_ins")


@requires(Permission.CONVERSATIONS_READ, Permission.MESSAGES_SEND)
@require_POST
def ask_permission(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """Ask the customer of a thread for a YES."""
    conversation = queries.access_conversation(request.member, conversation_id)
    try:
        program_id = UUID(request.POST.get("program", ""))
        asking.ask(member=request.member, conversation=conversation, program_id=program_id)
    except (CannotOptIn, ValueError) as error:
        sentence = str(error) if isinstance(error, CannotOptIn) else _("Choose what you ask them for.")
        tone = "warning"
    else:
        sentence, tone = _("They are asked. A YES counts for 72 hours."), "success"
    if not request.htmx:
        (messages.success if tone == "success" else messages.warning)(request, sentence)
        return redirect("conversation", conversation_id)
    response = HttpResponse(status=204)
    trigger_client_event(response, "toast", {"text": sentence, "tone": tone})
    return trigger_client_event(response, "conversation-changed", {"conversation": str(conversation.pk)})


def _page(request: MemberRequest, *, shown: Shown | None, status: int = 200, **context: Any) -> HttpResponse:
    address = reverse("opt_ins")
    waiting = reading_opt_ins.unconfirmed_count(request.member)
    filters = [(_("All"), address, shown is None, "")] + [
        (str(WORDS[each][0]), f"{address}?state={each}", shown is each, _number(each, waiting)) for each in Shown
    ]
    context |= {
        "filters": filters,
        "tabs": tabs("opt_ins"),
        "may_find": queries.sees_everybody(request.member),
        "most": reading_opt_ins.SHOWN,
    }
    return render(request, "compliance/opt_in/opt_ins.html", context, status=status)


def _number(which: Shown, unconfirmed: int) -> str:
    return str(unconfirmed) if which is Shown.UNCONFIRMED and unconfirmed else ""
