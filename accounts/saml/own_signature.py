"""The enveloped signature of a message that came by HTTP-POST, by a pinned key."""

import xmlsec

from accounts.saml.precheck import SIGNATURE
from accounts.saml.refusals import Reason, Refused
from accounts.saml.strict_xml import Element


def check_own_signature(root: Element, certificates: tuple[str, ...]) -> None:
    """Raises Refused (NOT_SIGNED, WRONG_SIGNATURE) unless one of the certificates' keys signed all of the message.

    `root` comes from `precheck.check_logout`: its one signature refers to it by its ID, which is there once. What the
    signature says about keys is not looked at.
    """
    signature = root.find(SIGNATURE)
    if signature is None:
        raise Refused(Reason.NOT_SIGNED)
    xmlsec.tree.add_ids(root, ["ID"])
    for pem in certificates:
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatCertPem)
        try:
            context.verify(signature)
        except xmlsec.Error:
            continue
        return
    raise Refused(Reason.WRONG_SIGNATURE)
