"""Passkeys and security keys (WebAuthn), always with their holder verified by the device itself.

django-otp-webauthn does the protocol; its pages and addresses are not used, because they know neither half-finished
sign-ins nor our sessions. What differs from it here: verification of the holder is REQUIRED and not only wished for; a
challenge is used up by the first answer, right or wrong, under the session's row lock; the credential's row is locked
while its counter is compared; a device says nothing about its maker (no attestation is asked for or kept).

RP ID and origin come from PUBLIC_BASE_URL (`config/settings.py`), never from the request.
"""

import logging
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_otp_webauthn.exceptions import OTPWebAuthnApiError
from django_otp_webauthn.helpers import WebAuthnHelper
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import AuthenticatorSelectionCriteria, ResidentKeyRequirement, UserVerificationRequirement

from accounts.models import Passkey, User
from accounts.sessions import SessionStore

log = logging.getLogger(__name__)

MOST = 10  # of one person
LIFE_SECONDS = 5 * 60
_KEPT = "passkey_challenge"
_MALFORMED = (WebAuthnException, OTPWebAuthnApiError, ValueError, TypeError, KeyError, AttributeError, IndexError)

Answer = Mapping[str, Any]


class NotAccepted(Exception):
    """The device's answer is not what was asked for."""


class TooMany(Exception):
    """The person has as many passkeys as they may."""


class _Helper(WebAuthnHelper):  # type: ignore[misc] # the library has no types
    """The library's protocol with our choices."""

    def __init__(self) -> None:
        super().__init__(request=None)

    def get_generate_registration_options_kwargs(self, *, user: User) -> dict[str, Any]:
        options: dict[str, Any] = super().get_generate_registration_options_kwargs(user=user)
        options["authenticator_selection"] = AuthenticatorSelectionCriteria(
            user_verification=UserVerificationRequirement.REQUIRED, resident_key=ResidentKeyRequirement.PREFERRED
        )
        return options

    def get_credential_display_name(self, user: User) -> str:
        return user.name

    def create_attestation(self, *args: object) -> None:
        """Nothing of it is kept."""


def are_offered() -> bool:
    """Whether browsers allow them at this installation's address: https, or this machine by its name."""
    return bool(settings.OTP_WEBAUTHN_ALLOWED_ORIGINS)


def begin_adding(store: SessionStore, user: User) -> dict[str, Any]:
    """What the browser is asked to make a passkey from. Raises TooMany."""
    if Passkey.objects.filter(user=user).count() >= MOST:
        raise TooMany
    options, _ = _Helper().register_begin(user=user)
    _keep(store, options["challenge"], f"add {user.pk}")
    return dict(options)


def finish_adding(store: SessionStore, user: User, answer: Answer, *, name: str) -> Passkey:
    """The new passkey, which counts from now on. Raises NotAccepted, TooMany."""
    challenge = _take(store, f"add {user.pk}")
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if Passkey.objects.filter(user=user).count() >= MOST:
            raise TooMany
        try:
            with transaction.atomic():
                device: Passkey = _Helper().register_complete(user=user, state=_state(challenge), data=dict(answer))
        except (*_MALFORMED, IntegrityError) as error:  # also a credential that exists already
            log.info("passkey_refused error=%s", type(error).__name__)
            raise NotAccepted from None
        Passkey.objects.filter(pk=device.pk).update(name=name)
        device.name = name
    return device


def begin_showing(store: SessionStore, user: User | None) -> dict[str, Any]:
    """What the browser is asked to sign. Without a user any passkey of this site may answer, and nothing is said about
    whom we know.
    """
    options, _ = _Helper().authenticate_begin(user=user, require_user_verification=True)
    _keep(store, options["challenge"], f"show {user.pk if user else ''}")
    return dict(options)


def finish_showing(store: SessionStore, user: User | None, answer: Answer) -> Passkey:
    """The passkey that signed, and so the person who holds it. Raises NotAccepted.

    A counter that did not grow means that somebody may have copied the device: it is refused, and stays refused until
    the real one has counted past it.
    """
    challenge = _take(store, f"show {user.pk if user else ''}")
    with transaction.atomic():
        try:
            _lock(answer)
            found: Passkey = _Helper().authenticate_complete(user=user, state=_state(challenge), data=dict(answer))
        except _MALFORMED as error:
            log.info("passkey_refused error=%s", type(error).__name__)
            raise NotAccepted from None
    return found


def _lock(answer: Answer) -> None:
    """Hold the credential's row, so that its counter is compared by one request at a time."""
    raw_id = base64url_to_bytes(str(answer["rawId"]))
    hashed = Passkey.get_credential_id_sha256(raw_id)
    list(Passkey.objects.select_for_update().filter(credential_id_sha256=hashed, confirmed=True))


def _state(challenge: str) -> dict[str, Any]:
    return {"challenge": challenge, "require_user_verification": True}


def _keep(store: SessionStore, challenge: str, purpose: str) -> None:
    store[_KEPT] = {"challenge": challenge, "for": purpose, "at": timezone.now().timestamp()}


def _take(store: SessionStore, purpose: str) -> str:
    """The challenge that this session was given for this purpose, once. Raises NotAccepted."""
    kept = store.take(_KEPT) or {}
    age = timezone.now().timestamp() - float(kept.get("at", 0))
    if kept.get("for") != purpose or not 0 <= age < LIFE_SECONDS:
        raise NotAccepted
    return str(kept["challenge"])
