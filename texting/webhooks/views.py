"""Providers' requests: find the line by its unguessable key, verify the signature, hand over, answer empty.

Nothing here answers with a text: an answer in the response would go past the gate. A request that is refused is kept
(`texting.webhooks.quarantine`), so that a wrong setting loses nothing.
"""

import logging
import re
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.permissions import public
from tenancy.isolation import activate
from texting.models import Line, LineKey
from texting.providers.base import MAX_HOOK_BYTES, Hook
from texting.providers.registry import UnknownProvider
from texting.webhooks import hearing, quarantine, taking
from texting.webhooks.taking import NotTaken, Refusal, Request

log = logging.getLogger("parley.webhooks")

EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
ANSWERS = {Refusal.SIGNATURE: 403, Refusal.UNREADABLE: 400}
_LENGTH = re.compile(r"\d{1,9}", re.ASCII)
_KEY = re.compile(r"[\w-]{1,40}", re.ASCII)


@public
@csrf_exempt
@require_POST
def inbound(request: HttpRequest, provider: str, key: str) -> HttpResponse:
    """A customer's text."""
    return _take(request, provider, key, None)


@public
@csrf_exempt
@require_POST
def status(request: HttpRequest, provider: str, key: str, token: str) -> HttpResponse:
    """What became of one of our texts; `token` names the attempt."""
    return _take(request, provider, key, token)


def _take(request: HttpRequest, provider_name: str, key: str, token: str | None) -> HttpResponse:
    """200 or 204 taken, also when repeated; 400 unreadable, 403 wrong signature, both kept; 404 no such line or
    attempt, 413 too large, 503 not stored: try later."""

    def act(line: Line, hook: Hook) -> HttpResponse:
        return _hand_over(line, Request(hook, token), path=request.get_full_path())

    def afterwards(directory: LineKey) -> None:
        if hearing.proves_address(directory, key, token) and hearing.is_old(directory):
            hearing.note(directory.line_id)

    return on_line(request, provider_name, key, act, afterwards)


def on_line(
    request: HttpRequest,
    provider_name: str,
    key: str,
    act: Callable[[Line, Hook], HttpResponse],
    afterwards: Callable[[LineKey], None] | None = None,
) -> HttpResponse:
    """What `act` answers, inside the transaction of the line that the key names; `afterwards` follows a success.

    404 no such line, 413 too large, 503 not stored: try later.
    """
    if not _KEY.fullmatch(key):
        return HttpResponse(status=404)
    body = _body(request)
    if body is None:
        return HttpResponse(status=413)
    url = settings.PUBLIC_BASE_URL + request.get_full_path()
    hook = Hook(method=request.method or "", url=url, headers=dict(request.headers), body=body)
    try:
        directory = LineKey.objects.filter(Q(key=key) | Q(previous_key=key)).first()
        if directory is None:
            return HttpResponse(status=404)
        with activate(directory.organization_id):
            line = Line.objects.filter(pk=directory.line_id, provider=provider_name).first()
            if line is None:
                return HttpResponse(status=404)
            answer = act(line, hook)
        if answer.status_code < 300 and afterwards is not None:
            afterwards(directory)
        return answer
    except DatabaseError as error:
        log.error("webhook_not_stored", extra={"error": type(error).__name__})
        return HttpResponse(status=503, headers={"Retry-After": "30"})


def _body(request: HttpRequest) -> bytes | None:
    """The raw body; None when it is too large, whether it says so or not."""
    announced = request.headers.get("Content-Length") or "0"
    if not _LENGTH.fullmatch(announced) or int(announced) > MAX_HOOK_BYTES:
        return None
    try:
        body = request.body
    except RequestDataTooBig:
        return None
    return body if len(body) <= MAX_HOOK_BYTES else None


def _hand_over(line: Line, came: Request, *, path: str) -> HttpResponse:
    try:
        known = taking.take(line, came)
    except UnknownProvider:
        return HttpResponse(status=404)
    except NotTaken as refused:
        log.warning("webhook_refused", extra={"line": str(line.pk), "reason": refused.refusal.value})
        quarantine.keep(line, came, path=path, refused=refused)
        return HttpResponse(status=ANSWERS[refused.refusal])
    if not known:
        return HttpResponse(status=404)
    return _empty(line) if came.token is None else HttpResponse(status=204)


def _empty(line: Line) -> HttpResponse:
    if line.provider == "twilio":
        return HttpResponse(EMPTY_TWIML, content_type="text/xml; charset=utf-8")
    return HttpResponse(status=204)
