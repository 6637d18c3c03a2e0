"""What comes in and what does not: one table of messages, each brought over HTTP by a browser that had asked.

`taken` signs the agent in. Everything else changes nothing, shows the one plain page with a reference, and stands with
its reason in the organization's log.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import xmlsec
from lxml import etree

from accounts.models import Membership, SamlIdentity, SamlProvider, Session, User
from accounts.saml.library import library_settings
from accounts.saml.refusals import Reason
from accounts.saml.trust import trust_of
from tenancy.isolation import activate
from tests.accounts.saml.identity_provider import (
    DS,
    EMAIL_FORMAT,
    assertion_of,
    element,
    encoded,
    encrypt,
    pair,
    respond,
    sign,
    wrapped,
)
from tests.accounts.saml.office import OURS, Browser, Office, signed

T = xmlsec.Transform
XSLT = """<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0">
<xsl:template match="/"><xsl:copy-of select="document('file:///etc/hostname')"/></xsl:template></xsl:stylesheet>"""
Make = Callable[[Office, Browser], str]


@dataclass(frozen=True)
class Case:
    """A message, and why it is refused (None: it is taken)."""

    name: str
    make: Make
    reason: Reason | None


CASES: list[Case] = []


def case(name: str, reason: Reason | None) -> Callable[[Make], Make]:
    def add(make: Make) -> Make:
        CASES.append(Case(name, make, reason))
        return make

    return add


def saying(name: str, reason: Reason | None, *parts: str, **changes: Any) -> None:
    """A case that is signed properly and says something else than it should."""
    parts = parts or ("assertion",)

    def make(office: Office, browser: Browser) -> str:
        filled = {key: value(office) if callable(value) else value for key, value in changes.items()}
        return encoded(signed(respond(office.said(browser, **filled)), office.provider, *parts))

    CASES.append(Case(name, make, reason))


def signing(name: str, reason: Reason | None, where: str = "assertion", **how: Any) -> None:
    """A case that says the right thing and is signed in another way."""

    def make(office: Office, browser: Browser) -> str:
        root = respond(office.said(browser))
        who = pair(how.get("who", "provider"))
        rest = {key: value for key, value in how.items() if key != "who"}
        sign(assertion_of(root) if where == "assertion" else root, who, **rest)
        return encoded(root)

    CASES.append(Case(name, make, reason))


def sealing(name: str, reason: Reason | None, *parts: str, key: str = OURS, **how: Any) -> None:
    """A case with an encrypted assertion."""

    def make(office: Office, browser: Browser) -> str:
        root = signed(respond(office.said(browser)), office.provider, *[part for part in parts if part == "assertion"])
        encrypt(root, pair(key).certificate, **how)
        if "response" in parts:
            sign(root, office.provider)
        return encoded(root)

    CASES.append(Case(name, make, reason))


def edited(name: str, reason: Reason | None, edit: Callable[[bytes], bytes], *parts: str) -> None:
    """A case whose bytes are changed after it was signed."""

    def make(office: Office, browser: Browser) -> str:
        root = signed(respond(office.said(browser)), office.provider, *(parts or ("assertion",)))
        return base64.b64encode(edit(etree.tostring(root))).decode()

    CASES.append(Case(name, make, reason))


# --- What is right ---------------------------------------------------------------------------------------------------
saying("assertion signed", None, "assertion")
saying("response signed", None, "response")
saying("both signed", None, "assertion", "response")
saying("the shape of Okta", None, "assertion", "response", name_id="agent@harbor.example", name_format=EMAIL_FORMAT)
saying(
    "the shape of Entra ID", None, "assertion", shape="entra", name_id="Xq7-pairwise_Kd0", life=3600, not_before=-300
)
saying("the shape of Google", None, "response", shape="google", name_id="agent@harbor.example", session_index=None)
saying("no NameID format", None, name_format=None)
saying("the address only as NameID", None, email=None, name_id="agent@harbor.example", name_format=EMAIL_FORMAT)
saying("a clock one minute ahead", None, skew=60, not_before=0)
saying("a clock one minute behind", None, skew=-60)
saying("groups with several values", None, attributes=[("groups", ["Front desk", "Everyone"])])
saying("another spelling of the address", None, email="Agent@Harbor.Example")
signing("SHA-384", None, method=T.RSA_SHA384, digest=T.SHA384)
signing("SHA-512", None, method=T.RSA_SHA512, digest=T.SHA512)
signing("the new certificate during a roll-over", None, who="next")
sealing("encrypted, AES-256-GCM", None, "assertion")
sealing("encrypted, AES-128-GCM", None, "assertion", data=T.AES128_GCM, bits=128)
sealing("encrypted, both signed", None, "assertion", "response")


@case("folded base64", None)
def _folded(office: Office, browser: Browser) -> str:
    whole = encoded(signed(respond(office.said(browser)), office.provider, "assertion"))
    return "\r\n".join(whole[start : start + 76] for start in range(0, len(whole), 76))


# --- What is no message ----------------------------------------------------------------------------------------------
CASES.append(Case("nothing", lambda office, browser: "", Reason.NOT_BASE64))
CASES.append(Case("not base64", lambda office, browser: "<samlp:Response/>", Reason.NOT_BASE64))
CASES.append(Case("not ASCII", lambda office, browser: "Ä" * 40, Reason.NOT_BASE64))
CASES.append(Case("not XML", lambda office, browser: base64.b64encode(b"hello").decode(), Reason.NOT_XML))
CASES.append(Case("too large", lambda office, browser: "QUFB" * 70_000, Reason.TOO_LARGE))
CASES.append(Case("three megabytes", lambda office, browser: "QUFB" * 750_000, Reason.TOO_LARGE))
edited("UTF-16", Reason.NOT_XML, lambda raw: raw.decode().encode("utf-16"))
edited("a declared encoding that hides", Reason.NOT_XML, lambda raw: b'<?xml version="1.0" encoding="UTF-7"?>' + raw)
edited("a document type", Reason.HAS_DOCTYPE, lambda raw: b"<!DOCTYPE r>" + raw)
edited(
    "an entity that reads a file",
    Reason.HAS_DOCTYPE,
    lambda raw: b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + raw.replace(b"amelia", b"&x;"),
)
edited(
    "entities that grow",
    Reason.HAS_DOCTYPE,
    lambda raw: b'<!DOCTYPE r [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>' + raw,
)
edited("a comment inside the NameID", Reason.HAS_COMMENT, lambda raw: raw.replace(b"amelia-", b"amelia-<!-- -->"))
edited("a processing instruction", Reason.HAS_COMMENT, lambda raw: raw.replace(b"amelia-", b"amelia-<?x y?>"))
edited("another root", Reason.NOT_A_RESPONSE, lambda raw: raw.replace(b"samlp:Response", b"samlp:ArtifactResponse"))
edited("cut in the middle", Reason.NOT_XML, lambda raw: raw[: len(raw) // 2])


# --- Signatures ------------------------------------------------------------------------------------------------------
def _raw(*parts: str) -> Make:
    def make(office: Office, browser: Browser) -> str:
        return encoded(signed(respond(office.said(browser)), office.provider, *parts))

    return make


CASES.append(Case("not signed at all", _raw(), Reason.NOT_SIGNED))
signing("a foreign certificate", Reason.WRONG_SIGNATURE, who="stranger")
signing("a foreign certificate over the response", Reason.WRONG_SIGNATURE, where="response", who="stranger")
signing("SHA-1 signature", Reason.WEAK_ALGORITHM, method=T.RSA_SHA1)
signing("SHA-1 digest", Reason.WEAK_ALGORITHM, digest=T.SHA1)
signing("inclusive canonical form", Reason.FORBIDDEN_TRANSFORM, canonical=T.C14N)
signing("canonical form with comments", Reason.FORBIDDEN_TRANSFORM, canonical=T.EXCL_C14N_COMMENTS)
signing("no enveloped transform", Reason.FORBIDDEN_TRANSFORM, transforms=(T.EXCL_C14N,))
signing("a reference to the whole document", Reason.BAD_SIGNATURE_SHAPE, where="response", uri="")


@case("HMAC with the certificate as its secret", Reason.WEAK_ALGORITHM)
def _hmac(office: Office, browser: Browser) -> str:
    root = respond(office.said(browser))
    secret = xmlsec.Key.from_binary_data(xmlsec.KeyData.HMAC, office.provider.certificate.encode())
    sign(assertion_of(root), office.provider, method=T.HMAC_SHA256, key=secret)
    return encoded(root)


def _transformed(algorithm: str, content: str) -> Callable[[bytes], bytes]:
    transform = f'<ds:Transform Algorithm="{algorithm}">{content}</ds:Transform></ds:Transforms>'
    return lambda raw: raw.replace(b"</ds:Transforms>", transform.encode())


edited("XSLT", Reason.BAD_SIGNATURE_SHAPE, _transformed("http://www.w3.org/TR/1999/REC-xslt-19991116", XSLT))
edited(
    "XPath",
    Reason.BAD_SIGNATURE_SHAPE,
    _transformed("http://www.w3.org/TR/1999/REC-xpath-19991116", "<ds:XPath>1=1</ds:XPath>"),
)
edited("base64 transform", Reason.FORBIDDEN_TRANSFORM, _transformed("http://www.w3.org/2000/09/xmldsig#base64", ""))
edited("a changed name", Reason.WRONG_SIGNATURE, lambda raw: raw.replace(b"amelia-0042", b"olga-000001"))
edited("a changed address", Reason.WRONG_SIGNATURE, lambda raw: raw.replace(b"agent@", b"olga@"), "response")
edited(
    "a second reference",
    Reason.BAD_SIGNATURE_SHAPE,
    lambda raw: raw.replace(b"</ds:Reference>", b'</ds:Reference><ds:Reference URI="#x"/>'),
)
edited(
    "an object in the signature",
    Reason.BAD_SIGNATURE_SHAPE,
    lambda raw: raw.replace(b"</ds:Signature>", b"<ds:Object/></ds:Signature>"),
)
edited(
    "a key from somewhere else",
    Reason.BAD_SIGNATURE_SHAPE,
    lambda raw: raw.replace(b"<ds:X509Data", b'<ds:RetrievalMethod URI="http://127.0.0.1/"/><ds:X509Data', 1),
)


@case("the signature taken away from the assertion of both", Reason.WRONG_SIGNATURE)
def _stripped(office: Office, browser: Browser) -> str:
    root = signed(respond(office.said(browser)), office.provider, "assertion", "response")
    inner = assertion_of(root)
    inner.remove(inner.find(f"{{{DS}}}Signature"))
    return encoded(root)


@case("both signatures taken away", Reason.NOT_SIGNED)
def _bare(office: Office, browser: Browser) -> str:
    root = signed(respond(office.said(browser)), office.provider, "assertion", "response")
    for signature in list(root.iter(f"{{{DS}}}Signature")):
        signature.getparent().remove(signature)
    return encoded(root)


@case("the same ID twice", Reason.REPEATED_ID)
def _twins(office: Office, browser: Browser) -> str:
    said = office.said(browser)
    said.response_id = said.assertion_id
    return encoded(signed(respond(said), office.provider, "assertion"))


for number in range(1, 9):

    def _wrap(office: Office, browser: Browser, number: int = number) -> str:
        part = "response" if number < 3 else "assertion"
        return encoded(wrapped(signed(respond(office.said(browser)), office.provider, part), number))

    shape = {1, 2, 6, 8}
    CASES.append(
        Case(
            f"XSW{number}",
            _wrap,
            Reason.WRONG_STRUCTURE,
        )
    )


@case("a signed assertion inside another's advice", Reason.WRONG_STRUCTURE)
def _advice(office: Office, browser: Browser) -> str:
    root = respond(office.said(browser))
    inner = sign(assertion_of(root), office.provider)
    evil = respond(office.said(browser, name_id="olga-0001", email="olga@harbor.example"))
    element(assertion_of(evil), "saml:Advice").append(inner)
    return encoded(evil)


@case("two assertions, both genuine", Reason.WRONG_STRUCTURE)
def _two(office: Office, browser: Browser) -> str:
    root = signed(respond(office.said(browser)), office.provider, "assertion")
    root.append(assertion_of(signed(respond(office.said(browser)), office.provider, "assertion")))
    return encoded(root)


# --- Encryption ------------------------------------------------------------------------------------------------------
sealing("encrypted and not signed", Reason.NOT_SIGNED)
sealing("encrypted, signed around but not inside", Reason.NOT_SIGNED, "response")
sealing("CBC", Reason.WEAK_ENCRYPTION, "assertion", data=T.AES256)
sealing("triple DES", Reason.WEAK_ENCRYPTION, "assertion", data=T.DES3, bits=192, key_data=xmlsec.KeyData.DES)
sealing("PKCS#1 v1.5", Reason.WEAK_ENCRYPTION, "assertion", transport=T.RSA_PKCS1)
sealing("encrypted for somebody else", Reason.CANNOT_DECRYPT, "assertion", key="stranger")


@case("a stylesheet in the signature of an encrypted assertion", Reason.BAD_SIGNATURE_SHAPE)
def _sealed_xslt(office: Office, browser: Browser) -> str:
    root = signed(respond(office.said(browser)), pair("stranger"), "assertion")
    inner = assertion_of(root)
    algorithm = "http://www.w3.org/TR/1999/REC-xslt-19991116"
    raw = etree.tostring(inner).replace(
        b"</ds:Transforms>", f'<ds:Transform Algorithm="{algorithm}">{XSLT}</ds:Transform></ds:Transforms>'.encode()
    )
    root.replace(inner, etree.fromstring(raw))
    return encoded(encrypt(root, pair(OURS).certificate))


@case("a cipher text that is fetched from somewhere", Reason.WEAK_ENCRYPTION)
def _reference(office: Office, browser: Browser) -> str:
    root = encrypt(signed(respond(office.said(browser)), office.provider, "assertion"), pair(OURS).certificate)
    xenc = "http://www.w3.org/2001/04/xmlenc#"
    value = root.findall(f".//{{{xenc}}}CipherValue")[-1]
    etree.SubElement(value.getparent(), f"{{{xenc}}}CipherReference", URI="file:///etc/passwd")
    value.getparent().remove(value)
    return encoded(root)


# --- For whom, when, in answer to what -------------------------------------------------------------------------------
saying("no Destination", Reason.WRONG_DESTINATION, destination=None)
saying("another Destination", Reason.WRONG_DESTINATION, destination="https://evil.example/acs")
saying(
    "a Destination that begins like ours", Reason.WRONG_DESTINATION, destination=lambda office: office.ours.acs + "0"
)
saying("a Destination that ours begins with", Reason.WRONG_DESTINATION, destination=lambda o: o.ours.acs[:-1])
saying("no Recipient", Reason.WRONG_RECIPIENT, recipient=None)
saying(
    "a Recipient that contains ours", Reason.WRONG_RECIPIENT, recipient=lambda o: f"https://evil.example/?{o.ours.acs}"
)
saying("another Recipient", Reason.WRONG_CONFIRMATION, recipient="https://evil.example/acs")
saying("no Audience", Reason.WRONG_AUDIENCE, audience=None)
saying("another Audience", Reason.WRONG_AUDIENCE, audience="https://other.example")
saying("an Audience that begins like ours", Reason.WRONG_AUDIENCE, audience=lambda office: office.ours.entity_id + "x")
saying("another issuer", Reason.WRONG_ISSUER, issuer="https://evil.example/metadata")
saying("no expiry", Reason.NO_EXPIRY, expiry=False)
saying("expired", Reason.EXPIRED, skew=-1000)
saying("expired a moment ago", Reason.WRONG_CONFIRMATION, life=-2)
saying("from the future", Reason.TOO_EARLY, skew=900)
saying("good in ten minutes only", Reason.TOO_EARLY, not_before=600, life=900)
saying("a session that has ended", Reason.EXPIRED, session_ends=-60)
saying("not an answer", Reason.UNSOLICITED, request_id=None)
saying("no question in the confirmation", Reason.WRONG_REQUEST, confirmation_request=None)
saying("another question in the confirmation", Reason.WRONG_CONFIRMATION, confirmation_request="_other")
saying("a question that nobody asked", Reason.WRONG_REQUEST, request_id="_made-up")
saying("sender vouches", Reason.WRONG_CONFIRMATION, method="urn:oasis:names:tc:SAML:2.0:cm:sender-vouches")
saying("holder of key", Reason.WRONG_CONFIRMATION, method="urn:oasis:names:tc:SAML:2.0:cm:holder-of-key")
saying("not a success", Reason.STATUS_NOT_SUCCESS, status="urn:oasis:names:tc:SAML:2.0:status:Responder")
saying("a NameID with a blank in front", Reason.BAD_NAME_ID, name_id=" amelia-0042")
saying("a NameID with a line end", Reason.BAD_NAME_ID, name_id="amelia-0042\n")
saying("a NameID that is not ASCII", Reason.BAD_NAME_ID, name_id="аmelia-0042")
saying("an empty NameID", Reason.BAD_NAME_ID, name_id="")
saying("a NameID that is too long", Reason.BAD_NAME_ID, name_id="a" * 257)
saying(
    "a NameID for this time only",
    Reason.TRANSIENT_NAME_ID,
    name_format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
)
saying("an attribute twice", Reason.REPEATED_ATTRIBUTE, attributes=[("email", ["olga@harbor.example"])])
saying("no address for somebody new", Reason.NO_EMAIL, email=None)
saying("an address of a domain that is not ours", Reason.DOMAIN_NOT_PROVED, email="agent@northside.example")
saying("an address of a sub-domain", Reason.DOMAIN_NOT_PROVED, email="agent@mail.harbor.example")
saying("the address of somebody who left", Reason.DEACTIVATED, email="leaver@harbor.example")


def state(organization) -> tuple[Any, ...]:
    with activate(organization):
        return (User.objects.count(), Membership.objects.count(), SamlIdentity.objects.count(), Session.objects.count())


def test_the_library_itself_is_as_strict_as_it_goes(cast, office):
    """What our own checks refuse before it or after it, it would refuse too."""
    with activate(cast.organization):
        trust = trust_of(office.door, SamlProvider.objects.get())
    made = library_settings(trust, trust.own[0], assertion_signed=True)
    security, provider = made.get_security_data(), made.get_idp_data()
    assert made.is_strict()
    on = ("wantAssertionsSigned", "wantNameId", "rejectDeprecatedAlgorithm")
    off = ("requestedAuthnContext", "allowRepeatAttributeName")
    assert ([security[name] for name in on], [security[name] for name in off]) == ([True] * 3, [False] * 2)
    assert not provider.get("certFingerprint")
    assert len(provider["x509certMulti"]["signing"]) == len(trust.certificates)


def test_the_table_is_as_large_as_it_should_be():
    assert len(CASES) >= 95
    assert len({one.name for one in CASES}) == len(CASES)
    assert {one.reason for one in CASES} >= {None, Reason.WRONG_SIGNATURE, Reason.UNSOLICITED, Reason.WEAK_ENCRYPTION}


@pytest.mark.parametrize("one", CASES, ids=[one.name for one in CASES])
def test_messages(cast, office, browser, one):
    if one.name.startswith("the new certificate"):
        with activate(cast.organization):
            from accounts.saml import configuring
            from accounts.saml.certificates import read_certificate

            new = read_certificate(pair("next").certificate)
            configuring.add_certificate(actor=cast.owner, certificate=new)
    message = one.make(office, browser)
    before = state(cast.organization)
    answer = browser.bring(message, RelayState="https://evil.example/")
    if one.reason is None:
        assert answer.status_code == 302, office.last().reason
        assert answer["Location"] == "/"
        assert browser.member == cast.agent
        assert office.last().reason == ""
        return
    assert answer.status_code == 403, office.last()
    assert office.last().reason == one.reason
    assert office.last().reference in answer.content.decode()
    assert one.reason.value not in answer.content.decode()
    assert browser.member is None
    assert state(cast.organization) == before
