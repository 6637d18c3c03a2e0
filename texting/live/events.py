"""What a signed-in browser is told at once: that something changed, and where; never what.

A change calls `publish`. After the commit its ids go over Redis to every web process, which passes them to the
browsers of that organization (`texting.live.hub`, `texting.live.stream`); the page then fetches what it shows through
its ordinary view, which asks for permission and decrypts.

Who is told: every member of the organization who may read conversations, in whichever teams they are. Events are not
filtered further: whom a conversation is visible to depends on teams, assignments and roles, and a second copy of those
rules beside the views would one day disagree with them. So a member can learn that something happened in a conversation
whose id means nothing to them, and asking for it is answered 404. Nothing crosses from one organization to another: an
event goes to the channel of the organization that was active when it was published, and a stream listens to the channel
of the one that its signed token names.

Redis carries no truth here. An event that is lost is made up for by a `resync`, on which pages fetch everything anew.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction

from accounts.factors.policy import policy_of
from accounts.models import AccessRules, Membership
from accounts.sessions import key_hash
from tenancy.isolation import current_organization_id
from tenancy.models import Organization
from texting.live.redis_publisher import Publisher

SALT = "texting.live"
TOKEN_SECONDS = 120  # how long a token may wait before its stream is opened


class LiveKind(StrEnum):
    """What happened. `ATTENTION`: texts that somebody should look at came or went, or a line stopped. `NOTIFICATION`
    names the member whose list changed. `ACCESS` names one whose streams must end now; no browser is told of it.
    """

    MESSAGE = "message"
    STATUS = "status"
    CONVERSATION = "conversation"
    NOTE = "note"
    PRESENCE = "presence"
    ATTENTION = "attention"
    NOTIFICATION = "notification"
    ACCESS = "access"


def publish(
    *,
    kind: LiveKind,
    conversation: UUID | None = None,
    message: UUID | None = None,
    member: UUID | None = None,
    line: UUID | None = None,
) -> None:
    """Tell the active organization's browsers, after the running transaction has committed; never if it rolls back.

    The same event published twice in one transaction is sent once. Never raises for Redis' sake, and waits for it
    hardly ever and then briefly (`texting.live.redis_publisher`). Raises NoOrganization outside `activate`.
    """
    ids = {"conversation": conversation, "message": message, "member": member, "line": line}
    event = {"kind": kind.value, **{name: str(value) for name, value in ids.items() if value is not None}}
    _announce(channel_of(current_organization_id()), json.dumps(event, separators=(",", ":")))


def end_streams(member: Membership) -> None:
    """End the member's streams everywhere right after the commit. Whoever may still have one gets a new one by itself.

    To be called when a right is taken away (deactivation, a role, a team); a session that has ended is noticed without
    it (`texting.live.watch`).
    """
    event = {"kind": LiveKind.ACCESS.value, "member": str(member.pk)}
    _announce(channel_of(member.organization_id), json.dumps(event, separators=(",", ":")))


def channel_of(organization: UUID) -> str:
    """The Redis channel of an organization's events."""
    return f"live:{organization}"


@dataclass(frozen=True)
class Claims:
    """What a token says: whose stream, at which `Membership.epoch`, of which session (its key's hash, hexadecimal), and
    under which `rules` of the organization (`rules_mark`).
    """

    organization: UUID
    member: UUID
    epoch: str
    session: str
    rules: str


def rules_mark(policy_changed: datetime | None, networks_changed: datetime | None) -> str:
    """Stands for what the organization asks of sessions: another one after its sign-in policy or networks changed.

    A stream ends with its rules. Its browser asks for a new one by way of a page's guards, which hold the new rules.
    """
    return ".".join(str(at.timestamp()) if at else "" for at in (policy_changed, networks_changed))


def mark_of(organization: Organization) -> str:
    """The mark of an organization's present rules."""
    return rules_mark(policy_of(organization).changed_at, AccessRules.of(organization).changed_at)


def token_for(member: Membership, *, session_key: str) -> str:
    """A signed token with which this session may open a stream within `TOKEN_SECONDS`."""
    parts = [str(member.organization_id), str(member.pk), member.epoch, key_hash(session_key).hex()]
    parts.append(mark_of(member.organization))
    return signing.dumps(parts, salt=SALT)


def claims_of(token: str) -> Claims:
    """The token's content. Raises `signing.BadSignature` when it is forged, altered or too old."""
    organization, member, epoch, session, rules = signing.loads(token, salt=SALT, max_age=TOKEN_SECONDS)
    return Claims(UUID(organization), UUID(member), epoch, session, rules)


class _Announcement:
    """The events of one transaction (or of one savepoint in it) for one channel, in order and without repeats."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.events: dict[str, None] = {}

    def __call__(self) -> None:
        publisher().send(self.channel, "\n".join(self.events))


def _announce(channel: str, event: str) -> None:
    connection = transaction.get_connection()
    savepoints = set(connection.savepoint_ids)
    waiting: list[tuple[Any, ...]] = connection.run_on_commit
    for made_in, hook, *_ in waiting:
        if isinstance(hook, _Announcement) and hook.channel == channel:
            if made_in <= savepoints and event in hook.events:
                return  # it will be sent unless we are rolled back too
            if made_in == savepoints:
                hook.events[event] = None
                return
    announcement = _Announcement(channel)
    announcement.events[event] = None
    transaction.on_commit(announcement, robust=True)


@cache
def publisher() -> Publisher:
    """This process' connection for sending, made when first needed."""
    return Publisher(settings.REDIS_URL)
