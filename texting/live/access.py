"""Who may (still) listen to live updates, asked in PostgreSQL from a thread outside any request.

Each function takes a database connection for a moment and gives it back, and raises DatabaseError when there is no
answer.
"""

from collections.abc import Collection
from functools import cache

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from accounts.factors.policy import lacks_second_factor
from accounts.models import Membership, Session, User
from accounts.permissions import Permission
from accounts.session_limits import alive
from tenancy.isolation import activate
from texting.live import Claims, mark_of, rules_mark


def may_listen(claims: Claims) -> bool:
    """Whether all that was true when the token was made still is, and the member may read conversations."""
    try:
        return claims_hold(claims)
    finally:
        connection.close()


def claims_hold(claims: Claims) -> bool:
    """The same for whoever has a connection and keeps it."""
    session = _alive().filter(key_hash=bytes.fromhex(claims.session)).first()
    member = session.membership if session else None
    if member is None or _says(session) != claims:
        return False
    with activate(claims.organization):
        factors = (session.data.get("signed_in") or {}).get("factors", []) if session else []
        return member.may(Permission.CONVERSATIONS_READ) and not lacks_second_factor(member, factors)


def still_signed_in(everyone: Collection[Claims]) -> set[Claims]:
    """Those whose session, membership and epoch still hold: one query for all streams of a process.

    It runs every second for hundreds of streams, so no models are made and the keys go as one array.
    """
    try:
        keys = [bytes.fromhex(claims.session) for claims in everyone]
        among = RawSQL("SELECT unnest(%s::bytea[])", [keys])
        rows = _alive().select_related(None).filter(key_hash__in=among)
        said = {
            Claims(
                organization, member, _epoch(user_epoch, member_epoch), bytes(key).hex(), rules_mark(policy, networks)
            )
            for key, member, organization, member_epoch, user_epoch, policy, networks in rows.values_list(
                "key_hash",
                "membership_id",
                "membership__organization_id",
                "membership__auth_epoch",
                "membership__user__auth_epoch",
                "membership__organization__sign_in_policy__changed_at",
                "membership__organization__access_rules__changed_at",
            )
        }
        return said.intersection(everyone)
    finally:
        connection.close()


@cache
def _epoch(user_epoch: int, member_epoch: int) -> str:
    return Membership(auth_epoch=member_epoch, user=User(auth_epoch=user_epoch)).epoch


def _alive() -> "QuerySet[Session]":
    return Session.objects.select_related(
        "membership__user", "membership__organization__sign_in_policy", "membership__organization__access_rules"
    ).filter(alive(timezone.now()), membership__is_active=True, membership__user__is_active=True)


def _says(session: Session | None) -> Claims | None:
    """What a token made in this session now would say."""
    member = session.membership if session else None
    if session is None or member is None:
        return None
    key, rules = bytes(session.key_hash).hex(), mark_of(member.organization)
    return Claims(member.organization_id, member.pk, member.epoch, key, rules)
