"""The admin's side: metadata in and out, certificates, keys, domains, mappings, enforcement and the way round it."""

import base64
import re
import zlib
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.test import Client
from lxml import etree

from accounts.founding import add_member
from accounts.models import (
    BreakGlass,
    Enforced,
    KeyUse,
    OutgoingMail,
    SamlCertificate,
    SamlKey,
    SamlMapping,
    SamlProvider,
    Session,
    SsoDomain,
    SsoDoor,
)
from accounts.saml.provider_metadata import BadMetadata, read_metadata
from accounts.saml.refusals import Reason
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.accounts.codes import code, with_app
from tests.accounts.saml.identity_provider import ENTITY, encoded, logout_request, metadata, pair, respond
from tests.accounts.saml.office import Browser, open_office, own_key, signed
from tests.cast import PASSPHRASE, signed_in

HIDDEN = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def rows(cast, model):
    with activate(cast.organization):
        return list(model.objects.all())


def events(cast) -> list[str]:
    with activate(cast.organization):
        return list(AuditEvent.objects.order_by("sequence").values_list("event", flat=True))


@pytest.fixture
def admin(cast) -> Client:
    with activate(cast.organization):
        own_key(cast.organization)
    return signed_in(Client(), cast.owner)


def test_metadata_is_taken_over_and_ours_is_given(cast, admin):
    assert admin.get("/settings/sso/").status_code == 200
    taken = admin.post("/settings/sso/provider/", {"metadata": metadata(pair("provider"), pair("next"))})
    assert taken.status_code == 302
    (provider,) = rows(cast, SamlProvider)
    assert (provider.entity_id, provider.sso_url) == (ENTITY, "https://idp.harbor.example/sso")
    assert len(rows(cast, SamlCertificate)) == 2
    page = admin.get("/settings/sso/").content.decode()
    door = SsoDoor.objects.get()
    for part in ("metadata", "acs", "slo"):
        assert f"{settings.PUBLIC_BASE_URL}/sso/{door.slug}/{part}" in page
    ours = etree.fromstring(Client().get(f"/sso/{door.slug}/metadata").content)
    assert ours.get("entityID") == f"{settings.PUBLIC_BASE_URL}/sso/{door.slug}/metadata"
    assert pair("ours").body.encode() in etree.tostring(ours)
    assert b"PRIVATE" not in etree.tostring(ours)
    assert "sso:changed" in events(cast)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not_xml"),
        ("hello", "not_xml"),
        (HIDDEN + metadata(pair("provider")), "has_doctype"),
        (metadata(pair("provider")).replace("md:EntityDescriptor", "md:Other"), "not_metadata"),
        (metadata(pair("provider")).replace("IDPSSO", "SPSSO"), "no_provider"),
        (metadata(), "no_certificate"),
        (metadata(pair("provider")).replace("HTTP-Redirect", "HTTP-Artifact"), "no_binding"),
        (metadata(pair("provider"), sso="ftp://idp.harbor.example/"), "bad_address"),
        (metadata(pair("provider"), sso="https://a b"), "bad_address"),
        (metadata(pair("provider"), sso="javascript:alert(1)"), "bad_address"),
        (metadata(pair("provider"), entity=""), "no_entity_id"),
        (metadata(pair("small", 1024)), "certificate_short_key"),
        (metadata(pair("provider")).replace("X509Certificate>M", "X509Certificate>!"), "certificate_unreadable"),
        (metadata(*(pair(f"many {number}", 2048) for number in range(4))), "too_many_certificates"),
        ("<a>" * 100_000, "too_large"),
    ],
)
def test_metadata_that_cannot_be_used_says_why(text, why):
    with pytest.raises(BadMetadata) as refused:
        read_metadata(text.encode())
    assert refused.value.why == why


def test_metadata_is_fetched_from_public_machines_only(cast, admin):
    for url in ("http://idp.harbor.example/m", "https://127.0.0.1/m", "https://169.254.169.254/latest/", "file:///etc"):
        answer = admin.post("/settings/sso/provider/", {"metadata_url": url})
        assert answer.status_code == 422
    assert admin.post("/settings/sso/provider/", {}).status_code == 422
    assert rows(cast, SamlProvider) == []


def test_changes_take_a_fresh_proof_and_the_right(cast):
    office = open_office(cast.owner)
    stale = signed_in(Client(), cast.owner, minutes_ago=11)
    for path in ("provider/", "switch/", "options/", "mappings/add/", "domains/add/", "enforcement/whom/"):
        assert stale.post(f"/settings/sso/{path}", {"on": "0"})["Location"].startswith("/confirm/"), path
    agent = signed_in(Client(), cast.agent)
    assert agent.get("/settings/sso/").status_code == 403
    assert agent.post("/settings/sso/switch/", {"on": "0"}).status_code == 403
    office.door.refresh_from_db()
    assert office.door.is_on


def test_certificates_roll_over(cast, admin):
    open_office(cast.owner)
    assert admin.post("/settings/sso/certificates/add/", {"certificate": pair("next").certificate}).status_code == 302
    assert admin.post("/settings/sso/certificates/add/", {"certificate": pair("third").certificate}).status_code == 302
    full = admin.post("/settings/sso/certificates/add/", {"certificate": pair("stranger").certificate})
    assert full.status_code == 422
    assert admin.post("/settings/sso/certificates/add/", {"certificate": "no"}).status_code == 422
    for left in (2, 1, 1):
        first = rows(cast, SamlCertificate)[0]
        admin.post(f"/settings/sso/certificates/{first.pk}/remove/")
        assert len(rows(cast, SamlCertificate)) == left
    # Metadata with a new key keeps the old one beside it, and another provider's keeps none.
    admin.post("/settings/sso/provider/", {"metadata": metadata(pair("next"))})
    assert len(rows(cast, SamlCertificate)) == 2
    admin.post("/settings/sso/provider/", {"metadata": metadata(pair("third"), entity="https://other.example")})
    assert len(rows(cast, SamlCertificate)) == 1


def test_our_key_rolls_over_without_a_gap(cast, admin):
    office = open_office(cast.owner)
    admin.post("/settings/sso/keys/announce/")
    assert {key.use for key in rows(cast, SamlKey)} == {KeyUse.CURRENT, KeyUse.NEXT}
    new = next(key for key in rows(cast, SamlKey) if key.use == KeyUse.NEXT)
    assert Client().get(f"/sso/{office.door.slug}/metadata").content.count(b"<ds:X509Certificate>") == 4
    from tests.accounts.saml.identity_provider import encrypt

    def sealed_for(certificate: str) -> int:
        browser = Browser(office).ask()
        root = encrypt(signed(respond(office.said(browser)), office.provider, "assertion"), certificate)
        return browser.bring(encoded(root)).status_code

    assert sealed_for(new.certificate) == 302
    admin.post("/settings/sso/keys/use/")
    assert {key.use: key.fingerprint for key in rows(cast, SamlKey)}[KeyUse.CURRENT] == new.fingerprint
    assert sealed_for(pair("ours").certificate) == 302
    assert admin.post("/settings/sso/keys/drop-old/").status_code == 302
    assert sealed_for(pair("ours").certificate) == 403
    assert office.last().reason == Reason.CANNOT_DECRYPT
    assert admin.post("/settings/sso/keys/anything/").status_code == 404


def test_a_domain_counts_after_its_record_was_seen(cast, admin, settings):
    open_office(cast.owner, domain="")
    assert admin.post("/settings/sso/domains/add/", {"domain": "Ada@Harbor-Dental.COM"}).status_code == 302
    for nonsense in ("", "gmail.com", "localhost", "a b.com", "1.2.3.4", "x" * 300):
        assert admin.post("/settings/sso/domains/add/", {"domain": nonsense}).status_code == 422
    domain = SsoDomain.objects.get()
    assert domain.domain == "harbor-dental.com"
    check = f"/settings/sso/domains/{domain.pk}/check/"
    for resolver, proved in (
        ("nothing_there", False),
        ("no_answer", False),
        ("another_record", False),
        ("the_record", True),
    ):
        settings.SSO_TXT_RESOLVER = f"tests.accounts.saml.resolvers.{resolver}"
        assert admin.post(check).status_code == 302
        domain.refresh_from_db()
        assert bool(domain.proved_at) is proved, resolver
    taken = SsoDomain.objects.create(organization=cast.other_organization, domain="harbor-dental.com", token="x")
    signed_in(admin, cast.outsider).post(f"/settings/sso/domains/{taken.pk}/check/")
    taken.refresh_from_db()
    assert taken.proved_at is None, "one organization proves a domain"


def plain(answer) -> str:
    """The page without the token that differs in each."""
    return re.sub(r'<meta name="csrf-token"[^>]*>', "", answer.content.decode())


def test_the_door_leads_by_domain_and_never_tells_whether_an_address_exists(cast, office):
    def at_the_door(email: str):
        return Client().post("/sso/", {"email": email})

    known, unknown = at_the_door("agent@harbor.example"), at_the_door("nobody@harbor.example")
    assert known.status_code == unknown.status_code == 200
    assert plain(known) == plain(unknown)
    assert f"/sso/{office.door.slug}/" in known.content.decode()
    elsewhere, nowhere = at_the_door("oscar@northside.example"), at_the_door("x@nowhere.example")
    assert elsewhere.status_code == nowhere.status_code == 422
    assert b"No organization signs in this way" in elsewhere.content
    assert "Sign in with single sign-on" in Client().get("/sign-in/").content.decode()


def test_mappings_are_added_previewed_and_removed(cast, admin):
    open_office(cast.owner)
    with activate(cast.organization):
        supervisor = cast.supervisor.roles.get().role_id
    admin.post("/settings/sso/mappings/add/", {"role_attribute": "role", "groups_attribute": "groups"})
    admin.post("/settings/sso/mappings/add/", {"value": "Auditors", "to": f"role {supervisor}"})
    admin.post("/settings/sso/mappings/add/", {"value": "Reception", "to": f"team {cast.front_desk.pk}"})
    assert admin.post("/settings/sso/mappings/add/", {"value": "x", "to": "role nobody"}).status_code == 422
    told = "email = nina@harbor.example\nrole = Auditors\ngroups = Reception\ngroups = Others"
    page = admin.post("/settings/sso/mappings/", {"name_id": "nina", "attributes": told}).content.decode()
    assert "A new member" in page
    assert "Role: Supervisor" in page
    assert "Teams: Front desk" in page
    assert len(rows(cast, SamlMapping)) == 2
    for mapping in rows(cast, SamlMapping):
        admin.post(f"/settings/sso/mappings/{mapping.pk}/remove/")
    assert rows(cast, SamlMapping) == []


def test_enforcing_it_closes_the_door_for_passwords_but_for_break_glass(cast, admin):
    open_office(cast.owner)
    assert admin.post("/settings/sso/enforcement/whom/", {"whom": "everybody"}).status_code == 422, "nobody could enter"
    admin.post(f"/settings/sso/break-glass/{cast.owner.pk}/", {"on": "1"})
    assert not BreakGlass.objects.exists(), "an owner without a second factor"
    device = with_app(cast.owner.user)
    admin.post(f"/settings/sso/break-glass/{cast.owner.pk}/", {"on": "1"})
    assert BreakGlass.objects.filter(membership=cast.owner).exists()
    agent = signed_in(Client(), cast.agent)
    assert admin.post("/settings/sso/enforcement/whom/", {"whom": "everybody"}).status_code == 302
    assert agent.get("/settings/account/").status_code == 302, "the session ended"
    right = Client().post("/sign-in/", {"email": "agent@harbor.example", "password": PASSPHRASE})
    wrong = Client().post("/sign-in/", {"email": "agent@harbor.example", "password": "wrong"})
    assert right.status_code == wrong.status_code == 422
    assert b"do not belong together" in right.content
    owner = Client()
    owner.post("/sign-in/", {"email": "olga@harbor.example", "password": PASSPHRASE})
    assert "break_glass:used" not in events(cast)
    assert owner.post("/sign-in/code/", {"code": code(device)}).status_code == 302
    assert owner.get("/settings/people/").status_code == 200
    assert "break_glass:used" in events(cast)
    assert OutgoingMail.objects.filter(kind="break_glass_used").count() == 1, "every owner is told"
    admin.post(f"/settings/sso/break-glass/{cast.owner.pk}/", {"on": "0"})
    assert BreakGlass.objects.exists(), "the last one stays"
    admin.post("/settings/sso/switch/", {"on": "0"})
    again = Client().post("/sign-in/", {"email": "agent@harbor.example", "password": PASSPHRASE})
    assert again.status_code == 302, "with single sign-on off nothing is enforced"


def test_enforcing_it_for_a_domain_leaves_the_others(cast, admin):
    open_office(cast.owner)
    with_app(cast.owner.user)
    admin.post(f"/settings/sso/break-glass/{cast.owner.pk}/", {"on": "1"})
    assert admin.post("/settings/sso/enforcement/whom/", {"whom": "domains"}).status_code == 302
    assert SsoDoor.objects.get().enforced == Enforced.DOMAINS
    cast.auditor.user.email = "rin@freelance.example"
    cast.auditor.user.save()
    for email, status in (("rin@freelance.example", 302), ("agent@harbor.example", 422)):
        assert Client().post("/sign-in/", {"email": email, "password": PASSPHRASE}).status_code == status


def test_a_domain_that_is_proved_later_ends_the_sessions_of_its_people_too(cast, admin, settings):
    open_office(cast.owner)
    with_app(cast.owner.user)
    admin.post(f"/settings/sso/break-glass/{cast.owner.pk}/", {"on": "1"})
    admin.post("/settings/sso/enforcement/whom/", {"whom": "domains"})
    for member, email in ((cast.agent, "amelia@harbor-dental.com"), (cast.auditor, "rin@freelance.example")):
        member.user.email = email
        member.user.save()
    theirs, freelance = signed_in(Client(), cast.agent), signed_in(Client(), cast.auditor)
    elsewhere = signed_in(Client(), cast.outsider)
    admin.post("/settings/sso/domains/add/", {"domain": "harbor-dental.com"})
    check = f"/settings/sso/domains/{SsoDomain.objects.get(domain='harbor-dental.com').pk}/check/"
    settings.SSO_TXT_RESOLVER = "tests.accounts.saml.resolvers.nothing_there"
    admin.post(check)
    assert theirs.get("/settings/account/").status_code == 200
    settings.SSO_TXT_RESOLVER = "tests.accounts.saml.resolvers.the_record"
    admin.post(check)
    assert theirs.get("/settings/account/").status_code == 302, "the session ended"
    for kept in (freelance, elsewhere, admin):
        assert kept.get("/settings/account/").status_code == 200
    assert events(cast).count("sso:enforced") == 2


def test_a_domain_that_is_proved_ends_nothing_where_nothing_is_enforced(cast, admin, settings):
    open_office(cast.owner)
    cast.agent.user.email = "amelia@harbor-dental.com"
    cast.agent.user.save()
    theirs = signed_in(Client(), cast.agent)
    admin.post("/settings/sso/domains/add/", {"domain": "harbor-dental.com"})
    settings.SSO_TXT_RESOLVER = "tests.accounts.saml.resolvers.the_record"
    admin.post(f"/settings/sso/domains/{SsoDomain.objects.get(domain='harbor-dental.com').pk}/check/")
    assert theirs.get("/settings/account/").status_code == 200


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "part of a page"])
def test_switching_to_where_it_is_enforced_leads_to_that_provider_and_not_in(cast, htmx):
    office = open_office(cast.outsider, domain="northside.example")
    SsoDoor.objects.filter(pk=office.door.pk).update(enforced=Enforced.EVERYBODY)
    there = add_member(organization=cast.other_organization, user=cast.agent.user, role="agent")
    client = signed_in(Client(), cast.agent)
    headers = {"HX-Request": "true"} if htmx else {}
    led = client.post(f"/organization/{cast.other_organization.pk}/", headers=headers)
    start = f"/sso/{office.door.slug}/"
    assert start in (led["HX-Redirect"] if htmx else led.content.decode())
    asked = client.get(start)
    assert asked["Location"].startswith("https://idp.harbor.example/sso?")
    assert [session.membership_id for session in Session.objects.all()] == [cast.agent.pk], "and nobody was let in"
    assert there.pk != cast.agent.pk


def test_whoever_comes_back_from_that_provider_is_in_there_and_out_here(cast):
    office = open_office(cast.outsider, domain="northside.example")
    SsoDoor.objects.filter(pk=office.door.pk).update(enforced=Enforced.EVERYBODY)
    user = cast.agent.user
    user.email = "amelia@northside.example"
    user.save()
    there = add_member(organization=cast.other_organization, user=user, role="agent")
    browser = Browser(office)
    signed_in(browser.client, cast.agent)
    browser.client.post(f"/organization/{cast.other_organization.pk}/")
    browser.ask()
    said = office.said(browser, email="amelia@northside.example", name_id="amelia-there")
    browser.bring(encoded(signed(respond(said), office.provider, "assertion")))
    assert browser.member == there
    assert not Session.objects.filter(membership=cast.agent).exists()


def enter(office, **changes) -> Browser:
    browser = Browser(office).ask()
    said = office.said(browser, **changes)
    assert browser.bring(encoded(signed(respond(said), office.provider, "assertion"))).status_code == 302
    return browser


def logout_query(office, name_id: str, index: str = "", *, who: str = "provider", **changes: str) -> str:
    """A LogoutRequest of the provider as a signed query."""
    root = logout_request(**{"destination": office.ours.slo, "name_id": name_id, "index": index} | changes)
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = squeezer.compress(etree.tostring(root)) + squeezer.flush()
    algorithm = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
    query = urlencode({"SAMLRequest": base64.b64encode(packed).decode(), "RelayState": "r 1", "SigAlg": algorithm})
    key = load_pem_private_key(pair(who).key.encode(), None)
    return (
        f"{query}&Signature={quote(base64.b64encode(key.sign(query.encode(), PKCS1v15(), SHA256())).decode(), safe='')}"
    )


def test_signing_out_here_signs_out_there(cast):
    office = open_office(cast.owner, slo="https://idp.harbor.example/slo")
    browser = enter(office)
    page = browser.client.post("/sign-out/").content.decode()
    assert "https://idp.harbor.example/slo?SAMLRequest=" in page
    assert browser.member is None
    assert browser.client.get("/settings/account/").status_code == 302


def test_signing_out_there_ends_the_session_that_it_names(cast):
    office = open_office(cast.owner, slo="https://idp.harbor.example/slo")
    slo = urlsplit(office.ours.slo).path
    first, second = enter(office, session_index="_one"), enter(office, session_index="_two")
    for bad in (
        "",
        logout_query(office, "amelia-0042", "_one", who="stranger"),
        logout_query(office, "amelia-0042", "_one", Destination="https://evil.example"),
        logout_query(office, "amelia-0042", "_one", IssueInstant="2020-01-01T00:00:00Z"),
        logout_query(office, "amelia-0042", "_one").replace("RelayState=r", "RelayState=s"),
    ):
        assert Client().get(f"{slo}?{bad}").status_code == 403
    assert first.member
    query = logout_query(office, "amelia-0042", "_one")
    answer = Client().get(f"{slo}?{query}")
    assert answer["Location"].startswith("https://idp.harbor.example/slo?SAMLResponse=")
    assert parse_qs(urlsplit(answer["Location"]).query)["RelayState"] == ["r 1"]
    assert first.member is None
    assert second.member == cast.agent
    assert Client().get(f"{slo}?{query}").status_code == 403, "once only"
    assert Client().get(f"{slo}?{logout_query(office, 'amelia-0042')}").status_code == 302
    assert second.member is None, "without an index every session of the person ends"


def test_the_log_says_what_was_wrong_in_plain_words(cast, admin, office):
    browser = Browser(office).ask()
    said = office.said(browser, audience="https://wrong.example")
    refused = browser.bring(encoded(signed(respond(said), office.provider, "assertion")))
    reference = office.last().reference
    assert reference in refused.content.decode()
    page = admin.get("/settings/sso/log/").content.decode()
    assert reference in page
    assert "meant for another application" in page
    assert "https://wrong.example" in page


def test_a_member_is_unlinked_and_linked_anew(cast, admin, office):
    enter(office)
    assert "amelia-0042" in admin.get("/settings/sso/mappings/").content.decode()
    assert signed_in(Client(), cast.outsider).post(f"/settings/sso/people/{cast.agent.pk}/unlink/").status_code == 404
    assert admin.post(f"/settings/sso/people/{cast.agent.pk}/unlink/").status_code == 302
    assert enter(office, name_id="a-new-name").member == cast.agent
