"""Signatures by keys on the curves P-256 and P-384: made by xmlsec and, independently, by OpenSSL over bytes that we
canonicalize ourselves; and every way to write r and s that is none.
"""

import base64
import shutil
import subprocess

import pytest
import xmlsec
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

from accounts.saml.certificates import BadCertificate, read_certificate
from accounts.saml.query_signatures import check_query_signature
from accounts.saml.refusals import Reason, Refused
from tests.accounts.saml.identity_provider import (
    DS,
    Pair,
    assertion_of,
    certified,
    curve_pair,
    encoded,
    encrypt,
    metadata,
    pair,
    respond,
    sign,
)
from tests.accounts.saml.office import OURS, certify
from tests.journeys.real_provider import NO_XMLSEC
from tests.kept import kept_upon

T = xmlsec.Transform
P256, P384 = curve_pair("p256"), curve_pair("p384", ec.SECP384R1)
ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"


@kept_upon("office")
def curves(office):
    certify(office, P256, P384)
    return office


def answered(office, browser, who: Pair, where: str = "assertion", **how):
    root = respond(office.said(browser))
    sign(assertion_of(root) if where == "assertion" else root, who, **{"method": T.ECDSA_SHA256} | how)
    return root


@pytest.mark.parametrize(
    ("who", "how"),
    [
        (P256, {}),
        (P256, {"where": "response"}),
        (P384, {"method": T.ECDSA_SHA384, "digest": T.SHA384}),
        (P384, {"method": T.ECDSA_SHA512, "digest": T.SHA512}),
        (P384, {"method": T.ECDSA_SHA256}),
    ],
)
def test_what_xmlsec_signs_on_a_curve_is_taken(cast, curves, browser, who, how):
    curves.takes(browser, encoded(answered(curves, browser, who, **how)), cast.agent)


def test_an_encrypted_assertion_may_be_signed_on_a_curve(cast, curves, browser):
    root = encrypt(answered(curves, browser, P256), pair(OURS).certificate)
    curves.takes(browser, encoded(root), cast.agent)


@pytest.mark.skipif(shutil.which("xmlsec1") is None, reason=NO_XMLSEC)
def test_what_the_program_that_pysaml2_uses_signs_is_taken(cast, curves, browser, tmp_path):
    root = answered(curves, browser, P256)
    root.find(f".//{{{DS}}}SignatureValue").text = ""
    root.find(f".//{{{DS}}}DigestValue").text = ""
    for name, text in (("key.pem", P256.key), ("template.xml", etree.tostring(root).decode())):
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        [
            *("xmlsec1", "--sign", "--privkey-pem", str(tmp_path / "key.pem"), "--id-attr:ID", "Assertion"),
            str(tmp_path / "template.xml"),
        ],
        capture_output=True,
        check=True,
        timeout=30,
    )
    curves.takes(browser, base64.b64encode(done.stdout).decode(), cast.agent)


def rewritten(root, make) -> str:
    """The message with another SignatureValue: `make` gets the canonical SignedInfo and r, s as they were."""
    value = root.find(f".//{{{DS}}}SignatureValue")
    made = make(etree.tostring(root.find(f".//{{{DS}}}SignedInfo"), method="c14n", exclusive=True))
    value.text = base64.b64encode(made).decode()
    return encoded(root)


def raw(der: bytes, size: int = 32) -> bytes:
    r, s = decode_dss_signature(der)
    return r.to_bytes(size) + s.to_bytes(size)


def by_hand(covered: bytes, who: Pair = P256) -> bytes:
    key = load_pem_private_key(who.key.encode(), None)
    return key.sign(covered, ec.ECDSA(SHA256()))


def test_what_openssl_signs_by_hand_is_taken(cast, curves, browser):
    root = answered(curves, browser, P256)
    curves.takes(browser, rewritten(root, lambda covered: raw(by_hand(covered))), cast.agent)


N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # the order of P-256
FORGED = {
    "r and s zero": lambda covered: bytes(64),
    "s zero": lambda covered: raw(by_hand(covered))[:32] + bytes(32),
    "r zero": lambda covered: bytes(32) + raw(by_hand(covered))[32:],
    "r and s the order": lambda covered: N.to_bytes(32) * 2,
    "r and s one": lambda covered: (1).to_bytes(32) * 2,
    "r and s all ones": lambda covered: b"\xff" * 64,
    "nothing": lambda covered: b"",
    "r alone": lambda covered: raw(by_hand(covered))[:32],
    "something behind": lambda covered: raw(by_hand(covered)) + b"\x00\x00",
    "DER": by_hand,
    "of a stranger on the larger curve": lambda covered: raw(
        by_hand(covered, curve_pair("p384 stranger", ec.SECP384R1)), 48
    ),
    "of another text": lambda covered: raw(by_hand(covered + b" ")),
    "of a stranger": lambda covered: raw(by_hand(covered, curve_pair("curve stranger"))),
}


@pytest.mark.parametrize("make", FORGED.values(), ids=FORGED.keys())
def test_r_and_s_that_are_none_are_refused(cast, curves, browser, make):
    curves.refuses(browser, rewritten(answered(curves, browser, P256), make), Reason.WRONG_SIGNATURE)


def test_a_key_of_one_kind_does_not_stand_for_the_other(cast, office, browser):
    certify(office, P256)
    root = answered(office, browser, P256)
    root.find(f".//{{{DS}}}SignatureMethod").set("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256")
    office.refuses(browser, encoded(root), Reason.WRONG_SIGNATURE)
    browser.ask()
    office.refuses(browser, encoded(answered(office, browser, P256, method=T.ECDSA_SHA1)), Reason.WEAK_ALGORITHM)
    browser.ask()
    office.refuses(browser, encoded(answered(office, browser, P256, method=T.ECDSA_SHA224)), Reason.WEAK_ALGORITHM)


def test_a_key_that_the_message_brings_along_counts_for_nothing(cast, office, browser):
    """Certificates are pinned: a good signature with its own certificate beside it is still a stranger's."""
    office.refuses(browser, encoded(answered(office, browser, P256)), Reason.WRONG_SIGNATURE)


def test_certificates_on_two_curves_are_taken_and_no_others():
    for good in (P256, P384):
        assert read_certificate(good.certificate).fingerprint
        assert good.body in metadata(good)
    for curve in (ec.SECP521R1, ec.SECP256K1, ec.SECP224R1, ec.BrainpoolP256R1):
        with pytest.raises(BadCertificate) as refused:
            read_certificate(curve_pair(curve.name, curve).certificate)
        assert refused.value.why == "wrong_kind"


def test_a_certificate_of_ed25519_is_named_for_what_it_is():
    key = ed25519.Ed25519PrivateKey.generate()
    with pytest.raises(BadCertificate) as refused:
        read_certificate(certified("ed25519", key).certificate)
    assert refused.value.why == "wrong_kind"


QUERY = b"SAMLRequest=abc&SigAlg=x"


def test_queries_are_checked_as_strictly():
    der = by_hand(QUERY)
    good = raw(der)
    check_query_signature(QUERY, good, ECDSA_SHA256, (pair("provider").certificate, P256.certificate))
    longer = load_pem_private_key(P384.key.encode(), None).sign(QUERY, ec.ECDSA(SHA384()))
    check_query_signature(QUERY, raw(longer, 48), ECDSA_SHA256.replace("256", "384"), (P384.certificate,))
    bad = [der, bytes(64), good[:32] + bytes(32), good + b"\x00", b"\x00" + good, b"", N.to_bytes(32) * 2]
    for signature in bad:
        with pytest.raises(Refused) as refused:
            check_query_signature(QUERY, signature, ECDSA_SHA256, (P256.certificate,))
        assert refused.value.reason is Reason.WRONG_SIGNATURE
    for algorithm in ("", "ecdsa-sha256", ECDSA_SHA256.replace("sha256", "sha1"), ECDSA_SHA256 + "-x"):
        with pytest.raises(Refused) as refused:
            check_query_signature(QUERY, good, algorithm, (P256.certificate,))
        assert refused.value.reason is Reason.WEAK_ALGORITHM
    with pytest.raises(Refused):
        check_query_signature(QUERY, good, ECDSA_SHA256.replace("ecdsa", "rsa"), (P256.certificate,))
