"""The part of a page that asks for a factor which somebody has: used half-way through signing in and to confirm."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy

from accounts import signing_in
from accounts.factors import proving, sending
from accounts.factors.codes import Answer
from accounts.factors.ways import WEAK, Way
from accounts.forms import CodeForm
from accounts.models import Membership
from accounts.sessions import SessionStore
from accounts.throttling import TooManyAttempts
from accounts.views.answers import form_page, too_many

LARGEST_JSON = 64_000
WRONG_CODE = gettext_lazy("This code is not right. Wait for the next one in your app and type that.")
WRONG = {
    Way.APP: WRONG_CODE,
    Way.RECOVERY: gettext_lazy("This is none of your recovery codes, or it was used before."),
    Way.SMS: gettext_lazy("This code is not right. Look at the newest text and type its six digits."),
    Way.EMAIL: gettext_lazy("This code is not right. Look at the newest e-mail and type its six digits."),
}
CODE_GONE = gettext_lazy("This code is used up or too old. Ask for a new one.")


class BadJson(ValueError):
    """The body is not the object that the page's own script sends."""


@dataclass(frozen=True)
class Question:
    """Which ways the member may choose from, the first one first; the page around it and what else it shows."""

    member: Membership
    ways: tuple[Way, ...]
    page: str
    context: Mapping[str, Any] = field(default_factory=dict)


def ask(request: HttpRequest, question: Question) -> Way | HttpResponseBase:
    """The way that was shown just now and is right, or the page that asks (again).

    A passkey answers elsewhere, since its script sends JSON; here is its button.
    """
    way = chosen(request, question.ways)
    if request.method == "POST" and request.POST.get("act") == "send" and way in WEAK:
        return _send(request, question, way)
    is_typed = request.method == "POST" and way is not Way.PASSKEY
    form = CodeForm(request.POST if is_typed else None, way=way)
    shown = _shown(request, question, way)
    if not is_typed or not form.is_valid():
        return form_page(request, question.page, form, **shown)
    store = SessionStore.of(request)
    try:
        answer = proving.prove(member=question.member, way=way, binding=store.binding, code=form.cleaned_data["code"])
    except TooManyAttempts as refused:
        return too_many(request, question.page, form, refused, **shown)
    if answer is Answer.RIGHT:
        return way
    note_wrong(request, question.member, way)
    form.add_error("code", CODE_GONE if answer is Answer.GONE else WRONG[way])
    return form_page(request, question.page, form, **_shown(request, question, way))


def note_wrong(request: HttpRequest, member: Membership, way: Way) -> None:
    """A factor that was wrong behind a right password: limits count it, and the organization is told."""
    pending = SessionStore.of(request).pending
    event_id = pending.event_id if pending else None
    acting = getattr(request, "member", None)
    signing_in.code_was_wrong(user=member.user, event_id=event_id, member=acting or member, factor=way.value)


def chosen(request: HttpRequest, ways: tuple[Way, ...]) -> Way:
    """The one of `ways` that the request names; the first one otherwise, or the first with a code when one is typed."""
    named = request.POST.get("way") or request.GET.get("way")
    if named in ways:
        return Way(named)
    with_code = [way for way in ways if way is not Way.PASSKEY]
    if with_code and ("code" in request.POST or not _at_passkey_origin(request)):
        return with_code[0]
    return ways[0]


def other_ways(request: HttpRequest, ways: tuple[Way, ...], way: Way) -> list[tuple[Way, str]]:
    """The ways that the page links to, each with its address; the way back is kept."""
    kept = {"next": request.GET["next"]} if "next" in request.GET else {}
    return [(other, f"{request.path}?{urlencode({**kept, 'way': other.value})}") for other in ways if other is not way]


def _at_passkey_origin(request: HttpRequest) -> bool:
    """Whether the page was opened at the address at which the browser would show passkeys."""
    return f"{request.scheme}://{request.get_host()}" == passkey_origin()


def read_json(request: HttpRequest) -> dict[str, Any]:
    """The object that a page's script has sent. Raises BadJson."""
    if len(request.body) > LARGEST_JSON:
        raise BadJson
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError):
        raise BadJson from None
    if not isinstance(found, dict):
        raise BadJson
    return found


def passkey_origin() -> str:
    """The one origin at which browsers show this site's passkeys; "" when there is none."""
    return next(iter(settings.OTP_WEBAUTHN_ALLOWED_ORIGINS), "")


def _send(request: HttpRequest, question: Question, way: Way) -> HttpResponse:
    target = sending.target_of(question.member.user, way)
    form = CodeForm(way=way)
    form.is_bound = True
    if target is None:
        return redirect(request.path)
    try:
        refused = sending.send(member=question.member, target=target, binding=SessionStore.of(request).binding)
    except TooManyAttempts as wait:
        return too_many(request, question.page, form, wait, **_shown(request, question, way))
    if refused:
        form.add_error(None, refused)
        return form_page(request, question.page, form, **_shown(request, question, way))
    kept = {"next": request.GET["next"]} if "next" in request.GET else {}
    return redirect(f"{request.path}?{urlencode({**kept, 'way': way.value})}")


def _shown(request: HttpRequest, question: Question, way: Way) -> dict[str, Any]:
    target = sending.target_of(question.member.user, way) if way in WEAK else None
    binding = SessionStore.of(request).binding
    return {
        **question.context,
        "user": question.member.user,
        "way": way,
        "others": other_ways(request, question.ways, way),
        "target": target,
        "is_sent": target is not None and sending.is_waiting(member=question.member, target=target, binding=binding),
        "passkey_origin": passkey_origin() if way is Way.PASSKEY else "",
    }
