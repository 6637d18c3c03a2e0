"""What an encrypted assertion or name may consist of: AES in GCM, its key under RSA-OAEP, both in the message itself.

A CipherReference would let a stranger name a file and transforms; CBC and PKCS#1 v1.5 let one decrypt by asking.
"""

from accounts.saml.refusals import Reason, Refused
from accounts.saml.strict_xml import DS, XENC, XENC11, Element, name

DATA_METHODS = frozenset(f"http://www.w3.org/2009/xmlenc11#aes{bits}-gcm" for bits in (128, 192, 256))
KEY_METHODS = frozenset({"http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p", "http://www.w3.org/2009/xmlenc11#rsa-oaep"})
# Inside OAEP SHA-1 is no signature: xmlenc 1.1 keeps it, and providers send it.
OAEP_DIGESTS = frozenset(
    {
        "http://www.w3.org/2000/09/xmldsig#sha1",
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "http://www.w3.org/2001/04/xmldsig-more#sha384",
        "http://www.w3.org/2001/04/xmlenc#sha512",
    }
)
_MOST_KEYS = 2
_ALLOWED = frozenset(
    {
        *(name(XENC, one) for one in ("EncryptedData", "EncryptedKey", "EncryptionMethod", "CipherData")),
        *(name(XENC, one) for one in ("CipherValue", "ReferenceList", "DataReference", "KeySize")),
        *(name(DS, one) for one in ("KeyInfo", "KeyName", "DigestMethod", "RetrievalMethod", "X509Data")),
        *(name(DS, one) for one in ("X509Certificate", "X509IssuerSerial", "X509IssuerName", "X509SerialNumber")),
        *(name(DS, one) for one in ("X509SubjectName", "X509SKI", "KeyValue", "RSAKeyValue", "Modulus", "Exponent")),
        name(XENC11, "MGF"),
    }
)
_KEY_TYPE = "http://www.w3.org/2001/04/xmlenc#EncryptedKey"


def check_encrypted(sealed: Element) -> None:
    """Raises Refused unless this EncryptedAssertion or EncryptedID can be opened without harm."""
    for element in sealed.iterdescendants():
        if element.tag not in _ALLOWED:
            raise Refused(Reason.WEAK_ENCRYPTION, element=element.tag)
    data = sealed.findall(name(XENC, "EncryptedData"))
    keys = list(sealed.iter(name(XENC, "EncryptedKey")))
    if len(data) != 1 or len(list(sealed.iter(name(XENC, "EncryptedData")))) != 1:
        raise Refused(Reason.WRONG_STRUCTURE, element=sealed.tag)
    if not 1 <= len(keys) <= _MOST_KEYS:
        raise Refused(Reason.WRONG_STRUCTURE, element=name(XENC, "EncryptedKey"))
    _method(data[0], DATA_METHODS)
    ids = set()
    for key in keys:
        _method(key, KEY_METHODS)
        ids.add(f"#{key.get('Id')}")
    for pointer in sealed.iter(name(DS, "RetrievalMethod")):
        if len(pointer) or pointer.get("URI") not in ids or pointer.get("Type") != _KEY_TYPE:
            raise Refused(Reason.WEAK_ENCRYPTION, element=pointer.tag)
    for pointer in sealed.iter(name(XENC, "DataReference")):
        if len(pointer) or not pointer.get("URI", "").startswith("#"):
            raise Refused(Reason.WEAK_ENCRYPTION, element=pointer.tag)


def _method(element: Element, allowed: frozenset[str]) -> None:
    method = element.find(name(XENC, "EncryptionMethod"))
    algorithm = "" if method is None else method.get("Algorithm", "")
    if method is None or algorithm not in allowed:
        raise Refused(Reason.WEAK_ENCRYPTION, algorithm=algorithm)
    digest = method.find(name(DS, "DigestMethod"))
    if digest is not None and digest.get("Algorithm") not in OAEP_DIGESTS:
        raise Refused(Reason.WEAK_ENCRYPTION, algorithm=digest.get("Algorithm", ""))
    if element.find(name(XENC, "CipherData")) is None:
        raise Refused(Reason.WRONG_STRUCTURE, element=name(XENC, "CipherData"))
