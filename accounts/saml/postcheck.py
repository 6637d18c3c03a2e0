"""What the library lets pass and must not pass, and the only reader of what a checked assertion says."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from lxml import etree
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.response import OneLogin_Saml2_Response

from accounts.saml.refusals import Reason, Refused
from accounts.saml.sealed_names import the_name
from accounts.saml.strict_xml import SAML, SAMLP, Element, name, text_of
from accounts.saml.trust import Trust

BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
DRIFT = timedelta(seconds=300)  # the library's own
LONGEST_NAME_ID = 256


@dataclass(frozen=True)
class Assertion:
    """What a provider has said about one person, with everything checked. Attribute values keep their order."""

    assertion_id: str
    name_id: str
    name_id_format: str
    attributes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    session_index: str = ""
    until: datetime = LONG_AGO
    session_ends: datetime | None = None
    authenticated_at: datetime | None = None


def read(
    response: OneLogin_Saml2_Response, root: Element, assertion: Element, trust: Trust, request_id: str | None
) -> Assertion:
    """The assertion, when it is meant for us, now, as the answer to `request_id` (None: to nothing). Raises Refused."""
    acs = trust.ours.acs
    if root.get("Destination") != acs:
        raise Refused(Reason.WRONG_DESTINATION, expected=acs, came=root.get("Destination", ""))
    if root.get("InResponseTo") != request_id:
        raise Refused(Reason.WRONG_REQUEST, expected=request_id or "", came=root.get("InResponseTo", ""))
    _issuers(root, assertion, trust)
    until = _confirmation(assertion, acs, request_id)
    _audience(assertion, trust.ours.entity_id)
    name_id, name_format = _name_id(assertion, trust)
    statement = assertion.find(name(SAML, "AuthnStatement"))
    return Assertion(
        assertion_id=assertion.get("ID", ""),
        name_id=name_id,
        name_id_format=name_format,
        attributes=_attributes(response),
        session_index="" if statement is None else statement.get("SessionIndex", "")[:256],
        until=until,
        session_ends=None if statement is None else moment(statement.get("SessionNotOnOrAfter")),
        authenticated_at=None if statement is None else moment(statement.get("AuthnInstant")),
    )


def _issuers(root: Element, assertion: Element, trust: Trust) -> None:
    found = [*root.findall(name(SAML, "Issuer")), *assertion.findall(name(SAML, "Issuer"))]
    own = assertion.find(name(SAML, "Issuer"))
    if own is None or any(text_of(one).strip() != trust.entity_id for one in found):
        came = "" if own is None else text_of(own)
        raise Refused(Reason.WRONG_ISSUER, expected=trust.entity_id, came=came)


def _confirmation(assertion: Element, acs: str, request_id: str | None) -> datetime:
    """When the one bearer confirmation ends."""
    found = assertion.findall(f"{name(SAML, 'Subject')}/{name(SAML, 'SubjectConfirmation')}")
    if len(found) != 1 or found[0].get("Method") != BEARER:
        raise Refused(Reason.WRONG_CONFIRMATION)
    data = found[0].find(name(SAML, "SubjectConfirmationData"))
    if data is None:
        raise Refused(Reason.WRONG_CONFIRMATION)
    if data.get("Recipient") != acs:
        raise Refused(Reason.WRONG_RECIPIENT, expected=acs, came=data.get("Recipient", ""))
    if data.get("InResponseTo") != request_id:
        raise Refused(Reason.WRONG_REQUEST, expected=request_id or "", came=data.get("InResponseTo", ""))
    until = moment(data.get("NotOnOrAfter"))
    if until is None:
        raise Refused(Reason.NO_EXPIRY)
    if until <= timezone.now():
        raise Refused(Reason.EXPIRED, until=data.get("NotOnOrAfter"))
    begins = moment(data.get("NotBefore"))
    if begins is not None and begins > timezone.now() + DRIFT:
        raise Refused(Reason.TOO_EARLY, begins=data.get("NotBefore"))
    ends = moment(assertion.find(name(SAML, "Conditions")).get("NotOnOrAfter"))
    return max(until, ends or until) + DRIFT


def _audience(assertion: Element, entity_id: str) -> None:
    restrictions = assertion.findall(f"{name(SAML, 'Conditions')}/{name(SAML, 'AudienceRestriction')}")
    audiences = [one for restriction in restrictions for one in restriction.findall(name(SAML, "Audience"))]
    if not audiences or any(text_of(one).strip() != entity_id for one in audiences):
        came = ", ".join(text_of(one) for one in audiences)
        raise Refused(Reason.WRONG_AUDIENCE, expected=entity_id, came=came)


def _name_id(assertion: Element, trust: Trust) -> tuple[str, str]:
    subjects = assertion.findall(name(SAML, "Subject"))
    if len(subjects) != 1:
        raise Refused(Reason.BAD_NAME_ID)
    found = the_name(subjects[0], trust.own)
    value, form = found.text or "", found.get("Format", "")
    printable = value.isascii() and value.isprintable()
    if not value or value != value.strip() or not printable or len(value) > LONGEST_NAME_ID:
        raise Refused(Reason.BAD_NAME_ID, came=value)
    if form == TRANSIENT:
        raise Refused(Reason.TRANSIENT_NAME_ID)
    return value, form[:256]


def _attributes(response: OneLogin_Saml2_Response) -> dict[str, tuple[str, ...]]:
    try:
        read_once = response.get_attributes()
    except OneLogin_Saml2_ValidationError:
        raise Refused(Reason.REPEATED_ATTRIBUTE) from None
    except (OneLogin_Saml2_Error, etree.LxmlError, ValueError, TypeError) as error:
        raise Refused(Reason.LIBRARY, library=error) from None
    return {
        attribute: tuple(value for value in values if isinstance(value, str)) for attribute, values in read_once.items()
    }


def moment(written: str | None) -> datetime | None:
    """A time of SAML, which is UTC and says so by its Z; None for none and for what is no such time."""
    if not written or not written.endswith("Z"):
        return None
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return None


def in_response_to(root: Element) -> str:
    """Which request a message says that it answers; "" for none. Not checked yet."""
    return root.get("InResponseTo", "") if root.tag.startswith(f"{{{SAMLP}}}") else ""
