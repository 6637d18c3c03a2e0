"""X.509 certificates: those that a provider signs with, and our own."""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.utils import timezone

SHORTEST_KEY = 2048  # bits
CURVES = (ec.SECP256R1, ec.SECP384R1)
LARGEST = 16_384  # characters
OWN_YEARS = 3
OWN_BITS = 3072


class BadCertificate(Exception):
    """It cannot be used; `why` is `unreadable`, `wrong_kind` or `short_key`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Certificate:
    """A certificate as PEM and what a page says about it. `fingerprint`: SHA-256 in hexadecimal."""

    pem: str
    fingerprint: str
    subject: str
    begins_at: datetime
    ends_at: datetime


def read_certificate(written: str) -> Certificate:
    """PEM, or its base64 alone as metadata has it. Raises BadCertificate.

    Only its key counts (it is pinned, no authority is asked), so an old one is taken and shown as old.
    """
    lines = [line.strip() for line in written.strip().splitlines() if "-----" not in line]
    try:
        if len(written) > LARGEST:
            raise ValueError
        certificate = x509.load_der_x509_certificate(base64.b64decode("".join(lines).replace(" ", ""), validate=True))
        key = certificate.public_key()
    except (ValueError, binascii.Error, x509.InvalidVersion):
        raise BadCertificate("unreadable") from None
    except UnsupportedAlgorithm:
        raise BadCertificate("wrong_kind") from None
    _good_key(key)
    return _described(certificate)


def _good_key(key: object) -> None:
    """RSA of SHORTEST_KEY and more, or one of two curves (decision 160). Raises BadCertificate."""
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, CURVES):
        return
    if not isinstance(key, rsa.RSAPublicKey):
        raise BadCertificate("wrong_kind")
    if key.key_size < SHORTEST_KEY:
        raise BadCertificate("short_key")


def _described(certificate: x509.Certificate) -> Certificate:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Certificate(
        pem=certificate.public_bytes(Encoding.PEM).decode(),
        fingerprint=certificate.fingerprint(SHA256()).hex(),
        subject=str(names[0].value)[:200] if names else "",
        begins_at=certificate.not_valid_before_utc,
        ends_at=certificate.not_valid_after_utc,
    )


def make_own(common_name: str) -> tuple[Certificate, str]:
    """A new key pair of ours with a self-signed certificate, and the private key as PEM."""
    key = rsa.generate_private_key(65537, OWN_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64])])
    now = timezone.now().astimezone(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * OWN_YEARS))
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return _described(certificate), private
