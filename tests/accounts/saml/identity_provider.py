"""A small identity provider: makes responses as Okta, Entra ID and Google do, and as attackers would.

`respond` gives an unsigned tree; `sign`, `encrypt` and plain lxml do the rest, so that each case of the table changes
one thing.
"""

import base64
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from secrets import token_hex

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from lxml import etree

SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
DS = "http://www.w3.org/2000/09/xmldsig#"
NS = {"samlp": SAMLP, "saml": SAML, "ds": DS, "xenc": "http://www.w3.org/2001/04/xmlenc#"}
EMAIL_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
ENTITY = "https://idp.harbor.example/metadata"


@dataclass(frozen=True)
class Pair:
    """A key and its certificate, both PEM."""

    key: str
    certificate: str

    @property
    def body(self) -> str:
        return "".join(line for line in self.certificate.splitlines() if "CERTIFICATE" not in line)


@cache
def pair(name: str, bits: int = 2048) -> Pair:
    """A key pair of this name, made once for the whole run."""
    return certified(name, rsa.generate_private_key(65537, bits))


@cache
def curve_pair(name: str, curve: type[ec.EllipticCurve] = ec.SECP256R1) -> Pair:
    """A key pair on an elliptic curve."""
    return certified(name, ec.generate_private_key(curve()))


def certified(name: str, key) -> Pair:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
    certificate = builder.not_valid_after(now + timedelta(days=400)).sign(
        key, None if isinstance(key, ed25519.Ed25519PrivateKey) else SHA256()
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Pair(private.decode(), certificate.public_bytes(Encoding.PEM).decode())


def metadata(
    *pairs: Pair, entity: str = ENTITY, sso: str = "https://idp.harbor.example/sso", slo: str = "", by: str = "Redirect"
) -> str:
    """What the provider says about itself."""
    keys = "".join(
        f'<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{one.body}</ds:X509Certificate>'
        "</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        for one in pairs
    )
    binding = f"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-{by}"
    logout = f'<md:SingleLogoutService Binding="{binding}" Location="{slo}"/>' if slo else ""
    return (
        f'<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="{DS}" entityID="{entity}">'
        f'<md:IDPSSODescriptor protocolSupportEnumeration="{SAMLP}">{keys}{logout}'
        f'<md:SingleSignOnService Binding="{binding}" Location="{sso}"/></md:IDPSSODescriptor></md:EntityDescriptor>'
    )


@dataclass
class Said:
    """What a response says; each case changes some of it. None leaves the thing out."""

    acs: str
    audience: str | None
    request_id: str | None
    name_id: str = "amelia-0042"
    name_format: str | None = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
    email: str | None = "agent@harbor.example"
    issuer: str = ENTITY
    destination: str | None = ""
    recipient: str | None = ""
    confirmation_request: str | None = ""
    method: str = BEARER
    status: str = "urn:oasis:names:tc:SAML:2.0:status:Success"
    skew: float = 0.0  # seconds that the provider's clock is ahead
    life: float = 300.0
    not_before: float = -30.0
    expiry: bool = True
    session_index: str | None = "_session-1"
    session_ends: float | None = None
    assertion_id: str = field(default_factory=lambda: f"_a{token_hex(16)}")
    response_id: str = field(default_factory=lambda: f"_r{token_hex(16)}")
    attributes: list[tuple[str, list[str]]] = field(default_factory=list)
    shape: str = "okta"


def at(seconds: float) -> str:
    return f"{datetime.now(UTC) + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S.000Z}"


def element(parent, tag: str, text: str | None = None, **attributes: str | None):
    prefix, _, local = tag.partition(":")
    made = etree.SubElement(parent, f"{{{NS[prefix]}}}{local}")
    for name, value in attributes.items():
        if value is not None:
            made.set(name, value)
    made.text = text
    return made


def respond(said: Said):
    """The unsigned response."""
    now, default = said.skew, {"": said.acs}
    root = etree.Element(f"{{{SAMLP}}}Response", nsmap={"samlp": SAMLP, "saml": SAML})
    for name, value in (
        ("ID", said.response_id),
        ("Version", "2.0"),
        ("IssueInstant", at(now)),
        ("Destination", default.get(said.destination, said.destination)),
        ("InResponseTo", said.request_id),
    ):
        if value is not None:
            root.set(name, value)
    element(root, "saml:Issuer", said.issuer)
    element(element(root, "samlp:Status"), "samlp:StatusCode", Value=said.status)
    assertion = element(root, "saml:Assertion", ID=said.assertion_id, Version="2.0", IssueInstant=at(now))
    element(assertion, "saml:Issuer", said.issuer)
    subject = element(assertion, "saml:Subject")
    element(subject, "saml:NameID", said.name_id, Format=said.name_format)
    confirmation = element(subject, "saml:SubjectConfirmation", Method=said.method)
    asked = said.request_id if said.confirmation_request == "" else said.confirmation_request
    element(
        confirmation,
        "saml:SubjectConfirmationData",
        NotOnOrAfter=at(now + said.life) if said.expiry else None,
        Recipient=default.get(said.recipient, said.recipient),
        InResponseTo=asked,
    )
    conditions = element(
        assertion, "saml:Conditions", NotBefore=at(now + said.not_before), NotOnOrAfter=at(now + said.life)
    )
    if said.audience is not None:
        element(element(conditions, "saml:AudienceRestriction"), "saml:Audience", said.audience)
    statement = element(
        assertion,
        "saml:AuthnStatement",
        AuthnInstant=at(now),
        SessionIndex=said.session_index,
        SessionNotOnOrAfter=None if said.session_ends is None else at(said.session_ends),
    )
    context = element(statement, "saml:AuthnContext")
    element(context, "saml:AuthnContextClassRef", "urn:oasis:names:tc:SAML:2.0:ac:classes:Password")
    _attributes(assertion, said)
    return root


EMAIL_NAMES = {
    "okta": "email",
    "entra": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    "google": "mail",
}


def _attributes(assertion, said: Said) -> None:
    attributes = list(said.attributes)
    if said.email is not None:
        attributes.append((EMAIL_NAMES[said.shape], [said.email]))
    if not attributes:
        return
    statement = element(assertion, "saml:AttributeStatement")
    for name, values in attributes:
        attribute = element(statement, "saml:Attribute", Name=name)
        for value in values:
            element(attribute, "saml:AttributeValue", value)


def name_of(root):
    return root.find(f"{{{SAML}}}Assertion/{{{SAML}}}Subject/{{{SAML}}}NameID")


def assertion_of(root):
    return root.find(f"{{{SAML}}}Assertion")


def sign(
    node,
    who: Pair,
    *,
    method=xmlsec.Transform.RSA_SHA256,
    digest=xmlsec.Transform.SHA256,
    canonical=xmlsec.Transform.EXCL_C14N,
    transforms=(xmlsec.Transform.ENVELOPED, xmlsec.Transform.EXCL_C14N),
    uri: str | None = None,
    key: xmlsec.Key | None = None,
    tamper=None,
):
    """Sign an element of the response in place, its signature behind its issuer. `tamper` changes the template."""
    signature = xmlsec.template.create(node, canonical, method, ns="ds")
    node.insert(1, signature)
    reference = xmlsec.template.add_reference(signature, digest, uri=f"#{node.get('ID')}" if uri is None else uri)
    for transform in transforms:
        xmlsec.template.add_transform(reference, transform)
    info = xmlsec.template.ensure_key_info(signature)
    xmlsec.template.add_x509_data(info)
    if tamper is not None:
        tamper(signature)
    xmlsec.tree.add_ids(node.getroottree().getroot(), ["ID"])
    context = xmlsec.SignatureContext()
    if key is None:
        key = xmlsec.Key.from_memory(who.key, xmlsec.KeyFormat.PEM)
        key.load_cert_from_memory(who.certificate, xmlsec.KeyFormat.PEM)
    context.key = key
    context.sign(signature)
    return node


def logout_request(destination: str, name_id: str, index: str = "", **changes: str):
    """The unsigned LogoutRequest."""
    attributes = {"ID": f"_l{token_hex(8)}", "Version": "2.0", "IssueInstant": at(0), "Destination": destination}
    root = etree.Element(f"{{{SAMLP}}}LogoutRequest", attributes | changes, nsmap={"samlp": SAMLP, "saml": SAML})
    element(root, "saml:Issuer", ENTITY)
    element(root, "saml:NameID", name_id)
    if index:
        element(root, "samlp:SessionIndex", index)
    return root


def encrypt(
    root,
    certificate: str,
    *,
    data=xmlsec.Transform.AES256_GCM,
    bits: int = 256,
    transport=xmlsec.Transform.RSA_OAEP,
    key_data=xmlsec.KeyData.AES,
):
    """Put the response's assertion into an EncryptedAssertion for this certificate."""
    how = {"data": data, "bits": bits, "transport": transport, "key_data": key_data}
    seal(assertion_of(root), "EncryptedAssertion", certificate, **how)
    return root


def seal(
    node,
    tag: str,
    certificate: str,
    *,
    data=xmlsec.Transform.AES256_GCM,
    bits: int = 256,
    transport=xmlsec.Transform.RSA_OAEP,
    key_data=xmlsec.KeyData.AES,
):
    """Put an element into a `saml:tag` that holds it encrypted for this certificate, at its place."""
    sealed = etree.Element(f"{{{SAML}}}{tag}")
    around = node.getparent()
    place = list(around).index(node)
    alone = etree.fromstring(etree.tostring(node))
    around.remove(node)
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(certificate, xmlsec.KeyFormat.CERT_PEM))
    template = xmlsec.template.encrypted_data_create(alone, data, type=xmlsec.EncryptionType.ELEMENT, ns="xenc")
    xmlsec.template.encrypted_data_ensure_cipher_value(template)
    info = xmlsec.template.encrypted_data_ensure_key_info(template, ns="ds")
    sealed_key = xmlsec.template.add_encrypted_key(info, transport)
    xmlsec.template.encrypted_data_ensure_cipher_value(sealed_key)
    context = xmlsec.EncryptionContext(manager)
    context.key = xmlsec.Key.generate(key_data, bits, xmlsec.KeyDataType.SESSION)
    holder = etree.Element("holder")
    holder.append(alone)
    context.encrypt_xml(template, alone)
    sealed.append(holder[0])
    around.insert(place, sealed)
    return sealed


def encoded(root) -> str:
    return base64.b64encode(etree.tostring(root)).decode()


def wrapped(root, number: int):
    """Eight ways to let the signature cover one thing while another is read (XSW1 to XSW8). `root` is signed: its
    response for 1 and 2, its assertion for 3 to 8. The evil twin says that it is the owner.
    """
    evil = deepcopy(root)
    twin = assertion_of(evil)
    twin.find(f"{{{SAML}}}Subject/{{{SAML}}}NameID").text = "olga-0001"
    for value in twin.iter(f"{{{SAML}}}AttributeValue"):
        value.text = "olga@harbor.example"
    if number in {1, 2}:
        evil.set("ID", f"_e{token_hex(8)}")
        signature = evil.find(f"{{{DS}}}Signature")
        if number == 1:
            original = deepcopy(root)
            original.remove(original.find(f"{{{DS}}}Signature"))
            signature.append(original)
        else:
            original = deepcopy(root)
            original.remove(original.find(f"{{{DS}}}Signature"))
            signature.addprevious(original)
        return evil
    result = deepcopy(root)
    genuine = assertion_of(result)
    twin = deepcopy(twin)
    signature = twin.find(f"{{{DS}}}Signature")
    twin.set("ID", f"_e{token_hex(8)}")
    if number == 3:
        twin.remove(signature)
        genuine.addprevious(twin)
    elif number == 4:
        twin.remove(signature)
        genuine.addprevious(twin)
        twin.append(genuine)
    elif number == 5:
        bare = deepcopy(genuine)
        bare.remove(bare.find(f"{{{DS}}}Signature"))
        genuine.addnext(bare)
        result.replace(genuine, twin)
    elif number == 6:
        bare = deepcopy(genuine)
        bare.remove(bare.find(f"{{{DS}}}Signature"))
        signature.append(bare)
        result.replace(genuine, twin)
    elif number == 7:
        twin.remove(signature)
        extensions = etree.Element(f"{{{SAMLP}}}Extensions")
        extensions.append(twin)
        result.find(f"{{{SAML}}}Issuer").addnext(extensions)
    elif number == 8:
        bare = deepcopy(genuine)
        bare.remove(bare.find(f"{{{DS}}}Signature"))
        holder = etree.SubElement(signature, f"{{{DS}}}Object")
        holder.append(bare)
        result.replace(genuine, twin)
    return result
