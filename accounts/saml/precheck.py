"""What a response must look like before the library sees it.

Everything an attacker needs no key for is stopped here: sizes, DTDs, stylesheets and files in transforms, second
assertions, signatures that cover something else than where they stand. Run twice for an encrypted assertion: before it
is opened, and again on what came out, since everybody can encrypt to us.
"""

import base64
import binascii
import re

from lxml import etree

from accounts.saml.encryption_rules import check_encrypted
from accounts.saml.refusals import Reason, Refused
from accounts.saml.signature_rules import check_signature
from accounts.saml.strict_xml import DS, LARGEST, SAML, SAMLP, Element, name, parse

RESPONSE, ASSERTION = name(SAMLP, "Response"), name(SAML, "Assertion")
ENCRYPTED = name(SAML, "EncryptedAssertion")
SIGNATURE = name(DS, "Signature")
SEALED_NAME, SUBJECT = name(SAML, "EncryptedID"), name(SAML, "Subject")
_FORBIDDEN = {
    name(SAML, "EncryptedAttribute"),
    name(SAML, "Advice"),
    name(SAMLP, "Extensions"),
}
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,255}")
_ID_NAMES = ("ID", "Id", "id", "{http://www.w3.org/XML/1998/namespace}id")


def decoded(written: str) -> bytes:
    """The XML behind `SAMLResponse`. Line ends are allowed, since some providers fold it. Raises Refused."""
    if len(written) > LARGEST:
        raise Refused(Reason.TOO_LARGE)
    try:
        raw = base64.b64decode(written.replace("\r", "").replace("\n", "").encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise Refused(Reason.NOT_BASE64) from None
    if not raw:
        raise Refused(Reason.NOT_BASE64)
    return raw


def check_response(raw: bytes) -> Element:
    """The response, of which every signature stands where it must. Raises Refused."""
    root = parse(raw)
    if root.tag != RESPONSE:
        raise Refused(Reason.NOT_A_RESPONSE, root=root.tag)
    plain, sealed = _all(root, ASSERTION), _all(root, ENCRYPTED)
    if len(plain) + len(sealed) > 1 or any(one.getparent() is not root for one in (*plain, *sealed)):
        raise Refused(Reason.WRONG_STRUCTURE)
    for one in sealed:
        check_encrypted(one)
    _check_common(root, inside_encryption={ENCRYPTED, SEALED_NAME})
    _sealed_names(root, place=(SUBJECT, ASSERTION, RESPONSE))
    return root


def check_opened(document: Element) -> Element:
    """The same response with its assertion decrypted, read anew like any stranger's bytes. Raises Refused.

    The rules look at a tree of our own parser: names of nodes that xmlsec has put into a tree are not always found by
    lxml, and what is not found is not checked.
    """
    root = parse(etree.tostring(document))
    found = _all(root, ASSERTION)
    if len(found) != 1 or found[0].getparent() is not root or _all(root, ENCRYPTED):
        raise Refused(Reason.WRONG_STRUCTURE)
    _check_common(root, inside_encryption={SEALED_NAME})
    _sealed_names(root, place=(SUBJECT, ASSERTION, RESPONSE))
    if found[0].find(SIGNATURE) is None:  # everybody can encrypt to us
        raise Refused(Reason.NOT_SIGNED, part="assertion")
    return root


def check_logout(raw: bytes, local: str) -> Element:
    """A LogoutRequest or LogoutResponse (`local`) with at most one signature, its own. Raises Refused."""
    root = parse(raw)
    if root.tag != name(SAMLP, local):
        raise Refused(Reason.NOT_A_RESPONSE, root=root.tag)
    if _all(root, ASSERTION) or _all(root, ENCRYPTED):
        raise Refused(Reason.WRONG_STRUCTURE)
    _check_common(root, inside_encryption={SEALED_NAME})
    _sealed_names(root, place=(root.tag,))
    return root


def _sealed_names(root: Element, *, place: tuple[str, ...]) -> None:
    """An encrypted name stands where the plain one would (`place`: tags from its parent outwards), instead of it."""
    found = _all(root, SEALED_NAME)
    if len(found) > 1:
        raise Refused(Reason.BAD_NAME_ID)
    for one in found:
        if tuple(ancestor.tag for ancestor in one.iterancestors()) != place:
            raise Refused(Reason.WRONG_STRUCTURE, element=SEALED_NAME)
        if one.getparent().find(name(SAML, "NameID")) is not None:
            raise Refused(Reason.BAD_NAME_ID)
        check_encrypted(one)


def _check_common(root: Element, *, inside_encryption: set[str]) -> None:
    for tag in _FORBIDDEN:
        if _all(root, tag):
            raise Refused(Reason.WRONG_STRUCTURE, element=tag)
    if sum(1 for _ in root.iter(RESPONSE)) > 1:
        raise Refused(Reason.WRONG_STRUCTURE)
    _unique_ids(root)
    signatures = list(root.iter(SIGNATURE))
    for signature in signatures:
        parent = signature.getparent()
        if parent is None or (parent is not root and parent.tag != ASSERTION):
            raise Refused(Reason.BAD_SIGNATURE_SHAPE)
        if len(parent.findall(SIGNATURE)) != 1:
            raise Refused(Reason.BAD_SIGNATURE_SHAPE)
        check_signature(signature, parent.get("ID", ""))
    _nothing_of_signatures_elsewhere(root, inside_encryption)


def _nothing_of_signatures_elsewhere(root: Element, inside_encryption: set[str]) -> None:
    """Elements of XML signatures stand inside signatures, and key information inside encrypted data; nowhere else."""
    for element in root.iter(f"{{{DS}}}*"):
        around = {ancestor.tag for ancestor in element.iterancestors()}
        if element.tag == SIGNATURE or SIGNATURE in around or inside_encryption & around:
            continue
        if name(SAML, "SubjectConfirmationData") in around:  # holder of key: refused by its method later
            continue
        raise Refused(Reason.BAD_SIGNATURE_SHAPE)


def _unique_ids(root: Element) -> None:
    seen: set[str] = set()
    for element in root.iter():
        for attribute in _ID_NAMES:
            value = element.get(attribute)
            if value is None:
                continue
            if value in seen:
                raise Refused(Reason.REPEATED_ID)
            if not _ID.fullmatch(value):
                raise Refused(Reason.WRONG_STRUCTURE)
            seen.add(value)


def _all(root: Element, tag: str) -> list[Element]:
    return list(root.iter(tag))
