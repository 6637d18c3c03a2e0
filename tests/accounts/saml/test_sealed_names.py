"""Names that the provider encrypts: opened behind the proof, one, at its place, for our key, and nothing but a name."""

from collections.abc import Callable

import pytest
import xmlsec
from lxml import etree

from accounts.models import KeyUse, SamlKey
from accounts.saml import own_keys
from accounts.saml.precheck import check_response
from accounts.saml.refusals import Reason, Refused
from tenancy.isolation import activate
from tests.accounts.saml.identity_provider import (
    DS,
    SAML,
    assertion_of,
    element,
    encoded,
    encrypt,
    name_of,
    pair,
    respond,
    seal,
)
from tests.accounts.saml.office import OURS, signed

XENC = "http://www.w3.org/2001/04/xmlenc#"
T = xmlsec.Transform


def sealed_answer(office, browser, *, key: str = OURS, parts: tuple[str, ...] = ("assertion",), before=None, **how):
    """A right answer with its name encrypted, then signed. `before` changes the tree between the two."""
    root = respond(office.said(browser))
    seal(name_of(root), "EncryptedID", pair(key).certificate, **how)
    if before is not None:
        before(root)
    return signed(root, office.provider, *parts)


def subject_of(root):
    return assertion_of(root).find(f"{{{SAML}}}Subject")


def beside(root) -> None:
    """The key stands beside the data, where saml-core puts it too, with another reader's in front of it."""
    sealed = subject_of(root).find(f"{{{SAML}}}EncryptedID")
    info = sealed.find(f"{{{XENC}}}EncryptedData/{{{DS}}}KeyInfo")
    ours = info.find(f"{{{XENC}}}EncryptedKey")
    other = respond_sealed_key("stranger")
    info.getparent().remove(info)
    sealed.append(other)
    sealed.append(ours)


def respond_sealed_key(key: str):
    holder = etree.fromstring(f'<saml:Subject xmlns:saml="{SAML}"><saml:NameID>x</saml:NameID></saml:Subject>')
    return seal(holder[0], "EncryptedID", pair(key).certificate).find(f".//{{{XENC}}}EncryptedKey")


@pytest.mark.parametrize("parts", [("assertion",), ("response",), ("assertion", "response")])
def test_an_encrypted_name_is_taken_whatever_is_signed(cast, office, browser, parts):
    office.takes(browser, encoded(sealed_answer(office, browser, parts=parts)), cast.agent)
    with activate(cast.organization):
        assert cast.agent.saml_identities.get().name_id == "amelia-0042"


def test_a_key_beside_the_data_and_one_for_another_reader_are_taken(cast, office, browser):
    office.takes(
        browser, encoded(sealed_answer(office, browser, before=beside, data=T.AES128_GCM, bits=128)), cast.agent
    )


def test_an_encrypted_name_inside_an_encrypted_assertion_is_taken(cast, office, browser):
    root = sealed_answer(office, browser)
    office.takes(browser, encoded(encrypt(root, pair(OURS).certificate)), cast.agent)


def test_a_name_for_our_next_key_is_opened_too(cast, office, browser):
    with activate(cast.organization):
        own_keys.announce(actor=cast.owner)
        new = SamlKey.objects.get(use=KeyUse.NEXT)
    root = respond(office.said(browser))
    seal(name_of(root), "EncryptedID", new.certificate)
    office.takes(browser, encoded(signed(root, office.provider, "assertion")), cast.agent)


def _plain_beside(root) -> None:
    subject_of(root).insert(0, etree.fromstring(f'<saml:NameID xmlns:saml="{SAML}">olga-0001</saml:NameID>'))


def _twice(root) -> None:
    holder = etree.fromstring(f'<saml:Subject xmlns:saml="{SAML}"><saml:NameID>olga-0001</saml:NameID></saml:Subject>')
    subject_of(root).insert(0, seal(holder[0], "EncryptedID", pair(OURS).certificate))


def _to_the_confirmation(root) -> None:
    confirmation = subject_of(root).find(f"{{{SAML}}}SubjectConfirmation")
    confirmation.insert(0, subject_of(root).find(f"{{{SAML}}}EncryptedID"))


def _to_the_response(root) -> None:
    root.insert(1, subject_of(root).find(f"{{{SAML}}}EncryptedID"))


def _to_an_attribute(root) -> None:
    value = assertion_of(root).find(f".//{{{SAML}}}AttributeValue")
    value.text = None
    value.append(subject_of(root).find(f"{{{SAML}}}EncryptedID"))


def _fetched(root) -> None:
    value = subject_of(root).findall(f".//{{{XENC}}}CipherValue")[-1]
    etree.SubElement(value.getparent(), f"{{{XENC}}}CipherReference", URI="file:///etc/passwd")
    value.getparent().remove(value)


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        (_plain_beside, Reason.BAD_NAME_ID),
        (_twice, Reason.BAD_NAME_ID),
        (_to_the_confirmation, Reason.WRONG_STRUCTURE),
        (_to_the_response, Reason.WRONG_STRUCTURE),
        (_to_an_attribute, Reason.WRONG_STRUCTURE),
        (_fetched, Reason.WEAK_ENCRYPTION),
    ],
)
def test_a_name_stands_once_at_its_place_and_carries_its_cipher_text(
    cast, office, browser, before: Callable[..., None], reason
):
    office.refuses(browser, encoded(sealed_answer(office, browser, before=before)), reason)


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"key": "stranger"}, Reason.CANNOT_DECRYPT),
        ({"parts": ()}, Reason.NOT_SIGNED),
        ({"data": T.AES256}, Reason.WEAK_ENCRYPTION),
        ({"transport": T.RSA_PKCS1}, Reason.WEAK_ENCRYPTION),
    ],
)
def test_a_name_is_encrypted_for_us_and_well_and_signed(cast, office, browser, how, reason):
    office.refuses(browser, encoded(sealed_answer(office, browser, **how)), reason)


def test_a_name_that_a_stranger_puts_over_the_signed_one_is_never_opened(cast, office, browser, monkeypatch):
    """Everybody can encrypt to us: the signature does not cover this name, so our key is not used at all."""
    root = sealed_answer(office, browser)
    other = respond(office.said(browser, name_id="olga-0001"))
    seal(name_of(other), "EncryptedID", pair(OURS).certificate)
    here, there = (subject_of(one).find(f"{{{SAML}}}EncryptedID") for one in (root, other))
    here.getparent().replace(here, there)
    monkeypatch.setattr("accounts.saml.sealed_names._decrypted", lambda *all: pytest.fail("opened before the proof"))
    office.refuses(browser, encoded(root), Reason.WRONG_SIGNATURE)


def _sealing(text: str):
    """Encrypt something else than the name at its place."""

    def before(root) -> None:
        subject = subject_of(root)
        subject.remove(subject.find(f"{{{SAML}}}EncryptedID"))
        inner = etree.fromstring(f'<saml:Subject xmlns:saml="{SAML}">{text}</saml:Subject>')[0]
        holder = etree.Element("holder")
        holder.append(inner)
        subject.insert(0, seal(inner, "EncryptedID", pair(OURS).certificate))

    return before


@pytest.mark.parametrize(
    "text",
    [
        "<saml:Issuer>amelia-0042</saml:Issuer>",
        "<saml:NameID><saml:NameID>amelia-0042</saml:NameID></saml:NameID>",
        "<saml:EncryptedID><saml:NameID>amelia-0042</saml:NameID></saml:EncryptedID>",
        "<saml:NameID/>",
        "<saml:NameID> amelia-0042</saml:NameID>",
    ],
)
def test_what_comes_out_is_a_name_and_nothing_else(cast, office, browser, text):
    office.refuses(browser, encoded(sealed_answer(office, browser, before=_sealing(text))), Reason.BAD_NAME_ID)


def test_a_comment_that_was_hidden_by_the_encryption_is_found(cast, office, browser):
    message = encoded(sealed_answer(office, browser, before=_sealing("<saml:NameID>amelia-<!-- -->0042</saml:NameID>")))
    office.refuses(browser, message, Reason.HAS_COMMENT)


def test_other_encrypted_parts_stay_refused():
    root = etree.fromstring(
        '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"/>',
    )
    element(element(root, "saml:Assertion"), "saml:EncryptedAttribute")
    with pytest.raises(Refused) as refused:
        check_response(etree.tostring(root))
    assert refused.value.reason is Reason.WRONG_STRUCTURE
