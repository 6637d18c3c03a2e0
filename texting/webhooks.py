"""Providers' requests: find the line by its unguessable key, verify the signature, hand over, answer empty.

Nothing here answers with a text: an answer in the response would go past the gate.
"""

import logging

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.permissions import public
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from texting import receiving
from texting.models import Line, LineKey
from texting.phone_numbers import BadNumber, from_provider
from texting.providers.base import MAX_HOOK_BYTES, Credentials, Hook, Provider, UnreadableHook
from texting.providers.registry import UnknownProvider, provider_for

log = logging.getLogger("parley.webhooks")

EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


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
    """200 or 204 taken, also when repeated; 400 unreadable, 403 wrong signature, 404 no such line or attempt, 413 too
    large, 503 not stored: try later."""
    if int(request.headers.get("Content-Length") or 0) > MAX_HOOK_BYTES:
        return HttpResponse(status=413)
    try:
        directory = LineKey.objects.filter(key=key).first()
        if directory is None:
            return HttpResponse(status=404)
        with activate(directory.organization_id):
            line = Line.objects.filter(pk=directory.line_id, provider=provider_name).first()
            if line is None:
                return HttpResponse(status=404)
            return _verified(request, line, token)
    except DatabaseError as error:
        log.error("webhook_not_stored", extra={"error": type(error).__name__})
        return HttpResponse(status=503, headers={"Retry-After": "30"})


def _verified(request: HttpRequest, line: Line, token: str | None) -> HttpResponse:
    try:
        provider = provider_for(line.provider, Credentials.from_json(line.credentials))
    except UnknownProvider:
        return HttpResponse(status=404)
    hook = Hook(
        method=request.method or "",
        url=settings.PUBLIC_BASE_URL + request.get_full_path(),
        headers=dict(request.headers),
        body=request.body,
    )
    if not provider.verify_signature(hook):
        audit.record(event=AuditKind.WEBHOOK_REJECTED, object=line, reason="signature")
        log.warning("webhook_signature_wrong", extra={"line": str(line.pk)})
        return HttpResponse(status=403)
    try:
        return _hand_over(provider, line, hook, token)
    except (UnreadableHook, BadNumber) as error:
        audit.record(event=AuditKind.WEBHOOK_REJECTED, object=line, reason="unreadable")
        log.warning("webhook_unreadable", extra={"line": str(line.pk), "error": type(error).__name__})
        return HttpResponse(status=400)


def _hand_over(provider: Provider, line: Line, hook: Hook, token: str | None) -> HttpResponse:
    if token is None:
        for text in provider.parse_inbound(hook):
            if from_provider(text.to).e164 != line.number:
                raise UnreadableHook("To")  # signed with the right token, but about another of the account's numbers
            receiving.receive(line, text)
        return _empty(line)
    known = [receiving.take_status(line, token, event) for event in provider.parse_status(hook)]
    return HttpResponse(status=204 if all(known) else 404)


def _empty(line: Line) -> HttpResponse:
    if line.provider == "twilio":
        return HttpResponse(EMPTY_TWIML, content_type="text/xml; charset=utf-8")
    return HttpResponse(status=204)
