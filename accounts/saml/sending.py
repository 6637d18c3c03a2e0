"""How a message of ours leaves: in the browser's address (HTTP-Redirect) or in a form that it sends (HTTP-POST)."""

import base64
import zlib
from dataclasses import dataclass
from urllib.parse import urlencode

import xmlsec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

from accounts.models import Binding
from accounts.saml.trust import OwnKey, Trust

RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


@dataclass(frozen=True)
class Departure:
    """Where the browser goes. `fields`: what a form brings along; without them the address says it all."""

    address: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Target:
    """A provider's address, and how it wants messages there."""

    address: str
    by: Binding


def departure(
    trust: Trust, to: Target, parameter: str, root: etree._Element, relay: str, *, signed: bool = True
) -> Departure:
    """The message under this name (`SAMLRequest`, `SAMLResponse`), signed unless the provider wants none."""
    if to.by is Binding.POST:
        if signed:
            _sign(root, trust.own[0])
        fields = [(parameter, base64.b64encode(etree.tostring(root)).decode())]
        return Departure(to.address, (*fields, ("RelayState", relay)) if relay else tuple(fields))
    return Departure(_redirect_address(trust, to.address, parameter, root, relay, signed=signed))


def _sign(root: etree._Element, own: OwnKey) -> None:
    """An enveloped signature behind the issuer, where the schema wants it (saml-core-2.0-os, 5.4)."""
    kinds = xmlsec.constants
    signature = xmlsec.template.create(root, kinds.TransformExclC14N, kinds.TransformRsaSha256, ns="ds")
    root.insert(1, signature)
    reference = xmlsec.template.add_reference(signature, kinds.TransformSha256, uri=f"#{root.get('ID')}")
    xmlsec.template.add_transform(reference, kinds.TransformEnveloped)
    xmlsec.template.add_transform(reference, kinds.TransformExclC14N)
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
    xmlsec.tree.add_ids(root, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(own.private, kinds.KeyDataFormatPem)
    context.key.load_cert_from_memory(own.certificate, kinds.KeyDataFormatPem)
    context.sign(signature)


def _redirect_address(
    trust: Trust, to: str, parameter: str, root: etree._Element, relay: str, *, signed: bool = True
) -> str:
    """The HTTP-Redirect binding (saml-bindings-2.0-os, 3.4.4): deflated, and signed over the very query it sends."""
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    deflated = squeezer.compress(etree.tostring(root)) + squeezer.flush()
    fields = [(parameter, base64.b64encode(deflated).decode())]
    if relay:
        fields.append(("RelayState", relay))
    query = urlencode(fields)
    if signed:
        query += "&" + urlencode([("SigAlg", RSA_SHA256)])
        key = load_pem_private_key(trust.own[0].private.encode(), None)
        assert isinstance(key, RSAPrivateKey)  # noqa: S101 - `own_keys` makes no others
        signature = key.sign(query.encode(), PKCS1v15(), SHA256())
        query += "&" + urlencode([("Signature", base64.b64encode(signature).decode())])
    return f"{to}{'&' if '?' in to else '?'}{query}"
