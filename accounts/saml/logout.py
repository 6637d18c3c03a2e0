"""Single logout in both directions, by HTTP-Redirect or HTTP-POST, always signed.

A session that began through the provider ends here first, whatever the provider answers; then the provider is told. A
request of the provider ends the sessions that it names and nothing else, in its own organization only.
"""

import base64
import binascii
import zlib
from dataclasses import dataclass
from urllib.parse import unquote, unquote_plus

from django.utils import timezone
from lxml import etree

from accounts.models import SamlIdentity, SamlProvider, SamlSession, Session, SsoDoor
from accounts.saml.asking import message
from accounts.saml.own_signature import check_own_signature
from accounts.saml.postcheck import DRIFT, moment
from accounts.saml.precheck import check_logout, decoded
from accounts.saml.query_signatures import check_query_signature
from accounts.saml.refusals import Reason, Refused
from accounts.saml.replay import use_assertion
from accounts.saml.sealed_names import the_name
from accounts.saml.sending import Departure, Target, departure
from accounts.saml.strict_xml import LARGEST, SAML, SAMLP, Element, name, text_of
from accounts.saml.trust import Trust, trust_of
from tenancy import audit
from tenancy.ids import new_id

SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
LONGEST_RELAY = 80  # saml-bindings-2.0-os, 3.4.3
MOST_SESSIONS = 100  # that one request names


@dataclass(frozen=True)
class Signed:
    """A message of a query whose signature is right."""

    xml: bytes
    relay: str


@dataclass(frozen=True)
class Posted:
    """A message as a form brought it: base64, and what the provider wants back with the answer."""

    message: str
    relay: str


def told_provider(door: SsoDoor, sso_session_id: str) -> Departure | None:
    """Where to send the browser after it was signed out here; None when the provider takes no logout.

    Needs the organization active.
    """
    provider = SamlProvider.objects.first()
    began = SamlSession.objects.select_related("identity").filter(pk=sso_session_id).first()
    if provider is None or began is None or not provider.slo_url or began.identity.entity_id != provider.entity_id:
        return None
    trust = trust_of(door, provider)
    root = message("LogoutRequest", f"_{new_id().hex}", provider.slo_url, trust.ours.entity_id, timezone.now())
    person = etree.SubElement(root, name(SAML, "NameID"))
    person.text = began.identity.name_id
    if began.name_id_format:
        person.set("Format", began.name_id_format)
    if began.session_index:
        etree.SubElement(root, name(SAMLP, "SessionIndex")).text = began.session_index
    return departure(trust, Target(trust.slo_url, trust.slo_by), "SAMLRequest", root, "")


def answer_request(door: SsoDoor, came: str | Posted) -> Departure | None:
    """End what the provider's LogoutRequest names; where to send the browser with our answer (None: nowhere).

    `came`: the query as it was sent, or what a form brought.

    Raises Refused. Needs the organization active.
    """
    provider = SamlProvider.objects.prefetch_related("certificates").first()
    if provider is None:
        raise Refused(Reason.SWITCHED_OFF)
    trust = trust_of(door, provider)
    root, relay = _proved(came, trust)
    _check_frame(root, trust)
    until = moment(root.get("NotOnOrAfter")) or timezone.now() + DRIFT
    if until <= timezone.now():
        raise Refused(Reason.EXPIRED)
    use_assertion(f"logout {root.get('ID', '')}", timezone.now() + 2 * DRIFT)
    person = the_name(root, trust.own)
    indexes = [text_of(one) for one in root.findall(name(SAMLP, "SessionIndex"))][:MOST_SESSIONS]
    _end(trust.entity_id, text_of(person), indexes)
    if not trust.slo_response_url:
        return None
    answer = message("LogoutResponse", f"_{new_id().hex}", trust.slo_response_url, trust.ours.entity_id, timezone.now())
    answer.set("InResponseTo", root.get("ID", ""))
    status = etree.SubElement(answer, name(SAMLP, "Status"))
    etree.SubElement(status, name(SAMLP, "StatusCode")).set("Value", SUCCESS)
    to = Target(trust.slo_response_url, trust.slo_by)
    return departure(trust, to, "SAMLResponse", answer, relay)


def _proved(came: str | Posted, trust: Trust) -> tuple[Element, str]:
    """The LogoutRequest, signed by the provider, and its RelayState. Raises Refused."""
    if isinstance(came, Posted):
        root = check_logout(decoded(came.message), "LogoutRequest")
        check_own_signature(root, trust.certificates)
        return root, came.relay[:LONGEST_RELAY]
    signed = _verified(came, "SAMLRequest", trust)
    return check_logout(signed.xml, "LogoutRequest"), signed.relay


def _check_frame(root: Element, trust: Trust) -> None:
    issuer = root.find(name(SAML, "Issuer"))
    if issuer is None or text_of(issuer).strip() != trust.entity_id:
        raise Refused(Reason.WRONG_ISSUER)
    if root.get("Destination") != trust.ours.slo:
        raise Refused(Reason.WRONG_DESTINATION, expected=trust.ours.slo, came=root.get("Destination", ""))
    issued = moment(root.get("IssueInstant"))
    if root.get("Version") != "2.0" or issued is None or not root.get("ID"):
        raise Refused(Reason.NOT_BY_SCHEMA)
    if abs(timezone.now() - issued) > DRIFT:
        raise Refused(Reason.EXPIRED)


def _end(entity_id: str, name_id: str, indexes: list[str]) -> None:
    identity = SamlIdentity.objects.filter(entity_id=entity_id, name_id=name_id).select_related("membership").first()
    if identity is None:
        return
    began = SamlSession.objects.filter(identity=identity)
    if indexes:
        began = began.filter(session_index__in=indexes)
    ids = [str(one) for one in began.values_list("pk", flat=True)]
    own = Session.objects.filter(user_id=identity.membership.user_id)
    ending = [row.pk for row in own if _began_by(row) in ids]
    ended = Session.objects.filter(pk__in=ending).delete()[0]
    began.delete()
    audit.record(event=audit.AuditKind.SESSION_ENDED, actor=identity.membership, reason="provider", sessions=ended)


def _began_by(row: Session) -> str:
    """The sign-in through the provider that a session, finished or half-way, began with."""
    data = row.data or {}
    state = data.get("signed_in") or data.get("pending") or {}
    return str(state.get("sso") or "")


def _verified(query: str, field: str, trust: Trust) -> Signed:
    """The message of a signed query. The signature covers the query as it was sent, so nothing is decoded before.

    Raises Refused.
    """
    parts: dict[str, str] = {}
    for pair in query.split("&"):
        part, _, value = pair.partition("=")
        if part in parts:
            raise Refused(Reason.BAD_SIGNATURE_SHAPE)
        parts[part] = value
    if len(query) > LARGEST or not {field, "SigAlg", "Signature"} <= parts.keys():
        raise Refused(Reason.NOT_SIGNED)
    covered = "&".join(f"{part}={parts[part]}" for part in (field, "RelayState", "SigAlg") if part in parts)
    try:
        signature = base64.b64decode(unquote(parts["Signature"]), validate=True)
        packed = base64.b64decode(unquote(parts[field]), validate=True)
    except (binascii.Error, ValueError):
        raise Refused(Reason.NOT_BASE64) from None
    check_query_signature(covered.encode(), signature, unquote(parts["SigAlg"]), trust.certificates)
    return Signed(_inflated(packed), unquote_plus(parts.get("RelayState", ""))[:LONGEST_RELAY])


def _inflated(packed: bytes) -> bytes:
    opener = zlib.decompressobj(-15)
    try:
        raw = opener.decompress(packed, LARGEST)
    except zlib.error:
        raise Refused(Reason.NOT_XML) from None
    if opener.unconsumed_tail:
        raise Refused(Reason.TOO_LARGE)
    return raw
