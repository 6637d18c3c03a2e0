"""Who is looking at a conversation and who is writing in it, right now.

Kept in Redis for seconds, as ids: a browser says it again while its page is in front, and what is not said again fades.
When Redis does not answer, nobody seems to be there; nothing else suffers.
"""

import logging
import time
from dataclasses import dataclass
from functools import cache
from uuid import UUID

import redis
from django.conf import settings

from accounts.models import Membership
from tenancy.redis_client import connect
from texting import live
from texting.live import LiveKind
from texting.models import Conversation
from texting.queries import Colleague

VIEWING_SECONDS = 25  # a browser speaks up every 10 seconds
TYPING_SECONDS = 6  # and every 3 seconds while keys are pressed
_TIMEOUT = 0.25  # seconds

log = logging.getLogger("parley.presence")


@dataclass(frozen=True)
class Present:
    """A colleague in the same conversation."""

    colleague: Colleague
    is_typing: bool


def here(*, member: Membership, conversation: Conversation, typing: bool = False) -> None:
    """Say that the member looks at the conversation, and writes if `typing`. Others hear of it when it is news."""
    now = time.time()
    viewing_key, typing_key = _keys(conversation)
    who = str(member.pk)
    try:
        with _client().pipeline(transaction=False) as pipe:
            pipe.zscore(viewing_key, who)
            pipe.zscore(typing_key, who)
            pipe.zadd(viewing_key, {who: now + VIEWING_SECONDS})
            pipe.expire(viewing_key, VIEWING_SECONDS)
            if typing:
                pipe.zadd(typing_key, {who: now + TYPING_SECONDS})
                pipe.expire(typing_key, TYPING_SECONDS)
            else:
                pipe.zrem(typing_key, who)
            saw, wrote, *_rest = pipe.execute()
    except redis.RedisError as error:
        log.warning("presence_lost", extra={"error": type(error).__name__})
        return
    was_typing = wrote is not None and wrote > now
    if saw is None or saw <= now or was_typing != typing:
        _tell(member, conversation)


def gone(*, member: Membership, conversation: Conversation) -> None:
    """Say that the member no longer looks at the conversation."""
    try:
        with _client().pipeline(transaction=False) as pipe:
            for key in _keys(conversation):
                pipe.zrem(key, str(member.pk))
            removed = any(pipe.execute())
    except redis.RedisError as error:
        log.warning("presence_lost", extra={"error": type(error).__name__})
        return
    if removed:
        _tell(member, conversation)


def others(*, member: Membership, conversation: Conversation) -> tuple[Present, ...]:
    """Who else is here, those who write first, then by name."""
    now = time.time()
    viewing_key, typing_key = _keys(conversation)
    try:
        with _client().pipeline(transaction=False) as pipe:
            pipe.zrangebyscore(viewing_key, now, "+inf")
            pipe.zrangebyscore(typing_key, now, "+inf")
            viewing, writing = pipe.execute()
    except redis.RedisError as error:
        log.warning("presence_lost", extra={"error": type(error).__name__})
        return ()
    ids = {UUID(one.decode()) for one in viewing} - {member.pk}
    typing = {UUID(one.decode()) for one in writing}
    if not ids:
        return ()
    members = Membership.objects.filter(pk__in=ids, organization_id=member.organization_id).select_related("user")
    found = [Present(Colleague(one.pk, one.user.name), one.pk in typing) for one in members]
    return tuple(sorted(found, key=lambda one: (not one.is_typing, one.colleague.name.casefold())))


def _keys(conversation: Conversation) -> tuple[str, str]:
    place = f"{conversation.organization_id}:{conversation.pk}"
    return f"viewing:{place}", f"typing:{place}"


def _tell(member: Membership, conversation: Conversation) -> None:
    live.publish(kind=LiveKind.PRESENCE, conversation=conversation.pk, member=member.pk, line=conversation.line_id)


@cache
def _client() -> redis.Redis:
    return connect(settings.REDIS_URL, wait=_TIMEOUT)
