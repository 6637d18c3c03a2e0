"""Signatures are those of the Standard Webhooks specification: its own package believes them."""

import base64
import time
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from texting.outgoing_webhooks.signing import PREFIX, SECRET_BYTES, message_id, new_secret, signature_headers


def now() -> int:
    return int(time.time())


@given(st.text(max_size=200).map(str.encode))
def test_the_specification_s_package_believes_our_signature(content):
    secret = new_secret()
    body = b'{"x":"' + content.hex().encode() + b'"}'
    headers = signature_headers([secret], message=message_id(uuid4()), timestamp=now(), body=body)
    assert Webhook(secret).verify(body, headers) == {"x": content.hex()}


def test_both_secrets_are_believed_during_a_change():
    new, old = new_secret(), new_secret()
    headers = signature_headers([new, old], message="evt_1", timestamp=now(), body=b"{}")
    assert Webhook(new).verify(b"{}", headers) == {}
    assert Webhook(old).verify(b"{}", headers) == {}
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(b"{}", headers)


@pytest.mark.parametrize(
    ("header", "value"),
    [("webhook-id", "evt_2"), ("webhook-timestamp", "1"), ("webhook-signature", "v1,AAAA")],
)
def test_nothing_of_what_is_signed_can_be_changed(header, value):
    secret = new_secret()
    headers = signature_headers([secret], message="evt_1", timestamp=now(), body=b"{}")
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(b"{}", headers | {header: value})
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(b"{ }", headers)


def test_a_known_answer():
    """Computed with OpenSSL: printf 'evt_1.1700000000.{}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:00...1f"""
    secret = PREFIX + base64.b64encode(bytes(range(32))).decode()
    headers = signature_headers([secret], message="evt_1", timestamp=1_700_000_000, body=b"{}")
    assert headers["webhook-signature"] == "v1,bXtchBV0Hi1flm60IFUb87JKA3d/Yvv8UoEjbNotegk="


def test_secrets_are_long_random_and_written_as_the_specification_asks():
    secrets = {new_secret() for _ in range(50)}
    assert len(secrets) == 50
    assert all(len(base64.b64decode(secret.removeprefix("whsec_"))) == SECRET_BYTES for secret in secrets)


def test_an_id_has_no_full_stop():
    assert "." not in message_id(uuid4())
