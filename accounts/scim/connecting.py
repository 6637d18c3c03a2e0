"""Connecting the company's directory: its machine member and its tokens, each shown once and kept as a hash.

Two tokens may work at a time, so that a new one can be put in place while the old one still works.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import Directory, DirectoryToken, Membership, User
from accounts.permissions import Permission, require
from accounts.sessions import key_hash
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.ids import new_id
from tenancy.isolation import current_organization_id
from tenancy.models import Organization

PREFIX = "parley_scim_"
SHOWN = len(PREFIX) + 6
MOST_TOKENS = 2
LONGEST_LIFE = timedelta(days=730)
NOTED_EVERY = timedelta(minutes=5)

_PATTERN = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}", re.ASCII)


class TooManyTokens(Exception):
    """MOST_TOKENS work already: end one first."""


@dataclass(frozen=True)
class MadeToken:
    """A new token in clear, for the one page that shows it."""

    token: DirectoryToken
    secret: str


def own_directory() -> Directory | None:
    """The active organization's directory, if it was ever connected."""
    found = Directory.objects.select_related("membership__user", "membership__organization")
    return found.filter(membership__organization=current_organization_id()).first()


def make_token(*, actor: Membership, life: timedelta) -> MadeToken:
    """A new token; the first one connects the directory. Raises MissingPermission, TooManyTokens."""
    require(actor, Permission.DIRECTORY_MANAGE, Permission.PEOPLE_MANAGE)
    Organization.objects.select_for_update(no_key=True).get(pk=current_organization_id())
    directory = own_directory() or _connect(actor)
    now = timezone.now()
    if directory.tokens.filter(ends_at__gt=now).count() >= MOST_TOKENS:
        raise TooManyTokens
    secret = PREFIX + secrets.token_urlsafe(32)
    token = DirectoryToken.objects.create(
        directory=directory,
        token_hash=key_hash(secret),
        shown=secret[:SHOWN],
        made_by=actor,
        ends_at=now + min(life, LONGEST_LIFE),
    )
    audit.record(
        event=AuditKind.DIRECTORY_TOKEN_CREATED,
        actor=actor,
        object=directory.membership,
        token=token.pk,
        ends_at=token.ends_at,
    )
    return MadeToken(token, secret)


def end_token(*, actor: Membership, token: DirectoryToken) -> None:
    """It opens nothing from now on. Ending it again changes nothing."""
    require(actor, Permission.DIRECTORY_MANAGE)
    now = timezone.now()
    if DirectoryToken.objects.filter(pk=token.pk, ends_at__gt=now).update(ends_at=now):
        audit.record(
            event=AuditKind.DIRECTORY_TOKEN_REVOKED, actor=actor, object=token.directory.membership, token=token.pk
        )


def opened_by(secret: str, address: str | None) -> DirectoryToken | None:
    """The token, with directory, member and organization, if it works now; else None. Outside of any organization."""
    if _PATTERN.fullmatch(secret) is None:
        return None
    token = working_token(key_hash(secret))
    if token is not None:
        _note_use(token, address, timezone.now())
    return token


def working_token(wanted: bytes) -> DirectoryToken | None:
    """The token with this SHA-256, with directory, member and organization, if it works now; else None."""
    found = DirectoryToken.objects.select_related(
        "directory__membership__user", "directory__membership__organization", "made_by"
    )
    token = found.filter(token_hash=wanted).first()
    if token is None or not hmac.compare_digest(bytes(token.token_hash), wanted):
        return None
    member = token.directory.membership
    if token.ends_at <= timezone.now() or not (member.is_active and member.is_machine):
        return None
    return token


def _note_use(token: DirectoryToken, address: str | None, now: datetime) -> None:
    if token.last_used_at is None or now - token.last_used_at >= NOTED_EVERY:
        DirectoryToken.objects.filter(pk=token.pk).update(last_used_at=now, last_used_address=address)


def _connect(actor: Membership) -> Directory:
    identity = new_id()
    user = User.objects.create(
        email=f"{identity.hex}@directory.invalid", name="Company directory", password=make_password(None)
    )
    member = Membership.objects.create(
        id=identity, user=user, organization_id=current_organization_id(), is_machine=True
    )
    directory = Directory.objects.create(membership=member, made_by=actor)
    audit.record(event=AuditKind.DIRECTORY_CONNECTED, actor=actor, object=member)
    return directory
