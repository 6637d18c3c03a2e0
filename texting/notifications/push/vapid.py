"""Signing towards push services, by which they know that this installation wakes the browser (RFC 8292).

The key is made when it is first needed and kept sealed under the installation's key. A subscription is bound to its
public half, so another key would end all of them; nothing here replaces it.
"""

import json
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from django.conf import settings
from django.db import transaction

from texting.models import PushKey

GOOD_FOR = timedelta(hours=12)  # section 2: at most 24 hours


def public_key() -> str:
    """What a browser must be told when it subscribes: the point, uncompressed, in base64url."""
    return _public(_key())


def authorization(address: str, *, now: datetime) -> str:
    """The Authorization header of a push to this address (section 3)."""
    key, parts = _key(), urlsplit(address)
    claims: dict[str, str | int] = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + GOOD_FOR).timestamp()),
        "sub": _contact(),
    }
    signed = f"{_json({'typ': 'JWT', 'alg': 'ES256'})}.{_json(claims)}"
    r, s = utils.decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    signature = _text(r.to_bytes(32, "big") + s.to_bytes(32, "big"))  # RFC 7518, section 3.4
    return f"vapid t={signed}.{signature}, k={_public(key)}"


def _contact() -> str:
    """Where a push service's operator finds us: an https address, or a mailbox on a local system (section 2.1)."""
    base = settings.PUBLIC_BASE_URL
    return base if base.startswith("https://") else "mailto:parley@localhost"


def _key() -> ec.EllipticCurvePrivateKey:
    row = PushKey.objects.first()
    if row is None:
        made = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
        with transaction.atomic():  # of two who need it first one makes it
            row, _made = PushKey.objects.get_or_create(pk=1, defaults={"private": f"{made:064x}"})
    return ec.derive_private_key(int(row.private, 16), ec.SECP256R1())


def _public(key: ec.EllipticCurvePrivateKey) -> str:
    point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return _text(point)


def _json(said: dict[str, str | int]) -> str:
    return _text(json.dumps(said, separators=(",", ":")).encode())


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
