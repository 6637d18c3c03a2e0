"""Browsers that are not asked for a second factor for some days, where the organization allows that.

One random token a browser, in a cookie of its own; a row for each membership that chose it. A row counts only while the
organization still allows it, the way it was made with still counts, and nothing has ended the membership's sessions.
"""

import secrets
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from accounts.factors.enrolled import enrolled_ways
from accounts.factors.policy import Rules, counting
from accounts.factors.ways import REMEMBERED, Way
from accounts.models import Membership, RememberedDevice
from accounts.origins import Origin
from accounts.sessions import key_hash
from tenancy import audit

LONGEST = timedelta(days=30)


def remembered_factor(request: HttpRequest, member: Membership, rules: Rules) -> str:
    """What the session of a remembered browser holds besides the password: `remembered-totp`; "" for all others."""
    token = request.COOKIES.get(settings.REMEMBERED_COOKIE_NAME, "")
    if not rules.remember_days or not token:
        return ""
    row = counting_device(key_hash(token), member, rules)
    if row is None:
        return ""
    RememberedDevice.objects.filter(pk=row.pk).update(last_used_at=timezone.now())
    return f"{REMEMBERED}{row.factor}"


def counting_device(hashed: bytes, member: Membership, rules: Rules) -> RememberedDevice | None:
    """The remembered browser whose token has this SHA-256, while it spares this membership the second factor."""
    since = timezone.now() - timedelta(days=rules.remember_days)
    rows = RememberedDevice.objects.filter(membership=member, token_hash=hashed, epoch=member.epoch)
    row = rows.filter(created_at__gt=since).first()
    if row is None or row.factor not in counting(rules, enrolled_ways(member.user)):
        return None
    return row


def remember(
    request: HttpRequest, response: HttpResponseBase, *, member: Membership, way: Way, rules: Rules, origin: Origin
) -> None:
    """Do not ask this browser again for a while. Nothing happens where the organization does not allow it, or after a
    recovery code, which is for the day when something got lost. Needs the organization active.
    """
    if not rules.remember_days or way not in rules.allowed:
        return
    token = request.COOKIES.get(settings.REMEMBERED_COOKIE_NAME, "")
    if not 32 <= len(token) <= 64:
        token = secrets.token_urlsafe(32)
    RememberedDevice.objects.filter(membership=member, token_hash=key_hash(token)).delete()
    row = RememberedDevice.objects.create(
        membership=member, token_hash=key_hash(token), factor=way.value, epoch=member.epoch, browser=origin.browser
    )
    audit.record(event=audit.AuditKind.DEVICE_REMEMBERED, actor=member, object=row, days=rules.remember_days)
    response.set_cookie(
        settings.REMEMBERED_COOKIE_NAME,
        token,
        max_age=LONGEST,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def remembered_devices(member: Membership, rules: Rules) -> list[RememberedDevice]:
    """Those that still count for this membership, the newest first."""
    since = timezone.now() - timedelta(days=rules.remember_days)
    rows = RememberedDevice.objects.filter(membership=member, epoch=member.epoch, created_at__gt=since)
    return list(rows) if rules.remember_days else []


def forget(*, member: Membership, device_id: UUID) -> bool:
    """Ask that browser again from now on; whether there was such a one among the member's own."""
    gone = bool(RememberedDevice.objects.filter(pk=device_id, membership=member).delete()[0])
    if gone:
        audit.record(event=audit.AuditKind.DEVICE_FORGOTTEN, actor=member, count=1)
    return gone
