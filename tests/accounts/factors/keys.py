"""Security keys in software: one that verifies its holder, and what a browser makes of its answers."""

import base64
import json
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.test import Client
from fido2 import cbor
from soft_webauthn import SoftWebauthnDevice

VERIFIED = 0x04  # the flag "user verified" of authenticator data
FLAGS = 32  # its place
ORIGIN = settings.OTP_WEBAUTHN_ALLOWED_ORIGINS[0]


class Key(SoftWebauthnDevice):  # type: ignore[misc] # it has no types
    """Asks its holder for a PIN each time, unless told not to. `counts_from` sets its counter back or forth."""

    verifies = True

    def made(self, options: dict[str, Any], origin: str = ORIGIN) -> dict[str, Any]:
        """The JSON that the page sends for a new credential."""
        answer = self.create({"publicKey": _with_bytes(options)}, origin)
        attested = cbor.decode(answer["response"]["attestationObject"])
        attested["authData"] = self._flagged(attested["authData"])
        answer["response"]["attestationObject"] = cbor.encode(attested)
        return _as_json(answer)

    def signed(self, options: dict[str, Any], origin: str = ORIGIN, rp_id: str = "") -> dict[str, Any]:
        """The JSON that the page sends for a signature; for another site when `rp_id` names it."""
        self.rp_id = rp_id or options["rpId"]
        answer = self.get({"publicKey": {**_with_bytes(options), "rpId": self.rp_id}}, origin)
        response = answer["response"]
        response["authenticatorData"] = self._flagged(response["authenticatorData"])
        digest = hashes.Hash(hashes.SHA256())
        digest.update(response["clientDataJSON"])
        signed = response["authenticatorData"] + digest.finalize()
        response["signature"] = self.private_key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return _as_json(answer)

    def _flagged(self, data: bytes) -> bytes:
        flags = data[FLAGS] | (VERIFIED if self.verifies else 0)
        return data[:FLAGS] + bytes([flags]) + data[FLAGS + 1 :]


def post(client: Client, path: str, body: object) -> Any:
    """What a page's script sends."""
    sent = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(path, sent, content_type="application/json")


def with_key(client: Client) -> Key:
    """A key that the signed-in person has added on their account page; the session is fresh."""
    key = Key()
    options = post(client, "/settings/account/passkeys/options/", {}).json()
    assert "next" in post(client, "/settings/account/passkeys/", key.made(options)).json()
    return key


def _with_bytes(options: dict[str, Any]) -> dict[str, Any]:
    read = {**options, "challenge": _decode(options["challenge"])}
    if "user" in options:
        read["user"] = {**options["user"], "id": _decode(options["user"]["id"])}
        read["attestation"] = "none"
    return read


def _as_json(answer: dict[str, Any]) -> dict[str, Any]:
    response = {name: _encode(value) for name, value in answer["response"].items()}
    return {
        "id": _encode(answer["rawId"]),
        "rawId": _encode(answer["rawId"]),
        "type": "public-key",
        "response": response,
    }


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
