"""Deletes what single sign-on no longer needs."""

from django.utils import timezone

from accounts.models import SamlRequest, SamlSession, SamlUsed
from accounts.saml import attempts


def forget_ended_sso() -> int:
    """Ended questions, sessions, used assertions and old attempts of the active organization; how many there were.

    An assertion is forgotten only when it would be refused as too old anyway.
    """
    now = timezone.now()
    return (
        attempts.forget_old()
        + SamlRequest.objects.filter(expires_at__lte=now - attempts.KEPT).delete()[0]
        + SamlRequest.objects.filter(expires_at__lte=now, saml_attempts__isnull=True).delete()[0]
        + SamlSession.objects.filter(ends_at__lte=now).delete()[0]
        + SamlUsed.objects.filter(until__lte=now).delete()[0]
    )
