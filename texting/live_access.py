"""Who may (still) listen to live updates, asked in PostgreSQL from a thread outside any request.

Each function takes a database connection for a moment and gives it back, and raises DatabaseError when there is no
answer.
"""

from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Session
from accounts.permissions import Permission
from tenancy.isolation import activate
from texting.live import Claims


def may_listen(claims: Claims) -> bool:
    """Whether all that was true when the token was made still is, and the member may read conversations."""
    try:
        session = _alive().filter(key_hash=bytes.fromhex(claims.session)).first()
        member = session.membership if session else None
        if member is None or _says(session) != claims:
            return False
        with activate(claims.organization):
            return member.may(Permission.CONVERSATIONS_READ)
    finally:
        connection.close()


def still_signed_in(everyone: Collection[Claims]) -> set[Claims]:
    """Those whose session, membership and epoch still hold: one query for all streams of a process."""
    try:
        hashes = [bytes.fromhex(claims.session) for claims in everyone]
        said = {_says(session) for session in _alive().filter(key_hash__in=hashes)}
        return {claims for claims in everyone if claims in said}
    finally:
        connection.close()


def _alive() -> "QuerySet[Session]":
    now = timezone.now()
    return Session.objects.select_related("membership__user").filter(
        expires_at__gt=now,
        last_seen_at__gt=now - timedelta(seconds=settings.SESSION_IDLE_SECONDS),
        membership__is_active=True,
        membership__user__is_active=True,
    )


def _says(session: Session | None) -> Claims | None:
    """What a token made in this session now would say."""
    member = session.membership if session else None
    if session is None or member is None:
        return None
    return Claims(member.organization_id, member.pk, member.epoch, bytes(session.key_hash).hex())
