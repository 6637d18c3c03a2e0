"""Metadata that is fetched again: shown, mailed, and never more trusted than somebody here has said."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import OutgoingMail, SamlCertificate, SamlFoundCertificate, SamlProvider
from accounts.saml.refreshing import refresh_due
from accounts.saml.refusals import Reason
from tenancy.isolation import activate
from tests.accounts.saml.identity_provider import encoded, metadata, pair, respond
from tests.accounts.saml.office import Browser, certify, open_office, signed
from tests.accounts.saml.test_fetching import HERE, http
from tests.cast import signed_in
from tests.tls import serving


def fingerprints(office, model=SamlCertificate) -> set[str]:
    with activate(office.owner.organization):
        return set(model.objects.values_list("pem", flat=True))


def provider_of(office) -> SamlProvider:
    with activate(office.owner.organization):
        return SamlProvider.objects.get()


def says(office, authority, answer: bytes) -> int:
    """A day later the metadata's address says this. How many addresses were asked."""
    with serving(authority.server_context(HERE), answer) as server:
        office.options(metadata_url=f"https://{HERE}:{server.port}/m", metadata_checked_at=None)
        return refresh_due()


def comes_in(office, who: str) -> int:
    browser = Browser(office).ask()
    return browser.bring(encoded(signed(respond(office.said(browser)), pair(who), "assertion"))).status_code


def kinds() -> list[str]:
    return sorted(OutgoingMail.objects.values_list("kind", flat=True))


def test_a_new_certificate_is_shown_and_mailed_and_counts_once_somebody_took_it(cast, office, authority):
    both = http(metadata(pair("provider"), pair("next")).encode())
    assert says(office, authority, both) == 1
    assert says(office, authority, both) == 1
    assert fingerprints(office) == {pair("provider").certificate}
    assert fingerprints(office, SamlFoundCertificate) == {pair("next").certificate}
    assert set(kinds()) == {"sso_certificate_found"}, "told once, each who may do something"
    assert len(kinds()) == 2
    assert comes_in(office, "next") == 403
    assert office.last().reason == Reason.WRONG_SIGNATURE
    admin = signed_in(Client(), cast.owner)
    page = admin.get("/settings/sso/").content.decode()
    assert "New in the metadata" in page
    with activate(cast.organization):
        found = SamlFoundCertificate.objects.get()
    take = f"/settings/sso/certificates/found/{found.pk}/"
    assert signed_in(Client(), cast.agent).post(take).status_code == 403
    assert signed_in(Client(), cast.outsider).post(take).status_code == 404
    assert signed_in(Client(), cast.owner, minutes_ago=11).post(take)["Location"].startswith("/confirm/")
    assert comes_in(office, "next") == 403
    assert admin.post(take).status_code == 302
    assert admin.post(take).status_code == 404, "once"
    assert comes_in(office, "next") == comes_in(office, "provider") == 302


def test_an_organization_may_take_new_ones_at_once(cast, office, authority):
    office.options(takes_new_certificates=True)
    says(office, authority, http(metadata(pair("provider"), pair("next")).encode()))
    assert comes_in(office, "next") == 302
    assert set(kinds()) == {"sso_certificate_taken"}
    certify(office, pair("third"))
    says(office, authority, http(metadata(pair("fourth")).encode()))
    assert fingerprints(office, SamlFoundCertificate) == {pair("fourth").certificate}, "no room: it waits"
    admin = signed_in(Client(), cast.owner)
    with activate(cast.organization):
        found = SamlFoundCertificate.objects.get()
    admin.post(f"/settings/sso/certificates/found/{found.pk}/")
    assert len(fingerprints(office)) == 3


def test_what_an_admin_removed_does_not_come_back_by_itself(cast, office, authority):
    office.options(takes_new_certificates=True)
    both = http(metadata(pair("provider"), pair("next")).encode())
    says(office, authority, both)
    with activate(cast.organization):
        new = SamlCertificate.objects.get(pem=pair("next").certificate)
    admin = signed_in(Client(), cast.owner)
    assert admin.post(f"/settings/sso/certificates/{new.pk}/remove/").status_code == 302
    says(office, authority, both)
    assert fingerprints(office) == {pair("provider").certificate}
    assert comes_in(office, "next") == 403


def test_what_is_gone_from_the_metadata_still_counts_until_somebody_removes_it(cast, office, authority):
    certify(office, pair("next"))
    says(office, authority, http(metadata(pair("next")).encode()))
    assert comes_in(office, "provider") == 302
    assert "no longer in the metadata" in signed_in(Client(), cast.owner).get("/settings/sso/").content.decode()
    says(office, authority, http(metadata(pair("next"), pair("provider")).encode()))
    assert "no longer in the metadata" not in signed_in(Client(), cast.owner).get("/settings/sso/").content.decode()
    says(office, authority, http(metadata(pair("next"), pair("provider"), pair("third")).encode()))
    says(office, authority, http(metadata(pair("next"), pair("provider")).encode()))
    assert fingerprints(office, SamlFoundCertificate) == set(), "what nobody took goes with the metadata"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (metadata(pair("evil"), entity="https://evil.example"), "another entity ID"),
        (metadata(pair("provider"), sso="https://evil.example/sso"), "other addresses"),
        (metadata(pair("provider"), slo="https://evil.example/slo"), "other addresses"),
        (metadata(pair("small", 1024)), "shorter than 2048"),
        ("<html>", "not XML"),
    ],
)
def test_what_else_has_changed_is_a_problem_that_is_shown_and_changes_nothing(cast, office, authority, answer, words):
    before = provider_of(office)
    office.options(takes_new_certificates=True)
    says(office, authority, http(answer.encode()))
    after = provider_of(office)
    assert (after.entity_id, after.sso_url, after.slo_url) == (before.entity_id, before.sso_url, before.slo_url)
    assert fingerprints(office) == {pair("provider").certificate}
    assert fingerprints(office, SamlFoundCertificate) == set()
    assert words in signed_in(Client(), cast.owner).get("/settings/sso/").content.decode()
    since = after.metadata_failing_since
    says(office, authority, http(answer.encode()))
    assert provider_of(office).metadata_failing_since == since
    says(office, authority, http(metadata(pair("provider")).encode()))
    assert provider_of(office).metadata_problem == ""
    assert comes_in(office, "provider") == 302


def test_an_address_is_asked_once_a_day_and_through_the_guard(cast, office, settings):
    settings.EGRESS_LOOPBACK = False
    assert refresh_due() == 0, "pasted metadata has no address"
    office.options(metadata_url="https://127.0.0.1/m")
    assert refresh_due() == 1
    assert provider_of(office).metadata_problem == "fetch_not_public"
    assert "private network" in signed_in(Client(), cast.owner).get("/settings/sso/").content.decode()
    assert refresh_due() == 0
    office.options(metadata_checked_at=timezone.now() - timedelta(hours=25))
    assert refresh_due() == 1
    assert comes_in(office, "provider") == 302, "an address that does not answer stops nobody"


def test_one_organizations_metadata_tells_another_nothing(cast, office, authority):
    other = open_office(cast.outsider, entity="https://idp.north.example", signers=("north",), domain="north.example")
    says(office, authority, http(metadata(pair("provider"), pair("north")).encode()))
    assert fingerprints(other) == {pair("north").certificate}
    assert fingerprints(other, SamlFoundCertificate) == set()
    assert fingerprints(office, SamlFoundCertificate) == {pair("north").certificate}
    assert comes_in(office, "north") == 403
