"""Authenticator apps: set up, check, take away (RFC 6238: SHA-1, six digits, 30 seconds, one step of tolerance)."""

import base64
import secrets
import time
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import segno
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django_otp.oath import hotp

from accounts.models import TotpDevice, User
from accounts.throttling import TooManyAttempts, growing_wait

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20
FREE_CODES = 5


@dataclass(frozen=True)
class SetUp:
    """What adds this account to an app: a picture (a data: address), or 32 letters in groups of four."""

    picture: str
    groups: list[str]


@transaction.atomic
def device_being_set_up(user: User, *, begun: str = "") -> TotpDevice:
    """The device that this browser has begun to set up (`begun`, its id), so that a page that is opened twice shows one
    secret; else a new one. A secret that another browser was shown never counts: its owner may be somebody else.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    device = TotpDevice.objects.filter(user=user, confirmed=False).first()
    if device is None or str(device.pk) != begun:
        TotpDevice.objects.filter(user=user, confirmed=False).delete()
        secret = base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()
        device = TotpDevice.objects.create(user=user, name="Authenticator app", confirmed=False, secret=secret)
    return device


def instructions(device: TotpDevice) -> SetUp:
    """The set-up page's picture and manual key."""
    issuer = settings.OTP_TOTP_ISSUER
    query = urlencode({"secret": device.secret, "issuer": issuer})  # the rest is what every app takes for granted
    address = f"otpauth://totp/{quote(issuer)}:{quote(device.user.email)}?{query}"
    picture = segno.make(address, error="m").svg_data_uri(scale=4, dark="#000", light="#fff", border=3)
    groups = [device.secret[start : start + 4] for start in range(0, len(device.secret), 4)]
    return SetUp(picture, groups)


@transaction.atomic
def confirm_set_up(*, user: User, code: str) -> bool:
    """Whether the code is right; then the device counts from now on and takes the place of the one before."""
    device = TotpDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
    if device is None or not _accept(device, code):
        return False
    TotpDevice.objects.filter(user=user, confirmed=True).delete()
    TotpDevice.objects.filter(pk=device.pk).update(confirmed=True)
    return True


@transaction.atomic
def check_code(*, user: User, code: str) -> bool:
    """Whether the code is right now; each is accepted once, also when two requests bring it together.

    Raises TooManyAttempts: after five wrong codes in a row each further one waits twice as long, a quarter of an hour
    at most. Only somebody who knows the password gets here, so this locks nobody else out.
    """
    device = TotpDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
    return device is not None and _accept(device, code)


def _accept(device: TotpDevice, code: str) -> bool:
    now = timezone.now()
    seconds = growing_wait(device.failures - FREE_CODES, device.failed_at, now)
    if seconds:
        raise TooManyAttempts(seconds)
    step = _step_of(base64.b32decode(device.secret), "".join(code.split()), after=device.last_step)
    right = step is not None
    if step is not None:
        device.last_step, device.failures, device.failed_at = step, 0, None
        device.last_used_at = now
    else:
        device.failures, device.failed_at = device.failures + 1, now
    device.save(update_fields=["last_step", "failures", "failed_at", "last_used_at"])
    return right


def _step_of(secret: bytes, digits: str, *, after: int) -> int | None:
    """The step whose code these digits are, of the three that count now and later than `after`; None for none of them.

    Whatever was typed, three codes are made and each is compared to its end: the time says nothing of how near it was.
    """
    now, found = int(time.time()) // STEP_SECONDS, None
    for step in (now - 1, now, now + 1):
        is_right = constant_time_compare(f"{hotp(secret, step, digits=DIGITS):0{DIGITS}d}", digits)
        if is_right and step > after and found is None:
            found = step
    return found
