"""Making, opening and using up links that prove an address: to a new password, a new address, a new organization."""

import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import MailedLink, User
from accounts.sessions import key_hash

Purpose = MailedLink.Purpose
LIFE, LONG_LIFE = timedelta(hours=1), timedelta(days=7)
ROUTES = {Purpose.PASSWORD: "open_reset", Purpose.ADDRESS: "open_new_address", Purpose.SIGN_UP: "open_sign_up"}
ROUTES[Purpose.NOT_ME] = "open_not_me"


@dataclass(frozen=True)
class Opened:
    """A link that is good now, with what was asked for."""

    link: MailedLink
    user: User | None
    payload: dict[str, Any]


def make(purpose: MailedLink.Purpose, *, user: User | None, payload: dict[str, Any] | None = None) -> str:
    """A new link's whole address. The ones before it stay good until their time is over or one of them is used."""
    token = secrets.token_urlsafe(32)
    MailedLink(
        purpose=purpose,
        user=user,
        epoch=user.auth_epoch if user else 0,
        token_hash=key_hash(token),
        payload=json.dumps(payload or {}),
        expires_at=timezone.now() + (LONG_LIFE if purpose == Purpose.NOT_ME else LIFE),
    ).save(force_insert=True)
    return settings.PUBLIC_BASE_URL + reverse(ROUTES[purpose], args=[token])


def opened(purpose: MailedLink.Purpose, token_hash: bytes) -> Opened | None:
    """The link whose token has this SHA-256, while it is good."""
    found = MailedLink.objects.select_related("user").filter(purpose=purpose, token_hash=token_hash)
    link = found.filter(expires_at__gt=timezone.now()).first()
    if link is None or (link.user is not None and not (link.user.is_active and link.user.auth_epoch == link.epoch)):
        return None
    return Opened(link, link.user, json.loads(link.payload))


@transaction.atomic
def use_up(link: MailedLink) -> bool:
    """End this link and all others of the same person and purpose; False when it was used a moment ago."""
    if not MailedLink.objects.filter(pk=link.pk).delete()[0]:
        return False
    if link.user_id:
        MailedLink.objects.filter(purpose=link.purpose, user=link.user_id).delete()
    return True
