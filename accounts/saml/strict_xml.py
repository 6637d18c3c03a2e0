"""The one way a stranger's XML becomes a tree: UTF-8, no DTD, no entity, nothing from anywhere else."""

import re
from typing import Any, TypeAlias

from lxml import etree

from accounts.saml.refusals import Reason, Refused

LARGEST = 256 * 1024  # bytes of the XML itself; what carries it in base64 is bounded by the same figure
DEEPEST = 60

SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
DS = "http://www.w3.org/2000/09/xmldsig#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"

Element: TypeAlias = Any  # lxml has no types
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")


def parse(raw: bytes) -> Element:
    """The root element. Raises Refused: HAS_DOCTYPE, NOT_XML, HAS_COMMENT (also for processing instructions)."""
    if len(raw) > LARGEST:
        raise Refused(Reason.TOO_LARGE)
    if b"<!DOCTYPE" in raw.upper() or b"<!ENTITY" in raw.upper():
        raise Refused(Reason.HAS_DOCTYPE)
    _only_utf8(raw)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, recover=False
    )
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Refused(Reason.NOT_XML) from None
    if root.getroottree().docinfo.doctype:
        raise Refused(Reason.HAS_DOCTYPE)
    only_elements(root)
    return root


def _only_utf8(raw: bytes) -> None:
    """Another encoding could hide a DTD from the look above."""
    declared = _DECLARED.match(raw.removeprefix(b"\xef\xbb\xbf").lstrip())
    if declared and declared[1].lower() not in {b"utf-8", b"us-ascii"}:
        raise Refused(Reason.NOT_XML, encoding=declared[1].decode())
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(Reason.NOT_XML) from None
    if "\x00" in text:
        raise Refused(Reason.NOT_XML)


def only_elements(root: Element) -> None:
    """Comments split a name in two for whoever reads the text in front of them; instructions and entities likewise."""
    tree = root.getroottree()
    beside = [*root.itersiblings(preceding=True), *root.itersiblings()] if tree.getroot() is root else []
    for node in (*beside, *root.iter()):
        if not isinstance(node.tag, str):
            raise Refused(Reason.HAS_COMMENT)
        if sum(1 for _ in node.iterancestors()) > DEEPEST:
            raise Refused(Reason.NOT_XML)


def name(namespace: str, local: str) -> str:
    """`{namespace}local`, as lxml writes it."""
    return f"{{{namespace}}}{local}"


def text_of(element: Element) -> str:
    """All of the element's own text; an element with children has none that counts."""
    return "" if len(element) else element.text or ""
