"""Whether somebody may (still) listen to live updates."""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import Membership, Session
from accounts.permissions import Permission
from tenancy.isolation import activate
from texting.live import Claims


def may_listen(claims: Claims) -> bool:
    """Whether all that was true when the token was made still is: session, membership, epoch, permissions.

    For a thread outside any request: it takes a database connection for a moment and gives it back. Raises
    DatabaseError when there is no answer.
    """
    try:
        member = _member_of_session(claims)
        if member is None or member.epoch != claims.epoch:
            return False
        with activate(claims.organization):
            needed = {Permission.CONVERSATIONS_READ} | ({Permission.SIMULATOR_USE} if claims.phones else set())
            return needed <= member.permissions
    finally:
        connection.close()


def _member_of_session(claims: Claims) -> Membership | None:
    now = timezone.now()
    session = (
        Session.objects.select_related("membership__user")
        .filter(
            key_hash=bytes.fromhex(claims.session),
            membership_id=claims.member,
            membership__organization_id=claims.organization,
            expires_at__gt=now,
            last_seen_at__gt=now - timedelta(seconds=settings.SESSION_IDLE_SECONDS),
        )
        .first()
    )
    return session.membership if session else None
