"""python3-saml with every switch as strict as it goes, between `precheck` and `postcheck`. Nobody else calls it."""

import base64
from typing import Any

import xmlsec
from lxml import etree
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from accounts.models import Signed
from accounts.saml.addresses import request_data
from accounts.saml.precheck import ASSERTION, SIGNATURE, check_opened
from accounts.saml.refusals import Reason, Refused
from accounts.saml.strict_xml import Element
from accounts.saml.trust import OwnKey, Trust

_Error = OneLogin_Saml2_ValidationError
_REASONS = {
    _Error.STATUS_CODE_IS_NOT_SUCCESS: Reason.STATUS_NOT_SUCCESS,
    _Error.INVALID_XML_FORMAT: Reason.NOT_BY_SCHEMA,
    _Error.ASSERTION_TOO_EARLY: Reason.TOO_EARLY,
    _Error.ASSERTION_EXPIRED: Reason.EXPIRED,
    _Error.SESSION_EXPIRED: Reason.EXPIRED,
    _Error.WRONG_ISSUER: Reason.WRONG_ISSUER,
    _Error.ISSUER_NOT_FOUND_IN_ASSERTION: Reason.WRONG_ISSUER,
    _Error.WRONG_AUDIENCE: Reason.WRONG_AUDIENCE,
    _Error.WRONG_DESTINATION: Reason.WRONG_DESTINATION,
    _Error.EMPTY_DESTINATION: Reason.WRONG_DESTINATION,
    _Error.WRONG_INRESPONSETO: Reason.WRONG_REQUEST,
    _Error.WRONG_SUBJECTCONFIRMATION: Reason.WRONG_CONFIRMATION,
    _Error.NO_SIGNED_ASSERTION: Reason.NOT_SIGNED,
    _Error.NO_SIGNED_MESSAGE: Reason.NOT_SIGNED,
    _Error.NO_SIGNATURE_FOUND: Reason.NOT_SIGNED,
    _Error.INVALID_SIGNATURE: Reason.WRONG_SIGNATURE,
    _Error.NO_ENCRYPTED_ASSERTION: Reason.NOT_ENCRYPTED,
    _Error.DUPLICATED_ATTRIBUTE_NAME_FOUND: Reason.REPEATED_ATTRIBUTE,
}


def library_settings(trust: Trust, own: OwnKey, *, assertion_signed: bool) -> OneLogin_Saml2_Settings:
    """Everything strict; no fingerprints, no weak algorithms, nothing from files."""
    return OneLogin_Saml2_Settings(
        {
            "strict": True,
            "debug": False,
            "sp": {
                "entityId": trust.ours.entity_id,
                "assertionConsumerService": {"url": trust.ours.acs},
                "x509cert": own.certificate,
                "privateKey": own.private,
            },
            "idp": {
                "entityId": trust.entity_id,
                "singleSignOnService": {"url": trust.sso_url},
                "x509certMulti": {"signing": list(trust.certificates)},
            },
            "security": {
                "wantAssertionsSigned": assertion_signed,
                "wantMessagesSigned": trust.signed is Signed.BOTH,
                "wantAssertionsEncrypted": trust.wants_encryption,
                "wantNameId": True,
                "wantAttributeStatement": False,
                "rejectDeprecatedAlgorithm": True,
                "requestedAuthnContext": False,
                "allowRepeatAttributeName": False,
                "allowSingleLabelDomains": True,
            },
        }
    )


def verified(
    raw: bytes, root: Element, trust: Trust, request_id: str | None
) -> tuple[OneLogin_Saml2_Response, Element, Element]:
    """The library's response, its root and the assertion, all of it covered by the provider's signature.

    `root` is what `check_response` gave for `raw`. Raises Refused.
    """
    response = _opened(raw, trust, root)
    checked = check_opened(response.get_xml_document()) if response.encrypted else root
    assertion = checked.find(ASSERTION)
    if assertion is None:
        _status_or(response, Reason.WRONG_STRUCTURE)
    if assertion.find(SIGNATURE) is None and checked.find(SIGNATURE) is None:
        raise Refused(Reason.NOT_SIGNED)
    try:
        response.is_valid(request_data(trust.ours.acs), request_id, raise_exceptions=True)
    except OneLogin_Saml2_ValidationError as error:
        raise Refused(_REASONS.get(error.code, Reason.LIBRARY), library=error) from None
    except Exception as error:  # the library raises bare ones too, for a time that is none
        raise Refused(Reason.LIBRARY, library=error) from None
    return response, checked, assertion


def _opened(raw: bytes, trust: Trust, root: Element) -> OneLogin_Saml2_Response:
    """The response with its assertion decrypted by whichever of our keys it was encrypted for."""
    encoded = base64.b64encode(raw).decode()
    encrypted = root.find(ASSERTION) is None
    must_be_signed = encrypted or trust.signed is not Signed.EITHER
    for own in trust.own:
        settings = library_settings(trust, own, assertion_signed=must_be_signed)
        try:
            return OneLogin_Saml2_Response(settings, encoded)
        except (xmlsec.Error, etree.LxmlError, OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError):
            continue  # encrypted for another of our keys, or for nobody
        except (ValueError, TypeError, KeyError, AttributeError):
            break
    raise Refused(Reason.CANNOT_DECRYPT if encrypted else Reason.NOT_XML)


def _status_or(response: Any, reason: Reason) -> None:
    """Without an assertion: what the provider says instead."""
    try:
        response.check_status()
    except OneLogin_Saml2_ValidationError as error:
        raise Refused(Reason.STATUS_NOT_SUCCESS, library=error) from None
    raise Refused(reason)
