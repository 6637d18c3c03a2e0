"""Signatures over a query (saml-bindings-2.0-os, 3.4.4.1): by a pinned key, with SHA-2, of the key's own kind."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.x509 import load_pem_x509_certificate

from accounts.saml.refusals import Reason, Refused

_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_HASHES: dict[str, HashAlgorithm] = {"sha256": SHA256(), "sha384": SHA384(), "sha512": SHA512()}


def check_query_signature(covered: bytes, signature: bytes, algorithm: str, certificates: tuple[str, ...]) -> None:
    """Raises Refused (WEAK_ALGORITHM, WRONG_SIGNATURE) unless one of the certificates' keys made the signature."""
    kind, _, digest = algorithm.removeprefix(_MORE).partition("-")
    if not algorithm.startswith(_MORE) or kind not in {"rsa", "ecdsa"} or digest not in _HASHES:
        raise Refused(Reason.WEAK_ALGORITHM, algorithm=algorithm)
    for pem in certificates:
        key = load_pem_x509_certificate(pem.encode()).public_key()
        try:
            if kind == "rsa" and isinstance(key, RSAPublicKey):
                key.verify(signature, covered, PKCS1v15(), _HASHES[digest])
                return
            if kind == "ecdsa" and isinstance(key, EllipticCurvePublicKey):
                key.verify(_der(signature, key), covered, ECDSA(_HASHES[digest]))
                return
        except InvalidSignature:
            continue
    raise Refused(Reason.WRONG_SIGNATURE)


def _der(signature: bytes, key: EllipticCurvePublicKey) -> bytes:
    """XML signatures write r and s behind each other, each as long as the curve's order (RFC 4050, 3.3); nothing else
    is taken. Raises InvalidSignature.
    """
    size = (key.key_size + 7) // 8
    if len(signature) != 2 * size:
        raise InvalidSignature
    return encode_dss_signature(int.from_bytes(signature[:size]), int.from_bytes(signature[size:]))
