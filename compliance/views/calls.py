"""Calling a customer about an escalation, and saying what came of it."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import MemberRequest, Permission, requires
from compliance.escalations import reading
from compliance.escalations.cannot_act import CannotAct
from compliance.forms.call_forms import CallForm, CallResultForm
from compliance.models import Call, Escalation
from compliance.other_channels.phone import asking, placing, results
from compliance.other_channels.phone.own_number import own_number
from compliance.other_channels.phone.results import Said
from compliance.other_channels.phone.showing import hint_of, state_words
from compliance.views.escalation_acts import done
from tenancy.isolation import activate
from texting import queries

_ACT = (Permission.CONVERSATIONS_READ, Permission.ESCALATIONS_HANDLE)
_DIALOG = ["GET", "HEAD", "POST"]


@requires(*_ACT, calls_out=True)
@require_http_methods(_DIALOG)
def call(request: MemberRequest, escalation_id: UUID) -> HttpResponse:
    """The dialog that asks where to ring the member; then the provider is asked, with no transaction open."""
    member = request.member
    with activate(member.organization):
        found = reading.access_escalation(member, escalation_id)
        conversation = queries.access_conversation(member, found.conversation_id)
        hours = asking.hours_now(conversation.contact)
        form = CallForm(
            request.POST if request.method == "POST" else None,
            is_quiet=not hours.is_open,
            initial={"number": own_number(member)},
        )
        context = {"form": form, "escalation": found, "quiet": "" if hours.is_open else asking.quiet(hours)}
        asked = handed = None
        if form.is_valid():
            try:
                asked = asking.ask(member=member, escalation=found, conversation=conversation, **form.cleaned_data)
                handed = placing.handed_over(asked) if asked.is_new else None
            except CannotAct as reason:
                form.add_error(None, str(reason))
        if asked is None:
            template = "compliance/escalations/_call.html"
            return render(request, template, context, status=422 if form.is_bound else 200)
    answer = placing.place(*handed) if handed else None
    with activate(member.organization):
        made = placing.keep(asked.call.pk, answer) if answer else Call.objects.get(pk=asked.call.pk)
        return _placed(request, found, made)


@requires(*_ACT)
@require_http_methods(_DIALOG)
def result(request: MemberRequest, call_id: UUID) -> HttpResponse:
    """The dialog about what came of a call, and noting it."""
    row = Call.objects.select_related("escalation").filter(pk=call_id).first()
    if row is None:
        raise Http404
    found = reading.access_escalation(request.member, row.escalation_id)
    form = CallResultForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            results.finish(member=request.member, call=row, said=Said(**form.cleaned_data))
        except CannotAct as reason:
            form.add_error(None, str(reason))
        else:
            closes = form.cleaned_data["closes"]
            return done(request, found, _("Closed. Texts may leave again.") if closes else _("Noted."))
    context: dict[str, Any] = {"form": form, "call": row, "escalation": found}
    context["is_open"] = found.state == Escalation.State.OPEN
    return render(request, "compliance/escalations/_call_result.html", context, status=422 if form.is_bound else 200)


def _placed(request: MemberRequest, found: Escalation, made: Call) -> HttpResponse:
    words, tone = state_words(made)
    words = hint_of(made) or words
    return done(request, found, words, tone="success" if tone in ("info", "success") else "warning")
