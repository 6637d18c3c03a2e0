"""Questions to a provider: made, kept, found again by the browser that asked, used once."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from lxml import etree

from accounts.models import Membership, RequestKind, SamlRequest
from accounts.saml.refusals import Reason, Refused
from accounts.saml.sending import Departure, Target, departure
from accounts.saml.strict_xml import SAML, SAMLP, name
from accounts.saml.trust import Trust
from accounts.sessions import key_hash

LIFE = timedelta(minutes=10)
_BROWSER = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Question:
    """Where to send the browser, and the value of the cookie that ties the answer to it."""

    way: Departure
    browser: str
    request: SamlRequest


def ask(
    trust: Trust,
    *,
    kind: RequestKind,
    cookie: str,
    return_path: str = "",
    member: Membership | None = None,
    session_id: UUID | None = None,
) -> Question:
    """A new AuthnRequest, signed if the provider gets signed ones. Needs the organization active.

    A browser keeps the cookie it has, so that two tabs can ask at once.
    """
    browser = cookie if _BROWSER.fullmatch(cookie) else secrets.token_urlsafe(32)
    now = timezone.now()
    request = SamlRequest.objects.create(
        request_id=f"_{secrets.token_hex(20)}",
        kind=kind,
        browser_hash=key_hash(browser),
        return_path=return_path[:2000],
        member=member,
        session_id=session_id,
        made_at=now,
        expires_at=now + LIFE,
    )
    root = message("AuthnRequest", request.request_id, trust.sso_url, trust.ours.entity_id, now)
    root.set("AssertionConsumerServiceURL", trust.ours.acs)
    root.set("ProtocolBinding", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST")
    if kind is RequestKind.AGAIN:
        root.set("ForceAuthn", "true")
    policy = etree.SubElement(root, name(SAMLP, "NameIDPolicy"))
    policy.set("Format", "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified")
    policy.set("AllowCreate", "true")
    to = Target(trust.sso_url, trust.sso_by)
    way = departure(trust, to, "SAMLRequest", root, str(request.pk), signed=trust.signs_requests)
    return Question(way, browser, request)


def message(kind: str, message_id: str, destination: str, issuer: str, now: datetime) -> etree._Element:
    """The frame that every message of ours has."""
    root = etree.Element(name(SAMLP, kind), nsmap={"samlp": SAMLP, "saml": SAML})
    root.set("ID", message_id)
    root.set("Version", "2.0")
    root.set("IssueInstant", f"{now:%Y-%m-%dT%H:%M:%SZ}")
    root.set("Destination", destination)
    etree.SubElement(root, name(SAML, "Issuer")).text = issuer
    return root


def asked_by(request_id: str, cookie: str) -> SamlRequest:
    """The open request with this id that this browser made. Raises Refused. Needs the organization active."""
    found = SamlRequest.objects.filter(request_id=request_id).exclude(kind=RequestKind.LOGOUT)
    request = found.select_related("member__user").first()
    if request is None or request.expires_at <= timezone.now():
        raise Refused(Reason.WRONG_REQUEST, came=request_id)
    if bytes(request.browser_hash) != key_hash(cookie):
        raise Refused(Reason.WRONG_BROWSER)
    if request.used_at is not None:
        raise Refused(Reason.REPLAYED)
    return request


def use(request: SamlRequest) -> None:
    """Close the request; of two answers at once one is too late. Raises Refused."""
    open_one = SamlRequest.objects.filter(pk=request.pk, used_at__isnull=True)
    if open_one.update(used_at=timezone.now()) != 1:
        raise Refused(Reason.REPLAYED)
