"""What a provider asks and reports about calls: signed like its reports on texts, refused with 403 and not kept.

A report that was refused says nothing that has to be told later: a call that nothing is heard of is over by the clock.
"""

import logging
from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.permissions import public
from compliance.models import Call
from compliance.other_channels.phone import hearing, placing
from texting.models import Line
from texting.providers.base import Hook, UnreadableHook
from texting.providers.registry import UnknownProvider
from texting.providers.voice import VoiceProvider
from texting.webhooks.taking import adapter_of
from texting.webhooks.views import on_line

log = logging.getLogger("parley.calls")
Act = Callable[[Line, Call, VoiceProvider, Hook], HttpResponse]


@public
@csrf_exempt
@require_POST
def report(request: HttpRequest, provider: str, key: str, token: str) -> HttpResponse:
    """What became of one leg. 204 taken, also when it is a repeat."""

    def act(_line: Line, call: Call, adapter: VoiceProvider, hook: Hook) -> HttpResponse:
        hearing.hear(call, adapter.parse_call(hook))
        return HttpResponse(status=204)

    return _take(request, provider, key, token, act)


@public
@csrf_exempt
@require_POST
def connect(request: HttpRequest, provider: str, key: str, token: str) -> HttpResponse:
    """The agent has pressed a key: ring the customer, or hang up when nobody may be rung any more."""

    def act(line: Line, call: Call, adapter: VoiceProvider, hook: Hook) -> HttpResponse:
        number = hearing.whom_to_ring(call) if adapter.key_pressed(hook) else ""
        address = settings.PUBLIC_BASE_URL + placing.path(provider, key, token)
        answer = adapter.bridge(to=number, from_=line.number, status_url=address) if number else adapter.hang_up()
        return HttpResponse(answer.body, content_type=answer.content_type)

    return _take(request, provider, key, token, act)


def _take(request: HttpRequest, provider: str, key: str, token: str, act: Act) -> HttpResponse:
    """403 wrong signature, 404 no such line or call, 400 unreadable, 413 too large, 503 try later."""

    def on_this_line(line: Line, hook: Hook) -> HttpResponse:
        try:
            adapter = adapter_of(line)
        except UnknownProvider:
            return HttpResponse(status=404)
        if not adapter.verify_signature(hook):
            log.warning("call_hook_refused", extra={"line": str(line.pk)})
            return HttpResponse(status=403)
        call = hearing.locked(line, token) if adapter.capabilities.calls else None
        if call is None:
            return HttpResponse(status=404)
        try:
            return act(line, call, cast(VoiceProvider, adapter), hook)
        except UnreadableHook:
            log.warning("call_hook_unreadable", extra={"line": str(line.pk)})
            return HttpResponse(status=400)

    return on_line(request, provider, key, on_this_line)
