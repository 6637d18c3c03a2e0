"""What an XML signature may consist of: RSA or ECDSA with SHA-2 over its own parent, exclusive canonical form, no more.

A transform is a small program; XSLT and XPath are large ones, and both run before any key is looked at.
"""

from accounts.saml.refusals import Reason, Refused
from accounts.saml.strict_xml import DS, Element, name

SIGNATURE_METHODS = frozenset(
    f"http://www.w3.org/2001/04/xmldsig-more#{kind}-{digest}"
    for kind in ("rsa", "ecdsa")
    for digest in ("sha256", "sha384", "sha512")
)
DIGEST_METHODS = frozenset(
    {
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "http://www.w3.org/2001/04/xmldsig-more#sha384",
        "http://www.w3.org/2001/04/xmlenc#sha512",
    }
)
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"

_ALLOWED = frozenset(
    name(DS, local)
    for local in (
        *("SignedInfo", "CanonicalizationMethod", "SignatureMethod", "Reference", "Transforms", "Transform"),
        *("DigestMethod", "DigestValue", "SignatureValue", "KeyInfo", "KeyName", "KeyValue", "RSAKeyValue"),
        *("Modulus", "Exponent", "X509Data", "X509Certificate", "X509IssuerSerial", "X509IssuerName"),
        *("X509SerialNumber", "X509SubjectName", "X509SKI"),
    )
) | {name(EXCLUSIVE, "InclusiveNamespaces")}


def check_signature(signature: Element, covers: str) -> None:
    """Raises Refused unless the signature covers exactly the element whose ID is `covers`, by allowed means."""
    for element in signature.iterdescendants():
        if element.tag not in _ALLOWED:
            raise Refused(Reason.BAD_SIGNATURE_SHAPE, element=element.tag)
    info = _only(signature, "SignedInfo")
    reference = _only(info, "Reference")
    if len(list(signature.iter(name(DS, "Reference")))) != 1:
        raise Refused(Reason.BAD_SIGNATURE_SHAPE)
    if not covers or reference.get("URI") != f"#{covers}":
        raise Refused(Reason.BAD_SIGNATURE_SHAPE)
    _algorithm(_only(info, "SignatureMethod"), SIGNATURE_METHODS, Reason.WEAK_ALGORITHM)
    _algorithm(_only(reference, "DigestMethod"), DIGEST_METHODS, Reason.WEAK_ALGORITHM)
    _algorithm(_only(info, "CanonicalizationMethod"), frozenset({EXCLUSIVE}), Reason.FORBIDDEN_TRANSFORM)
    _transforms(signature, reference)
    _only(signature, "SignatureValue")
    _only(reference, "DigestValue")
    if len(signature.findall(name(DS, "KeyInfo"))) > 1:
        raise Refused(Reason.BAD_SIGNATURE_SHAPE)


def _transforms(signature: Element, reference: Element) -> None:
    found = list(signature.iter(name(DS, "Transform")))
    if any(one.getparent().getparent() is not reference for one in found if one.getparent() is not None):
        raise Refused(Reason.FORBIDDEN_TRANSFORM)
    for one in found:
        _algorithm(one, frozenset({ENVELOPED, EXCLUSIVE}), Reason.FORBIDDEN_TRANSFORM)
        if one.text and one.text.strip():
            raise Refused(Reason.FORBIDDEN_TRANSFORM)
    algorithms = [one.get("Algorithm") for one in found]
    if algorithms.count(ENVELOPED) != 1 or algorithms.count(EXCLUSIVE) != 1 or algorithms[0] != ENVELOPED:
        raise Refused(Reason.FORBIDDEN_TRANSFORM)


def _algorithm(element: Element, allowed: frozenset[str], reason: Reason) -> None:
    if element.get("Algorithm") not in allowed:
        raise Refused(reason, algorithm=element.get("Algorithm", ""))
    inclusive = name(EXCLUSIVE, "InclusiveNamespaces")
    if any(child.tag != inclusive for child in element):  # also HMACOutputLength, XPath, a stylesheet
        raise Refused(reason)


def _only(parent: Element, local: str) -> Element:
    found = parent.findall(name(DS, local))
    if len(found) != 1:
        raise Refused(Reason.BAD_SIGNATURE_SHAPE, element=local)
    return found[0]
