"""The phone simulator's page: be a customer, text a line of the organization, get its answers.

Who uses it sees what the customer sees, so it takes the right to read conversations too.
"""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.permissions import MemberRequest, Permission, requires
from tenancy import audit
from tenancy.audit import AuditKind
from texting.attachments.kinds import SHOWN_INLINE
from texting.models import Line
from texting.number_words import why
from texting.phone_numbers import BadNumber, display
from texting.providers.base import Credentials
from texting.queries import sees_everybody
from texting.sending import BadText
from texting.simulator import network, opt_outs, phones
from texting.simulator.files import ADDRESS, FileTooLarge, read_file
from texting.simulator.forms import BehaviourForm, NumberForm
from texting.simulator.phones import NotFiction, Phone, TooManyPhones
from texting.simulator.pictures import SAMPLES, chosen_files
from texting.simulator.records import Behaviour
from texting.simulator.screens import screen
from texting.simulator.sending import text_from_phone
from texting.views.attachments import inert

may_use = requires(Permission.SIMULATOR_USE, Permission.CONVERSATIONS_READ)


@may_use
@require_safe
def first_phone(request: MemberRequest) -> HttpResponseBase:
    """To the busiest line's page; without any line, what to do about it."""
    busiest = phones.busiest_line(request.member)
    if busiest is None:
        return render(request, "texting/simulator/no_lines.html")
    return redirect("simulator_line", busiest.pk)


@may_use
@require_safe
def line(request: MemberRequest, line_id: UUID) -> HttpResponseBase:
    """To the line's last active phone; without any, a page that makes one."""
    chosen = _line(request, line_id)
    known = phones.phones(request.member, chosen)
    if not known:
        return _page(request, chosen, None)
    return redirect("simulator_phone", chosen.pk, known[0].id)


@may_use
@require_safe
def phone(request: MemberRequest, line_id: UUID, phone_id: str) -> HttpResponseBase:
    """One phone with its conversation with the line."""
    chosen = _line(request, line_id)
    in_hand = phones.access_phone(request.member, phone_id)
    if in_hand.contact is not None:
        audit.record(event=AuditKind.CONVERSATION_READ, actor=request.member, object=in_hand.contact, line=chosen.pk)
    return _page(request, chosen, in_hand)


@may_use
@require_safe
def texts(request: MemberRequest, line_id: UUID, phone_id: str) -> HttpResponseBase:
    """The phone's texts as they are now; 204 when the page has them already (`version`)."""
    chosen, in_hand = _line(request, line_id), phones.access_phone(request.member, phone_id)
    return _texts(request, chosen, in_hand, seen=request.GET.get("version", ""))


@may_use
@require_POST
def send(request: MemberRequest, line_id: UUID, phone_id: str) -> HttpResponseBase:
    """The customer sends a text."""
    chosen, in_hand = _line(request, line_id), phones.access_phone(request.member, phone_id)
    refused = ""
    try:
        files = chosen_files(request.POST.get("sample", ""), request.FILES.getlist("file"))
        text_from_phone(phone=in_hand, line=chosen, body=request.POST.get("body", ""), files=files)
    except (BadText, FileTooLarge) as error:
        refused = str(error)
    if not request.htmx:
        return redirect("simulator_phone", chosen.pk, in_hand.id)
    answer = _texts(request, chosen, in_hand)
    if refused:
        answer.status_code = 422
        trigger_client_event(answer, "toast", {"text": refused, "tone": "danger"})
    return answer


@may_use
@require_safe
def file(request: MemberRequest, line_id: UUID, phone_id: str, file_id: UUID) -> HttpResponseBase:
    """A picture on the phone; what is none of our own kinds is saved only."""
    chosen, in_hand = _line(request, line_id), phones.access_phone(request.member, phone_id)
    if not sees_everybody(request.member):
        raise Http404
    address = f"{ADDRESS}{file_id}"
    texts_on_it = network.handset_messages(customer=in_hand.number, line=chosen.number)
    found = read_file(address) if any(address in text.files for text in texts_on_it) else None
    if found is None:
        raise Http404
    return inert(found.content, found.content_type, name="", saved=found.content_type not in SHOWN_INLINE)


@may_use
@require_POST
def behave(request: MemberRequest, line_id: UUID, phone_id: str) -> HttpResponseBase:
    """Choose what happens to the texts for this phone."""
    chosen, in_hand = _line(request, line_id), phones.access_phone(request.member, phone_id)
    form = BehaviourForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    how = Behaviour(form.cleaned_data["behaviour"])
    network.set_behaviour(in_hand.number, how)
    opt_outs.note(
        line=chosen.number,
        customer=in_hand.number,
        secret=Credentials.from_json(chosen.credentials).secret,
        opted_out=how is Behaviour.OPTED_OUT_AT_CARRIER,
    )
    if not request.htmx:
        return redirect("simulator_phone", chosen.pk, in_hand.id)
    answer = HttpResponse(status=204)
    trigger_client_event(answer, "toast", {"text": _("From the next text on."), "tone": "success"})
    return answer


@may_use
@require_POST
def add(request: MemberRequest, line_id: UUID) -> HttpResponseBase:
    """A new phone, at once in the hand."""
    chosen, form = _line(request, line_id), NumberForm(request.POST)
    if form.is_valid():
        try:
            new = phones.add_phone(request.member, form.cleaned_data["number"])
        except BadNumber as error:
            form.add_error("number", why(error))
        except (NotFiction, TooManyPhones) as error:
            form.add_error("number", str(error))
        else:
            return redirect("simulator_phone", chosen.pk, new.id)
    return _page(request, chosen, None, form)


def _line(request: MemberRequest, line_id: UUID) -> Line:
    return get_object_or_404(phones.simulator_lines(request.member), pk=line_id)


def _texts(request: MemberRequest, chosen: Line, in_hand: Phone, seen: str = "") -> HttpResponse:
    shown = screen(request.member, chosen, in_hand)
    if seen == shown.version:
        return HttpResponse(status=204)
    context = {"line": chosen, "phone": in_hand, "screen": shown, "is_update": True}
    return render(request, "texting/simulator/_texts.html", context)


def _page(request: MemberRequest, chosen: Line, in_hand: Phone | None, form: NumberForm | None = None) -> HttpResponse:
    """The page. Without a phone in the hand it asks for one."""
    known = phones.phones(request.member, chosen)
    if in_hand is not None and in_hand.id not in {one.id for one in known}:
        known.insert(0, in_hand)
    context = {
        "line": chosen,
        "line_number": display(chosen.number, request.member.organization.country),
        "lines": _line_tabs(request, chosen, in_hand),
        "phone": in_hand,
        "phones": known,
        "samples": SAMPLES,
        "number_form": form or NumberForm(initial={"number": phones.free_number(known)}),
    }
    if in_hand is not None:
        how = network.behaviour(in_hand.number)
        context["screen"] = screen(request.member, chosen, in_hand)
        context["behaviour_form"] = BehaviourForm(initial={"behaviour": how.value})
    status = 422 if form is not None and form.errors else 200
    return render(request, "texting/simulator/page.html", context, status=status)


def _line_tabs(request: MemberRequest, chosen: Line, in_hand: Phone | None) -> list[tuple[str, str, bool]]:
    def address(one: Line) -> str:
        if in_hand is None:
            return reverse("simulator_line", args=[one.pk])
        return reverse("simulator_phone", args=[one.pk, in_hand.id])

    lines = phones.simulator_lines(request.member)
    return [(one.name, address(one), one.pk == chosen.pk) for one in lines]
