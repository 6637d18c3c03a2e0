"""A push service on loopback, which looks at the signature of each push as RFC 8292 tells services to."""

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from django.utils import timezone


@dataclass
class PushService:
    """Answers `status` with the header lines `extra`; `took` are the pushes whose signature was right."""

    port: int = 0
    status: int = 201
    extra: bytes = b""
    took: list[dict[str, str]] = field(default_factory=list)

    def address(self, name: str = "one") -> str:
        return f"https://127.0.0.1:{self.port}/{name}"

    def speak(self, secure, request: bytes) -> None:
        head, _, body = request.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        said = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)} | {":": first}
        assert not body
        assert is_signed(said["authorization"], audience=f"https://127.0.0.1:{self.port}")
        self.took.append(said)
        secure.sendall(b"HTTP/1.1 %d X\r\n%sContent-Length: 0\r\n\r\n" % (self.status, self.extra))


def is_signed(written: str, *, audience: str) -> bool:
    """As a push service looks at it."""
    scheme, _, rest = written.partition(" ")
    given = dict(part.split("=", 1) for part in rest.split(", "))
    point, (head, claims, signature) = decoded(given["k"]), given["t"].split(".")
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    r, s = (int.from_bytes(decoded(signature)[at : at + 32], "big") for at in (0, 32))
    key.verify(utils.encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    said = json.loads(decoded(claims))
    left = said["exp"] - timezone.now().timestamp()
    assert json.loads(decoded(head)) == {"typ": "JWT", "alg": "ES256"}
    assert urlsplit(said["sub"]).scheme in {"mailto", "https"}
    return scheme == "vapid" and said["aud"] == audience and 0 < left <= 86_400 and len(decoded(signature)) == 64


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
