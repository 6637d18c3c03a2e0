"""The part of a page that sets a factor up: inside sign-in for those who must, on one's own account for all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.forms import Form
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts import second_factor
from accounts.factors import sending
from accounts.factors.codes import Answer
from accounts.factors.senders import BadNumber
from accounts.factors.sending import Target
from accounts.factors.ways import Way
from accounts.forms import CodeForm, PhoneForm
from accounts.models import Membership, TotpDevice, User
from accounts.sessions import SessionStore
from accounts.throttling import TooManyAttempts
from accounts.views.answers import form_page, too_many
from accounts.views.showing import CODE_GONE, WRONG, WRONG_CODE, chosen, other_ways, passkey_origin

IN_SET_UP = "app_in_set_up"


@dataclass(frozen=True)
class SetUp:
    """Which ways the member may set up, the page around it and what else it shows."""

    member: Membership
    ways: tuple[Way, ...]
    page: str
    context: Mapping[str, Any] = field(default_factory=dict)


def set_up(request: HttpRequest, wanted: SetUp) -> Way | HttpResponseBase:
    """The way that counts from now on, or the page that goes on setting it up."""
    way = chosen(request, wanted.ways)
    shown = {
        **wanted.context,
        "user": wanted.member.user,
        "way": way,
        "others": other_ways(request, wanted.ways, way),
        "passkey_origin": passkey_origin() if way is Way.PASSKEY else "",
    }
    if way is Way.APP:
        return _app(request, wanted, shown)
    if way is Way.PASSKEY:
        return form_page(request, wanted.page, Form(), **shown)
    return _code(request, wanted, way, shown)


def _app(request: HttpRequest, wanted: SetUp, shown: dict[str, Any]) -> Way | HttpResponseBase:
    user = wanted.member.user
    shown["set_up"] = second_factor.instructions(_device_in_set_up(request, user))
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, wanted.page, form, **shown)
    try:
        right = second_factor.confirm_set_up(user=user, code=form.cleaned_data["code"])
    except TooManyAttempts as refused:
        return too_many(request, wanted.page, form, refused, **shown)
    if right:
        return Way.APP
    form.add_error("code", WRONG_CODE)
    return form_page(request, wanted.page, form, **shown)


def _device_in_set_up(request: HttpRequest, user: User) -> TotpDevice:
    """The device whose secret this browser is shown; the session remembers which one."""
    store = SessionStore.of(request)
    device = second_factor.device_being_set_up(user, begun=store.get(IN_SET_UP, ""))
    if store.get(IN_SET_UP) != str(device.pk):
        store[IN_SET_UP] = str(device.pk)
    return device


def _code(request: HttpRequest, wanted: SetUp, way: Way, shown: dict[str, Any]) -> Way | HttpResponseBase:
    """First where codes go, then the code that went there."""
    binding = SessionStore.of(request).binding
    target = sending.target_of(wanted.member.user, way, confirmed=False)
    is_sent = target is not None and sending.is_waiting(member=wanted.member, target=target, binding=binding)
    if request.method == "POST" and request.POST.get("act") == "send":
        return _begin(request, wanted, way, shown)
    if target is None or not is_sent or "again" in request.GET:
        form = PhoneForm() if way is Way.SMS else Form()
        return form_page(request, wanted.page, form, **shown, asks_where=True)
    return _check(request, wanted, target, shown)


def _check(request: HttpRequest, wanted: SetUp, target: Target, shown: dict[str, Any]) -> Way | HttpResponseBase:
    way, binding = target.way, SessionStore.of(request).binding
    form = CodeForm(request.POST if request.method == "POST" else None, way=way)
    shown["target"] = target
    if request.method != "POST" or not form.is_valid():
        return form_page(request, wanted.page, form, **shown)
    code = form.cleaned_data["code"]
    answer = sending.check(member=wanted.member, target=target, binding=binding, code=code)
    if answer is Answer.RIGHT:
        return way
    form.add_error("code", CODE_GONE if answer is Answer.GONE else WRONG[way])
    return form_page(request, wanted.page, form, **shown)


def _begin(request: HttpRequest, wanted: SetUp, way: Way, shown: dict[str, Any]) -> HttpResponseBase:
    form: Form = PhoneForm(request.POST) if way is Way.SMS else Form(request.POST)
    shown["asks_where"] = True
    if not form.is_valid():
        return form_page(request, wanted.page, form, **shown)
    try:
        if way is Way.SMS:
            sending.begin_phone(member=wanted.member, typed=form.cleaned_data["number"])
        else:
            sending.begin_mailbox(member=wanted.member)
    except BadNumber as refused:
        form.add_error("number", str(refused))
        return form_page(request, wanted.page, form, **shown)
    target = sending.target_of(wanted.member.user, way, confirmed=False)
    if target is None:  # it was set up a moment ago, in another window
        return redirect(request.path)
    try:
        sorry = sending.send(member=wanted.member, target=target, binding=SessionStore.of(request).binding)
    except TooManyAttempts as refused:
        return too_many(request, wanted.page, form, refused, **shown)
    if sorry:
        form.add_error(None, sorry)
        return form_page(request, wanted.page, form, **shown)
    kept = {"next": request.GET["next"]} if "next" in request.GET else {}
    return redirect(f"{request.path}?{urlencode({**kept, 'way': way.value})}")


NOT_ACCEPTED = _("That did not work. Try it again; a key needs a PIN, a finger or a face.")
