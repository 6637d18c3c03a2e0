"""An organization with single sign-on, as a test wants it, and a browser that walks through it."""

import base64
import zlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.test import Client
from django.utils import timezone
from lxml import etree

from accounts.models import (
    KeyUse,
    Membership,
    Role,
    SamlAttempt,
    SamlIdentity,
    SamlKey,
    SamlProvider,
    Session,
    SsoDomain,
    SsoDoor,
    User,
)
from accounts.saml import configuring, doors
from accounts.saml.addresses import Addresses, addresses
from accounts.saml.certificates import read_certificate
from accounts.saml.provider_metadata import read_metadata
from accounts.saml.refusals import Reason
from accounts.sessions import key_hash
from tenancy.isolation import activate
from tests.accounts.saml.identity_provider import ENTITY, Pair, Said, metadata, pair, sign

OURS = "ours"


def own_key(organization) -> None:
    """A key pair of ours without the time that making one takes. Needs the organization active."""
    if SamlKey.objects.exists():
        return
    made = pair(OURS)
    certificate = read_certificate(made.certificate)
    SamlKey.objects.create(
        use=KeyUse.CURRENT,
        certificate=made.certificate,
        private_key=made.key,
        fingerprint=certificate.fingerprint,
        ends_at=certificate.ends_at,
    )


@dataclass
class Office:
    """One organization's single sign-on. `provider` signs."""

    owner: Membership
    door: SsoDoor
    provider: Pair

    @property
    def ours(self) -> Addresses:
        return addresses(self.door.slug)

    def options(self, **options: Any) -> None:
        with activate(self.owner.organization):
            SamlProvider.objects.update(**options)

    def last(self) -> SamlAttempt:
        with activate(self.owner.organization):
            return SamlAttempt.objects.select_related("member__user").first()

    def takes(self, browser: "Browser", message: str, member: Membership) -> None:
        """The message signs the member in."""
        answer = browser.bring(message)
        assert answer.status_code == 302, self.last().reason
        assert browser.member == member

    def refuses(self, browser: "Browser", message: str, reason: Reason) -> None:
        """The message signs nobody in, makes nothing, and is noted with this reason."""
        before = self.state()
        assert browser.bring(message).status_code == 403, self.last()
        assert self.last().reason == reason
        assert browser.member is None
        assert self.state() == before

    def state(self) -> tuple[int, ...]:
        """What a refused message must not change."""
        with activate(self.owner.organization):
            return tuple(model.objects.count() for model in (User, Membership, SamlIdentity, Session))

    def said(self, browser: "Browser | None" = None, **changes: Any) -> Said:
        """A right answer to the browser's question, changed as told."""
        asked = browser.request_id if browser else None
        return Said(**{"acs": self.ours.acs, "audience": self.ours.entity_id, "request_id": asked, **changes})


def open_office(
    owner: Membership,
    *,
    entity: str = ENTITY,
    signers: tuple[str, ...] = ("provider",),
    domain: str = "harbor.example",
    on: bool = True,
    slo: str = "",
    by: str = "Redirect",
) -> Office:
    """Single sign-on set up for the owner's organization, with a proved domain and a role for newcomers."""
    pairs = [pair(name) for name in signers]
    with activate(owner.organization):
        own_key(owner.organization)
        configuring.describe(
            actor=owner, described=read_metadata(metadata(*pairs, entity=entity, slo=slo, by=by).encode())
        )
        SamlProvider.objects.update(default_role=Role.objects.get(built_in="agent"))
        if on:
            configuring.switch(actor=owner, on=True)
    if domain:
        SsoDomain.objects.create(organization=owner.organization, domain=domain, token="t", proved_at=timezone.now())
    return Office(owner, doors.door_of(owner.organization_id), pairs[0])


class Browser:
    """A browser at an organization's door."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.client = Client()
        self.request_id = ""
        self.relay = ""

    def ask(self, **query: str) -> "Browser":
        """Go to the sign-in address; the provider's page would come next."""
        answer = self.client.get(urlsplit(self.office.ours.start).path, query)
        assert answer.status_code == 302, answer.content
        return self.read(answer["Location"])

    def read(self, location: str) -> "Browser":
        """The question in the provider's address."""
        sent = parse_qs(urlsplit(location).query)
        xml = zlib.decompress(base64.b64decode(sent["SAMLRequest"][0]), -15)
        self.request = etree.fromstring(xml)
        self.request_id = self.request.get("ID")
        self.relay = sent["RelayState"][0]
        return self

    def bring(self, message: str, **fields: Any):
        """Bring a response, as the provider's page makes the browser do."""
        return self.client.post(urlsplit(self.office.ours.acs).path, {"SAMLResponse": message, **fields})

    @property
    def member(self) -> Membership | None:
        """Who is signed in now."""
        cookie = self.client.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie is None:
            return None
        row = Session.objects.select_related("membership__user").filter(key_hash=key_hash(cookie.value)).first()
        return row.membership if row else None


def certify(office: Office, *pairs: Pair) -> None:
    """The provider signs with these from now on too."""
    with activate(office.owner.organization):
        for one in pairs:
            configuring.add_certificate(actor=office.owner, certificate=read_certificate(one.certificate))


def signed(root, who: Pair, *parts: str):
    """The response with its assertion, itself, or both signed (inner first)."""
    from tests.accounts.saml.identity_provider import assertion_of

    if "assertion" in parts:
        sign(assertion_of(root), who)
    if "response" in parts:
        sign(root, who)
    return root
