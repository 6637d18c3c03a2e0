"""HTTP-POST: questions that a form takes to the provider, and logout messages that forms bring and take."""

import base64
import re
from html import unescape
from urllib.parse import urlsplit

import pytest
import xmlsec
from django.test import Client
from lxml import etree

from accounts.models import SamlIdentity, SamlSession
from accounts.saml.refusals import Reason
from tenancy.isolation import activate
from tests.accounts.saml.identity_provider import (
    DS,
    ENTITY,
    SAML,
    SAMLP,
    curve_pair,
    element,
    encoded,
    logout_request,
    pair,
    respond,
    seal,
    sign,
)
from tests.accounts.saml.office import OURS, Browser, certify, open_office, signed

SLO = "https://idp.harbor.example/slo"
FIELD = re.compile(r'<input type="hidden" name="(SAMLRequest|SAMLResponse|RelayState)" value="([^"]*)">')


@pytest.fixture
def posting(cast):
    return open_office(cast.owner, slo=SLO, by="POST")


def form_of(page) -> tuple[str, dict[str, str]]:
    """Where the page's form goes, and what it brings."""
    text = page.content.decode()
    where = re.search(r'<form method="post" action="([^"]+)" data-leaves>', text)
    assert where, text
    return unescape(where[1]), {name: unescape(value) for name, value in FIELD.findall(text)}


def message_in(written: str):
    """The message, whose signature by our key was checked as a provider would."""
    root = etree.fromstring(base64.b64decode(written))
    xmlsec.tree.add_ids(root, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(pair(OURS).certificate, xmlsec.KeyFormat.CERT_PEM)
    context.verify(root.find(f"{{{DS}}}Signature"))
    assert root.find(f".//{{{DS}}}Reference").get("URI") == f"#{root.get('ID')}"
    assert [child.tag for child in root][:2] == [f"{{{SAML}}}Issuer", f"{{{DS}}}Signature"], "the schema's order"
    return root


def ask(office) -> Browser:
    """A browser whose form is on its way to the provider."""
    browser = Browser(office)
    page = browser.client.get(urlsplit(office.ours.start).path)
    where, fields = form_of(page)
    assert where == "https://idp.harbor.example/sso"
    browser.request = message_in(fields["SAMLRequest"])
    browser.request_id, browser.relay = browser.request.get("ID"), fields["RelayState"]
    return browser


def test_a_provider_that_takes_posts_only_is_asked_by_a_form(cast, posting):
    browser = ask(posting)
    assert browser.request.get("Destination") == "https://idp.harbor.example/sso"
    message = encoded(signed(respond(posting.said(browser)), posting.provider, "assertion"))
    posting.takes(browser, message, cast.agent)


def test_the_page_works_by_its_button_under_a_strict_policy(cast, posting):
    page = Client().get(urlsplit(posting.ours.start).path)
    text = page.content.decode()
    assert 'type="submit"' in text
    assert "leaving.js" in text
    assert not re.search(r"<script(?![^>]*src=)[^>]*>", text), "no script of its own"
    assert " onload=" not in text
    policy = dict(part.strip().partition(" ")[::2] for part in page["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert "'self'" not in policy["form-action"]
    assert page["Cache-Control"] == "no-store"
    ordinary = Client().get("/sign-in/")["Content-Security-Policy"]
    assert "form-action 'self'" in ordinary


def test_an_unsigned_question_is_posted_where_the_provider_wants_none_signed(cast, posting):
    posting.options(signs_requests=False)
    _, fields = form_of(Client().get(urlsplit(posting.ours.start).path))
    assert b"Signature" not in base64.b64decode(fields["SAMLRequest"])


def test_a_provider_that_takes_both_is_asked_by_redirect(cast):
    office = open_office(cast.owner)
    assert Client().get(urlsplit(office.ours.start).path).status_code == 302
    ours = Client().get(urlsplit(office.ours.entity_id).path).content.decode()
    assert ours.count("SingleLogoutService") == 2


def entered(office, **changes) -> Browser:
    browser = ask(office)
    said = office.said(browser, **changes)
    assert browser.bring(encoded(signed(respond(said), office.provider, "assertion"))).status_code == 302
    return browser


def test_signing_out_here_takes_a_signed_form_there(cast, posting):
    browser = entered(posting)
    where, fields = form_of(browser.client.post("/sign-out/"))
    assert where == SLO
    asked = message_in(fields["SAMLRequest"])
    assert asked.findtext(f"{{{SAML}}}NameID") == "amelia-0042"
    assert asked.findtext(f"{{{SAMLP}}}SessionIndex") == "_session-1"
    assert browser.member is None
    assert Client().post(urlsplit(posting.ours.slo).path, {"SAMLResponse": "x"})["Location"] == "/sign-in/"


def post_logout(office, root, **fields):
    return Client().post(urlsplit(office.ours.slo).path, {"SAMLRequest": encoded(root), **fields})


def asking(office, name_id: str = "amelia-0042", index: str = "", **changes):
    return logout_request(**{"destination": office.ours.slo, "name_id": name_id, "index": index} | changes)


def test_signing_out_there_comes_by_a_form_and_is_answered_by_one(cast, posting):
    first, second = entered(posting, session_index="_one"), entered(posting, session_index="_two")
    request = sign(asking(posting, index="_one"), posting.provider)
    where, fields = form_of(post_logout(posting, request, RelayState='r "1"'))
    assert where == SLO
    assert fields["RelayState"] == 'r "1"'
    answer = message_in(fields["SAMLResponse"])
    assert answer.get("InResponseTo") == request.get("ID")
    assert first.member is None
    assert second.member == cast.agent
    assert post_logout(posting, request).status_code == 403, "once only"
    assert posting.last().reason == Reason.REPLAYED


def test_a_name_may_be_encrypted_and_the_key_on_a_curve(cast, posting):
    browser = entered(posting)
    certify(posting, curve_pair("p256"))
    request = asking(posting)
    seal(request.find(f"{{{SAML}}}NameID"), "EncryptedID", pair(OURS).certificate)
    sign(request, curve_pair("p256"), method=xmlsec.Transform.ECDSA_SHA256)
    assert post_logout(posting, request).status_code == 200
    assert browser.member is None


def _wrapped(office):
    """The genuine request inside another that names somebody else."""
    genuine = sign(asking(office, "olga-0001"), office.provider)
    evil = asking(office)
    evil.insert(1, genuine.find(f"{{{DS}}}Signature"))
    element(evil, "samlp:Extensions").append(genuine)
    return evil


def _covering_nothing(office):
    root = asking(office)
    return sign(root, office.provider, uri="")


def _changed(office):
    root = sign(asking(office, "olga-0001"), office.provider)
    root.find(f"{{{SAML}}}NameID").text = "amelia-0042"
    return root


def _twice_signed(office):
    return sign(sign(asking(office), office.provider), office.provider)


def _two_names(office):
    root = asking(office)
    sealed = seal(element(root, "saml:NameID", "amelia-0042"), "EncryptedID", pair(OURS).certificate)
    assert sealed.getparent() is root
    return sign(root, office.provider)


def _assertion_inside(office):
    root = asking(office)
    element(root, "saml:Assertion", ID="_a1")
    return sign(root, office.provider)


def _sealed_for_another(office):
    root = asking(office)
    seal(root.find(f"{{{SAML}}}NameID"), "EncryptedID", pair("stranger").certificate)
    return sign(root, office.provider)


BAD = {
    "unsigned": (asking, Reason.NOT_SIGNED),
    "a stranger's": (lambda o: sign(asking(o), pair("stranger")), Reason.WRONG_SIGNATURE),
    "changed": (_changed, Reason.WRONG_SIGNATURE),
    "SHA-1": (lambda o: sign(asking(o), o.provider, method=xmlsec.Transform.RSA_SHA1), Reason.WEAK_ALGORITHM),
    "wrapped": (_wrapped, Reason.WRONG_STRUCTURE),
    "covering the document": (_covering_nothing, Reason.BAD_SIGNATURE_SHAPE),
    "signed twice": (_twice_signed, Reason.BAD_SIGNATURE_SHAPE),
    "two names": (_two_names, Reason.BAD_NAME_ID),
    "a name for another key": (_sealed_for_another, Reason.CANNOT_DECRYPT),
    "an assertion inside": (_assertion_inside, Reason.WRONG_STRUCTURE),
    "for somebody else": (
        lambda o: sign(asking(o, Destination="https://evil.example"), o.provider),
        Reason.WRONG_DESTINATION,
    ),
    "old": (lambda o: sign(asking(o, IssueInstant="2020-01-01T00:00:00Z"), o.provider), Reason.EXPIRED),
    "ended": (lambda o: sign(asking(o, NotOnOrAfter="2020-01-01T00:00:00Z"), o.provider), Reason.EXPIRED),
    "a response": (lambda o: sign(respond(o.said()), o.provider), Reason.NOT_A_RESPONSE),
}


def test_forms_that_are_not_right_end_nothing(cast, posting):
    browser = entered(posting)
    for name, (make, reason) in BAD.items():
        assert post_logout(posting, make(posting)).status_code == 403, name
        assert posting.last().reason == reason, name
    path = urlsplit(posting.ours.slo).path
    good = encoded(sign(asking(posting), posting.provider))
    for fields in ({}, {"SAMLRequest": ""}, {"SAMLRequest": "<x/>"}, {"SAMLRequest": [good, good]}, {"Other": good}):
        assert Client().post(path, fields).status_code == 403
    assert Client().post(path, {"SAMLRequest": "QUFB" * 150_000}).status_code == 403
    assert Client().post(f"{path}?SAMLRequest={good[:50]}", {}).status_code == 403
    assert browser.member == cast.agent


def test_a_provider_of_another_organization_ends_nobody_here(cast, posting):
    browser = entered(posting)
    north = pair("north")
    other = open_office(cast.outsider, entity="https://idp.north.example", signers=("north",), domain="north.example")
    for office, issuer in (
        (posting, ENTITY),
        (other, "https://idp.north.example"),
        (posting, "https://idp.north.example"),
    ):
        root = asking(office)
        root.find(f"{{{SAML}}}Issuer").text = issuer
        post_logout(office, sign(root, north))
        assert browser.member == cast.agent
    with activate(cast.organization):
        assert SamlSession.objects.count() == SamlIdentity.objects.count() == 1
