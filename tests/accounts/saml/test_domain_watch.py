"""A proved domain whose record goes away: told, and after the grace nobody new; nobody is ever locked out."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Enforced, Membership, OutgoingMail, SsoDomain
from accounts.saml import doors
from accounts.saml.domain_watch import look_again
from accounts.saml.refusals import Reason
from accounts.signing_in import password_memberships
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.accounts.saml.identity_provider import encoded, respond
from tests.accounts.saml.office import Browser, signed
from tests.cast import signed_in


@pytest.fixture
def dns(settings):
    """What DNS answers from now on, asked a day after the last time."""

    def answers(name: str) -> int:
        settings.SSO_TXT_RESOLVER = f"tests.accounts.saml.resolvers.{name}"
        SsoDomain.objects.update(checked_at=None)
        return look_again()

    return answers


def comes(office, email: str, name_id: str):
    browser = Browser(office).ask()
    said = office.said(browser, email=email, name_id=name_id)
    return browser.bring(encoded(signed(respond(said), office.provider, "assertion"))).status_code


def test_a_record_that_is_gone_is_told_and_stops_newcomers_after_the_grace(cast, office, dns):
    assert comes(office, "agent@harbor.example", "amelia-0042") == 302
    assert dns("hoped_for") == 1
    assert not OutgoingMail.objects.exists()
    dns("nothing_there")
    dns("another_record")
    told = OutgoingMail.objects.filter(kind="sso_domain_missing")
    assert told.count() == Membership.objects.filter(organization=cast.organization, is_owner=True).count() == 1
    with activate(cast.organization):
        assert AuditEvent.objects.filter(event="sso_domain:missing").count() == 1
    page = signed_in(Client(), cast.owner).get("/settings/sso/domains/").content.decode()
    assert "Record missing" in page
    assert comes(office, "nina@harbor.example", "nina-1") == 302, "the grace"
    SsoDomain.objects.update(missing_since=timezone.now() - SsoDomain.GRACE)
    assert comes(office, "nora@harbor.example", "nora-1") == 403
    assert office.last().reason == Reason.DOMAIN_NOT_PROVED
    assert comes(office, "agent@harbor.example", "amelia-0042") == 302, "who is linked comes in"
    assert doors.door_for("nora@harbor.example") is None
    dns("hoped_for")
    assert SsoDomain.objects.get().missing_since is None
    assert doors.door_for("nora@harbor.example") == office.door
    assert comes(office, "nora@harbor.example", "nora-1") == 302


def test_what_is_enforced_stays_enforced_so_that_a_lost_domain_opens_no_mailed_password(cast, office, dns):
    office.door.__class__.objects.update(enforced=Enforced.DOMAINS)
    assert not password_memberships(cast.agent.user).exists()
    dns("nothing_there")
    SsoDomain.objects.update(missing_since=timezone.now() - timedelta(days=90))
    assert not password_memberships(cast.agent.user).exists()
    theirs = SsoDomain.objects.create(organization=cast.other_organization, domain="harbor.example", token="x")
    signed_in(Client(), cast.outsider).post(f"/settings/sso/domains/{theirs.pk}/check/")
    theirs.refresh_from_db()
    assert theirs.proved_at is None, "and its new owner takes nothing over by proving it"


def test_dns_that_does_not_answer_says_nothing_and_a_day_is_a_day(cast, office, dns):
    assert dns("no_answer") == 0
    assert SsoDomain.objects.get().missing_since is None
    assert look_again() == 0
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert look_again() == 0  # asked, and no answer again
    SsoDomain.objects.update(proved_at=None)
    assert dns("nothing_there") == 0, "what is not proved is nobody's loss"


def test_an_admin_who_put_the_record_back_need_not_wait_for_the_next_day(cast, office, dns, settings):
    dns("nothing_there")
    settings.SSO_TXT_RESOLVER = "tests.accounts.saml.resolvers.hoped_for"
    signed_in(Client(), cast.owner).post(f"/settings/sso/domains/{SsoDomain.objects.get().pk}/check/")
    assert SsoDomain.objects.get().missing_since is None
