"""The name of a person in a message: plain, or encrypted for one of our keys (saml-core-2.0-os, 2.2.4).

Everybody can encrypt to us, so a name is opened only after the signature around it was proved: `the_name` is called by
`postcheck` and `logout` behind the proof. Where a sealed name may stand, and of what it consists, `precheck` has said.
"""

from collections.abc import Iterator
from copy import deepcopy

import xmlsec
from lxml import etree

from accounts.saml.refusals import Reason, Refused
from accounts.saml.strict_xml import DS, SAML, XENC, Element, name, parse
from accounts.saml.trust import OwnKey

NAME_ID, SEALED = name(SAML, "NameID"), name(SAML, "EncryptedID")
_AN_ELEMENT = "http://www.w3.org/2001/04/xmlenc#Element"


def the_name(holder: Element, keys: tuple[OwnKey, ...]) -> Element:
    """The one NameID of a Subject or LogoutRequest. Raises Refused: BAD_NAME_ID, CANNOT_DECRYPT."""
    plain, sealed = holder.findall(NAME_ID), holder.findall(SEALED)
    if len(plain) + len(sealed) != 1:
        raise Refused(Reason.BAD_NAME_ID)
    found = plain[0] if plain else _opened(sealed[0], keys)
    if len(found):
        raise Refused(Reason.BAD_NAME_ID)
    return found


def _opened(sealed: Element, keys: tuple[OwnKey, ...]) -> Element:
    """What came out is read anew, like any stranger's bytes, and must be a name and nothing else."""
    for own in keys:
        for attempt in _attempts(sealed):
            if _decrypted(attempt, own):
                opened = parse(etree.tostring(attempt))
                if len(opened) != 1 or opened[0].tag != NAME_ID:
                    raise Refused(Reason.BAD_NAME_ID)
                return opened[0]
    raise Refused(Reason.CANNOT_DECRYPT)


def _attempts(sealed: Element) -> Iterator[Element]:
    """The sealed name by itself, once for each key that came along, with that key where xmlsec looks for it.

    Providers put it into the KeyInfo or beside the data; one for another reader may come first.
    """
    for number in range(len(list(sealed.iter(name(XENC, "EncryptedKey"))))):
        alone = parse(etree.tostring(sealed, with_tail=False))
        data = alone.find(name(XENC, "EncryptedData"))
        found = list(alone.iter(name(XENC, "EncryptedKey")))
        key = deepcopy(found[number])
        for one in found:
            one.getparent().remove(one)
        for info in data.findall(name(DS, "KeyInfo")):
            data.remove(info)
        for hint in (*key.findall(name(DS, "KeyInfo")), *key.findall(name(XENC, "ReferenceList"))):
            key.remove(hint)
        info = etree.Element(name(DS, "KeyInfo"))
        info.append(key)
        data.insert(1, info)
        if data.get("Type") == _AN_ELEMENT:
            yield alone


def _decrypted(alone: Element, own: OwnKey) -> bool:
    """Open the data in place; False when it is not for this key."""
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(own.private, xmlsec.constants.KeyDataFormatPem))
    try:
        xmlsec.EncryptionContext(manager).decrypt(alone.find(name(XENC, "EncryptedData")))
    except (xmlsec.Error, etree.LxmlError, ValueError, TypeError):
        return False
    return True
