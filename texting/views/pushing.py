"""Push in the member's browsers: turned on, tried and turned off on the page of notification settings."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from accounts.origins import mark_of, origin_of, remember_browser
from accounts.permissions import MemberRequest, Permission, requires
from tenancy.egress import EgressRefused
from texting.notifications.push import devices, vapid


def on_page(request: MemberRequest) -> dict[str, Any]:
    """What the page shows of devices: `devices`, `push_key` for the browser, `push_is_on` in the one that asks."""
    found = devices.shown(request.member, mark=origin_of(request).mark)
    return {"devices": found, "push_key": vapid.public_key(), "push_is_on": any(one.is_this for one in found)}


@requires(Permission.CONVERSATIONS_READ)
@require_POST
def push_on(request: MemberRequest) -> HttpResponse:
    """The browser that asks is woken from now on, at the `address` that its push service gave it."""
    holder, origin = HttpResponse(), origin_of(request)
    mark = origin.mark or mark_of(remember_browser(request, holder, request.member.user_id))
    try:
        devices.turn_on(
            member=request.member, mark=mark, name=origin.browser, address=request.POST.get("address", "").strip()
        )
    except EgressRefused:
        return _refused(_("Your browser's push service cannot be used: its address leads to no public https server."))
    except devices.TooManyDevices:
        return _refused(_("Push is on in %(count)d browsers. Turn one of them off first.") % {"count": devices.MOST})
    request.session["mark"] = mark  # of a session that began before the browser had one
    found = devices.shown(request.member, mark=mark)
    answer = _answer(request, _("Push is on in this browser."), found, is_on=True)
    answer.cookies.update(holder.cookies)
    return answer


@requires(Permission.CONVERSATIONS_READ)
@require_POST
def push_off(request: MemberRequest, push_device_id: UUID) -> HttpResponse:
    """One of the member's devices is never woken again."""
    gone = devices.turn_off(member=request.member, device_id=push_device_id)
    mark = origin_of(request).mark
    answer = _answer(request, _("Push is off in %(name)s.") % {"name": gone.name}, mark=mark)
    return trigger_client_event(answer, "push:off", {}) if gone.mark == mark else answer


@requires(Permission.CONVERSATIONS_READ)
@require_POST
def push_test(request: MemberRequest, push_device_id: UUID) -> HttpResponse:
    """One of the member's devices is woken once."""
    devices.test(member=request.member, device_id=push_device_id)
    words = _("A push is on its way. It should be there within a minute; if not, look at the browser's settings.")
    return _answer(request, words, mark=origin_of(request).mark)


def _answer(
    request: MemberRequest,
    toast: str,
    found: list[devices.Shown] | None = None,
    *,
    mark: str = "",
    is_on: bool = False,
) -> HttpResponse:
    """The list anew, with a toast."""
    found = devices.shown(request.member, mark=mark) if found is None else found
    is_on = is_on or any(one.is_this for one in found)
    context = {"devices": found, "push_key": vapid.public_key(), "push_is_on": is_on}
    answer = render(request, "texting/notifications/_devices.html", context)
    return trigger_client_event(answer, "toast", {"text": toast, "tone": "success"})


def _refused(why: str) -> HttpResponse:
    return trigger_client_event(HttpResponse(status=422), "toast", {"text": why, "tone": "danger"})
