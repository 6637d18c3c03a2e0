"""`Idempotency-Key`: the same request again gets the first one's answer, and does nothing again.

The answer is stored in the transaction of the work, so there is no work without it and no answer without the work.
While the first request runs, an advisory lock tells the second to come back; were both to slip past each other, the
unique constraint would undo one of them.
"""

import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.api.problems import Flaw, Kind, Problem
from accounts.models import KeptAnswer, Membership
from accounts.permissions import Permission
from tenancy.encryption import Undecryptable, prefetch, readable

HEADER = "Idempotency-Key"
LONGEST = 255
KEPT = timedelta(hours=72)
_SAME_TRANSACTION = timedelta(minutes=1)  # a text and the answer about it are of one transaction, in either order
_IDS = re.compile(r'"(?:\w+_)?id":\s?"([0-9a-f-]{36})"')
REPLAYED = "Idempotent-Replayed"


@dataclass(frozen=True)
class _Request:
    """What identifies a request: 32 bytes of a keyed hash each, since a key may say more than its sender thinks."""

    key: bytes
    content: bytes


def answer_once(
    request: HttpRequest, member: Membership, body: dict[str, Any], work: Callable[[], HttpResponse]
) -> HttpResponse:
    """What `work` answers, or what it answered to the same request before. Needs the organization active.

    Raises Problem: KEY_REUSED, STILL_RUNNING, ANSWER_GONE, INVALID.
    """
    written = request.headers.get(HEADER)
    if written is None:
        return work()
    asked = _identify(request, member, written, body)
    kept = _begin(member.pk, asked)
    if kept is not None:
        return _again(member, kept, asked)
    response = work()
    row = KeptAnswer(
        membership=member,
        key_hash=asked.key,
        request_hash=asked.content,
        status=response.status_code,
        answer=json.dumps([response["Content-Type"], response.content.decode()]),
        about=sorted(set(_IDS.findall(response.content.decode()))),
        revealing=member.may(Permission.CONTACTS_REVEAL),
        created_at=timezone.now(),
    )
    try:
        row.save(force_insert=True)
    except IntegrityError:
        raise _still_running() from None
    return response


def _identify(request: HttpRequest, member: Membership, written: str, body: dict[str, Any]) -> _Request:
    key = written.strip().strip('"')
    if not 1 <= len(key) <= LONGEST or not key.isascii() or not key.isprintable():
        detail = _("A key has 1 to %(most)d printable ASCII characters.") % {"most": LONGEST}
        raise Problem(Kind.INVALID, errors=[Flaw(detail, parameter=HEADER)])
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return _Request(
        salted_hmac("accounts.api.repeating.key", f"{member.pk} {key}", algorithm="sha256").digest(),
        salted_hmac(
            "accounts.api.repeating.request",
            f"{request.method} {request.get_full_path()} {canonical}",
            algorithm="sha256",
        ).digest(),
    )


def _begin(member_id: UUID, asked: _Request) -> KeptAnswer | None:
    """The answer of an earlier request, or None, and then nobody else works on this key until the transaction ends."""
    with connection.cursor() as cursor:
        number = int.from_bytes(asked.key[:8], "big", signed=True)
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        (free,) = cursor.fetchone()
    if not free:
        raise _still_running()
    kept = KeptAnswer.objects.filter(membership=member_id, key_hash=asked.key).first()
    if kept is not None and timezone.now() - kept.created_at > KEPT:
        kept.delete()
        return None
    return kept


def _again(member: Membership, kept: KeptAnswer, asked: _Request) -> HttpResponse:
    if bytes(kept.request_hash) != asked.content:
        raise Problem(Kind.KEY_REUSED)
    if kept.revealing and not member.may(Permission.CONTACTS_REVEAL):
        raise Problem(Kind.ANSWER_GONE)
    prefetch([kept])
    try:
        stored = readable(kept, "answer")
    except Undecryptable:
        stored = None
    if stored is None:
        raise Problem(Kind.ANSWER_GONE)
    content_type, body = json.loads(stored)
    return HttpResponse(body, content_type=content_type, status=kept.status, headers={REPLAYED: "true"})


def _still_running() -> Problem:
    return Problem(Kind.STILL_RUNNING, headers={"Retry-After": "1"})


def forget_answers(about: Collection[str], *, since: datetime | None = None) -> int:
    """Empty the active organization's answers that hold one of these ids; how many. `since`: none is older."""
    kept = timezone.now() - KEPT
    since = max(since, kept) if since else kept
    rows = KeptAnswer.objects.filter(created_at__gte=since - _SAME_TRANSACTION, about__has_any_keys=sorted(about))
    return rows.filter(answer__isnull=False).update(answer=None)


def forget_old() -> int:
    """Delete the active organization's answers that are older than KEPT; how many there were."""
    return KeptAnswer.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
