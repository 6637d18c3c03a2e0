"""Payment providers' webhooks: find the account by its unguessable key, verify the raw body, book, answer empty."""

import logging
import re

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.permissions import public
from portal.models import PaymentAccount, PaymentAccountKey
from portal.payments import hearing
from portal.payments.base import MAX_HOOK_BYTES, Hook
from portal.payments.hearing import Answer
from tenancy.isolation import activate

log = logging.getLogger("parley.payments")

STATUSES = {Answer.TAKEN: 204, Answer.REPEATED: 204, Answer.SIGNATURE: 403, Answer.UNREADABLE: 400}
_KEY = re.compile(r"[\w-]{1,40}", re.ASCII)


@public
@csrf_exempt
@require_POST
def payment_webhook(request: HttpRequest, key: str) -> HttpResponse:
    """204 taken, also when repeated; 400 unreadable and 403 wrong signature, both kept; 404 no such account, 413 too
    large, 503 not stored: try later."""
    directory = PaymentAccountKey.objects.filter(key=key).first() if _KEY.fullmatch(key) else None
    if directory is None:
        return HttpResponse(status=404)
    try:
        body = request.body
    except RequestDataTooBig:
        return HttpResponse(status=413)
    if len(body) > MAX_HOOK_BYTES:
        return HttpResponse(status=413)
    hook = Hook(body, request.headers.get("Stripe-Signature", ""))
    try:
        with activate(directory.organization_id):
            account = PaymentAccount.objects.get(pk=directory.account_id)
            answer = hearing.take(account, hook)
    except DatabaseError as error:
        log.error("payment_webhook_not_stored", extra={"error": type(error).__name__})
        return HttpResponse(status=503, headers={"Retry-After": "30"})
    return HttpResponse(status=STATUSES[answer])
