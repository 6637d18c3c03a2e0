"""What members do with an escalation: each act is one use case, from its page, its list or the thread."""

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from accounts.permissions import MemberRequest, Permission, requires
from compliance.escalations import acting, closing, opening, people, reading, switch_texts, switching
from compliance.escalations.cannot_act import CannotAct
from compliance.escalations.current import open_on
from compliance.escalations.own_hours import hours_now
from compliance.forms.escalation_forms import (
    AssignForm,
    CloseForm,
    ContactForm,
    EscalateForm,
    SwitchForm,
    WaiveForm,
)
from compliance.models import Escalation
from texting import queries
from texting.conversations import NotPossible
from texting.sending import BadText, Refused

_ACT = (Permission.CONVERSATIONS_READ, Permission.ESCALATIONS_HANDLE)
_DIALOG = ["GET", "HEAD", "POST"]


@requires(*_ACT)
@require_http_methods(_DIALOG)
def escalate(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """The dialog that asks why, and opening it; what is open already gets one more reason."""
    conversation = queries.access_conversation(request.member, conversation_id)
    form = EscalateForm(request.POST if request.method == "POST" else None)
    is_open = open_on(conversation.contact_id, conversation.line_id) is not None

    def act() -> Escalation:
        return opening.escalate(member=request.member, conversation=conversation, reason=form.cleaned_data["reason"])

    sentence = (
        _("Added to the escalation.") if is_open else _("Escalated. Automatic texts to this customer are paused.")
    )
    context = {"conversation": conversation, "is_open": is_open}
    return _dialog(request, form, name="escalate", context=context, act=act, sentence=sentence)


@requires(*_ACT)
@require_POST
def take(request: MemberRequest, escalation_id: UUID) -> HttpResponse:
    """It is the member's."""
    found = reading.access_escalation(request.member, escalation_id)
    return _at_once(request, found, lambda: acting.take(member=request.member, escalation=found), _("It is yours."))


@requires(*_ACT)
@require_POST
def offer(request: MemberRequest, escalation_id: UUID) -> HttpResponse:
    """The other channel is to be tried."""
    found, channel = reading.access_escalation(request.member, escalation_id), request.POST.get("channel", "")
    sentence = _("Noted which channel to try.")
    return _at_once(
        request, found, lambda: acting.offer(member=request.member, escalation=found, channel=channel), sentence
    )


@requires(*_ACT)
@require_http_methods(_DIALOG)
def assign(request: MemberRequest, escalation_id: UUID) -> HttpResponse:
    """The dialog that asks to whom, and giving it to them."""
    found = reading.access_escalation(request.member, escalation_id)
    able = people.able_to_handle(found.line_id)
    form = AssignForm(_posted(request), able=able, initial={"to": str(found.owner_id or "")})

    def act() -> Escalation:
        acting.assign(member=request.member, escalation=found, to=form.member_id)
        return found

    return _dialog(request, form, name="assign", context={"escalation": found}, act=act, sentence=_("Passed on."))


@requires(*_ACT)
@require_http_methods(_DIALOG)
def contact(request: MemberRequest, escalation_id: UUID) -> HttpResponse:
    """The dialog about the first contact, and noting it."""
    found = reading.access_escalation(request.member, escalation_id)
    form = ContactForm(_posted(request), zone=hours_now().zone, initial={"channel": found.channel})

    def act() -> Escalation:
        data = form.cleaned_data
        acting.note_contact(
            member=request.member, escalation=found, channel=data["channel"], at=data["at"], words=data["words"]
        )
        return found

    context = {"escalation": found, "zone": hours_now().zone}
    return _dialog(request, form, name="contact", context=context, act=act, sentence=_("Noted. The clock has stopped."))


@requires(*_ACT)
@require_http_methods(_DIALOG)
def close(request: MemberRequest, escalation_id: UUID) -> HttpResponse:
    """The dialog about what came of it, and closing it."""
    found = reading.access_escalation(request.member, escalation_id)
    form = CloseForm(
        _posted(request), zone=hours_now().zone, initial={"channel": found.contact_channel or found.channel}
    )

    def act() -> Escalation:
        closing.close(member=request.member, escalation=found, outcome=form.outcome)
        return found

    context = {"escalation": found, "zone": hours_now().zone}
    return _dialog(request, form, name="close", context=context, act=act, sentence=_("Closed. Texts may leave again."))


@requires(*_ACT, Permission.ESCALATIONS_WAIVE)
@require_http_methods(_DIALOG)
def waive(request: MemberRequest, escalation_id: UUID) -> HttpResponse:
    """The dialog that asks why no other channel is needed, and closing it without."""
    found = reading.access_escalation(request.member, escalation_id)
    form = WaiveForm(_posted(request))

    def act() -> Escalation:
        closing.waive(member=request.member, escalation=found, reason=form.cleaned_data["reason"])
        return found

    return _dialog(
        request,
        form,
        name="waive",
        context={"escalation": found},
        act=act,
        sentence=_("Closed. Texts may leave again."),
    )


@requires(*_ACT, Permission.MESSAGES_SEND)
@require_http_methods(_DIALOG)
def switch(request: MemberRequest, escalation_id: UUID) -> HttpResponse:
    """The dialog with the text in each language, and sending it once."""
    found = reading.access_escalation(request.member, escalation_id)
    conversation = queries.access_conversation(request.member, found.conversation_id)
    form = SwitchForm(_posted(request))
    texts = [one for one in switch_texts.wordings() if one.trigger == found.trigger]
    sent_before = found.switch_sent_at is not None

    def act() -> Escalation:
        language = form.cleaned_data["language"]
        switching.send(member=request.member, escalation=found, conversation=conversation, language=language)
        return found

    context = {"escalation": found, "texts": [(switch_texts.LANGUAGES[one.language], one.text) for one in texts]}
    sentence = _("It was sent before, and is sent once only.") if sent_before else _("Sent.")
    return _dialog(request, form, name="switch", context=context, act=act, sentence=sentence)


def _posted(request: MemberRequest) -> dict[str, object] | None:
    return request.POST if request.method == "POST" else None  # type: ignore[return-value]


def _dialog(
    request: MemberRequest,
    form: forms.Form,
    *,
    name: str,
    context: dict[str, object],
    act: Callable[[], Escalation],
    sentence: str,
) -> HttpResponse:
    """Draw it; or act, say so, and let list, page and thread fetch themselves anew. 422 with what is wrong."""
    if form.is_valid():
        try:
            return done(request, act(), sentence)
        except (CannotAct, NotPossible, BadText) as reason:
            form.add_error(None, str(reason))
        except Refused as refused:
            for objection in refused.outcome.objections:
                form.add_error(None, f"{objection.text} {objection.what_to_do}".strip())
    template = f"compliance/escalations/_{name}.html"
    return render(request, template, {"form": form, **context}, status=422 if form.is_bound else 200)


def _at_once(request: MemberRequest, found: Escalation, act: Callable[[], None], sentence: str) -> HttpResponse:
    try:
        act()
    except CannotAct as reason:
        return done(request, found, str(reason), tone="warning")
    return done(request, found, sentence)


def done(request: MemberRequest, found: Escalation, sentence: str, *, tone: str = "success") -> HttpResponse:
    """Say it, and let list, page and thread fetch themselves anew; without scripts its page."""
    if not request.htmx:
        (messages.success if tone == "success" else messages.warning)(request, sentence)
        return redirect(reverse("escalation", args=[found.pk]))
    response = HttpResponse(status=204)
    trigger_client_event(response, "toast", {"text": sentence, "tone": tone})
    trigger_client_event(response, "conversation-changed", {"conversation": str(found.conversation_id)})
    trigger_client_event(response, "live:attention")
    return trigger_client_event(response, "close-sheet")
