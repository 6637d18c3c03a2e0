"""What single sign-on keeps, and for how long."""

from datetime import timedelta

import time_machine
from django.utils import timezone

from accounts.models import SamlAttempt, SamlRequest, SamlSession, SamlUsed
from accounts.saml import attempts
from accounts.saml.forgetting import forget_ended_sso
from tenancy.isolation import activate
from tests.accounts.saml.identity_provider import encoded, respond
from tests.accounts.saml.office import Browser, signed


def kept(cast) -> tuple[int, ...]:
    with activate(cast.organization):
        return tuple(model.objects.count() for model in (SamlRequest, SamlUsed, SamlSession, SamlAttempt))


def test_an_assertion_is_remembered_until_it_would_be_too_old_anyway(cast, office, browser):
    message = encoded(signed(respond(office.said(browser)), office.provider, "assertion"))
    assert browser.bring(message).status_code == 302
    Browser(office).ask()
    with activate(cast.organization):
        assert forget_ended_sso() == 0
    assert kept(cast) == (2, 1, 1, 1)
    for later, left in ((timedelta(minutes=11), (1, 0, 1, 1)), (timedelta(hours=13), (1, 0, 0, 1))):
        with time_machine.travel(timezone.now() + later), activate(cast.organization):
            forget_ended_sso()
        assert kept(cast) == left
    with time_machine.travel(timezone.now() + attempts.KEPT + timedelta(days=1)), activate(cast.organization):
        forget_ended_sso()
    assert kept(cast) == (0, 0, 0, 0)


def test_a_flood_of_refused_messages_pushes_old_ones_out(cast, office, monkeypatch):
    monkeypatch.setattr(attempts, "MOST_KEPT", 3)
    for _ in range(6):
        assert Browser(office).bring("no").status_code == 403
    with activate(cast.organization):
        newest = list(SamlAttempt.objects.values_list("pk", flat=True)[:3])
        forget_ended_sso()
        assert list(SamlAttempt.objects.values_list("pk", flat=True)) == newest
