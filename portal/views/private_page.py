"""The page on which a customer opens a secure message: no account, nothing of a third party, no script needed.

A GET never changes anything and never shows what was written, unless its browser has just shown who it is: link
previews and scanners see a company's name and a button. The only cookie belongs to one message, lives for 15 minutes,
and is sent to that message's addresses alone; it carries the token of the visit and the half of the key, which we do
not keep. The pages are exempt from Django's CSRF check, which needs a cookie: a code or a fact is sent in nobody's
name, and what a visitor sends carries a proof made of the visit's token (decision 0151).
"""

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.origins import client_address, network_of
from accounts.permissions import public
from portal import links
from portal.links import Kind
from portal.secure import codes, door, opening, replying, sealing
from portal.secure.codes import Asked
from portal.secure.door import Door
from portal.secure.opening import Given, Opened, Told
from portal.secure.replying import BadAnswer, Chosen
from portal.views.speaking import carried_on, speaking
from portal.views.visits import Visit, begin, end, guarded, proof_of, visit_in
from tenancy import rates
from tenancy.isolation import activate
from tenancy.models import Organization

_STATUSES = {Asked.TOO_MANY: 429, Asked.CANNOT: 422, Asked.GONE: 410}


@dataclass(frozen=True)
class Here:
    """What a link leads to."""

    code: str
    secure_id: UUID
    organization: Organization


@public
@require_safe
@speaking(Kind.MESSAGE, "private_page")
def door_page(request: HttpRequest, link_code: str) -> HttpResponse:
    """Who wrote, and how to open it. The same for everybody who has the link."""
    here = _here(link_code)
    step = request.GET.get("step", "")
    return _door(request, here, asked=Asked.SENT if step == "code" else None)


@public
@csrf_exempt
@require_POST
@speaking(Kind.MESSAGE, "private_page")
def code(request: HttpRequest, link_code: str) -> HttpResponse:
    """Text a code to the phone that got the link; asked for too often, 429 and how long to wait."""
    here = _here(link_code)
    if wait := codes.hold_back(here.secure_id, network_of(client_address(request))):
        return _waits(_door(request, here, asked=Asked.TOO_MANY, status=429), wait)
    with activate(here.organization):
        asked = codes.request(here.secure_id)
    if asked is Asked.SENT:
        address = carried_on(request, reverse("private_page", args=[link_code]) + "?step=code")
        return guarded(HttpResponseRedirect(address), status=303)
    return _door(request, here, asked=asked, status=_STATUSES[asked])


@public
@csrf_exempt
@require_POST
@speaking(Kind.MESSAGE, "private_page")
def enter(request: HttpRequest, link_code: str) -> HttpResponse:
    """Judge what was posted. The right answer begins a visit and counts a view."""
    here = _here(link_code)
    if wait := opening.hold_back(here.secure_id, network_of(client_address(request))):
        return _waits(_door(request, here, asked=Asked.SENT, told=Told.WAIT, status=429), wait)
    half = sealing.read_half(request.POST.get("half", "")[:100])
    with activate(here.organization):
        answer = door.answer_in(here.secure_id, request.POST)
        told = opening.open_with(here.secure_id, Given(answer, link_code, half)) if answer else Opened(Told.EMPTY)
    if told.told is not Told.OPENED:
        return _door(request, here, asked=Asked.SENT, told=told.told, status=422)
    address = carried_on(request, reverse("private_message", args=[link_code]))
    response = guarded(HttpResponseRedirect(address), status=303)
    begin(response, link_code, Visit(told.token, told.half))
    return response


@public
@require_safe
@speaking(Kind.MESSAGE, "private_message")
def message(request: HttpRequest, link_code: str) -> HttpResponse:
    """What was written, during a visit; otherwise back to the door."""
    return _message(request, _here(link_code))


@public
@csrf_exempt
@require_POST
@speaking(Kind.MESSAGE, "private_message")
def answer(request: HttpRequest, link_code: str) -> HttpResponse:
    """Take the visitor's words and files."""
    here = _here(link_code)
    visit = visit_in(request, link_code)
    if visit is None or not proof_of(request, visit):
        return _to_door(request, link_code)
    with activate(here.organization):
        if not opening.is_visiting(here.secure_id, visit.token):
            return _to_door(request, link_code)
    body = request.POST.get("body", "")
    spent = rates.spend(f"portal/answer/{here.secure_id}", limit=20, per_seconds=600, burst=6)
    try:
        if not spent.allowed:
            raise BadAnswer(replying.too_fast())
        files = [Chosen(file.read(), file.name or "") for file in request.FILES.getlist("file") if file.size]
        words = replying.cleaned(body, may_be_empty=bool(files))
        looked = replying.look_into(files)
        with activate(here.organization):
            if not opening.is_visiting(here.secure_id, visit.token):
                return _to_door(request, link_code)
            replying.take(here.secure_id, body=words, files=looked)
    except BadAnswer as error:
        return _message(request, here, problem=str(error), body=body[: replying.LONGEST], status=422)
    address = carried_on(request, reverse("private_message", args=[link_code]) + "?sent=1")
    return guarded(HttpResponseRedirect(address), status=303)


@public
@csrf_exempt
@require_POST
@speaking(Kind.MESSAGE, "private_page")
def close(request: HttpRequest, link_code: str) -> HttpResponse:
    """End the visit: on a phone that others use, nobody reads on."""
    here = _here(link_code)
    visit = visit_in(request, link_code)
    if visit is not None and proof_of(request, visit):
        with activate(here.organization):
            opening.leave(here.secure_id, visit.token)
    return _to_door(request, link_code)


def _here(link_code: str) -> Here:
    found = links.find(Kind.MESSAGE, link_code)
    if found is None:
        raise Http404
    return Here(link_code, found.target_id, found.organization)


def _door(
    request: HttpRequest, here: Here, *, asked: Asked | None = None, told: Told | None = None, status: int = 200
) -> HttpResponse:
    with activate(here.organization), timezone.override(ZoneInfo(here.organization.time_zone)):
        shown: Door | None = door.door(here.secure_id)
        if shown is None or not shown.is_open:
            locked = shown is not None and shown.is_locked
            context = {"company": here.organization.name, "locked": locked}
            return guarded(render(request, "portal/private_ended.html", context, status=410))
        context = {
            "company": here.organization.name,
            "code": here.code,
            "door": shown,
            "asked": asked,
            "error": door.words(told, asked),
            "at_the_answer": told in (Told.WRONG, Told.EMPTY),
        }
        return guarded(render(request, "portal/private_door.html", context, status=status))


def _message(request: HttpRequest, here: Here, *, problem: str = "", body: str = "", status: int = 200) -> HttpResponse:
    visit = visit_in(request, here.code)
    if visit is None:
        return _to_door(request, here.code)
    with activate(here.organization), timezone.override(ZoneInfo(here.organization.time_zone)):
        found = opening.read(here.secure_id, visit.token, visit.half)
        if found is None:
            return _to_door(request, here.code)
        context = {
            "company": here.organization.name,
            "code": here.code,
            "read": found,
            "proof": visit.proof,
            "problem": problem,
            "body": body,
            "sent": "sent" in request.GET,
            "most_files": replying.MOST_FILES,
        }
        return guarded(render(request, "portal/private_message.html", context, status=status))


def _to_door(request: HttpRequest, link_code: str) -> HttpResponse:
    response = guarded(HttpResponseRedirect(carried_on(request, reverse("private_page", args=[link_code]))), status=303)
    end(request, response, link_code)
    return response


def _waits(response: HttpResponse, seconds: int) -> HttpResponse:
    response["Retry-After"] = str(seconds)
    return response
