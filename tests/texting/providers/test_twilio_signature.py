"""Twilio's signatures: published and recomputed examples, and what may not be accepted."""

import hashlib
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from texting.providers.base import Hook
from texting.providers.twilio_signature import form_fields, is_signed, sign

TOKEN = "12345"
FORM = "application/x-www-form-urlencoded"
CALL = {"CallSid": "CA1234567890ABCDE", "Digits": "1234", "To": "+18005551212"}
PLAIN = "https://mycompany.com/myapp.php?foo=1&bar=2"
JSON_BODY = b'{"property": "value", "boolean": true}'
JSON_DIGEST = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
SMS = {
    "MessageSid": "SM00000000000000000000000000000001",
    "AccountSid": "AC00000000000000000000000000000001",
    "From": "+14155550100",
    "To": "+14155550199",
    "Body": "Stop 🛑",
    "NumMedia": "0",
    "OptOutType": "STOP",
}

# Published in Twilio's documentation and in its SDKs' tests, except the last two, which were computed from the rule.
VECTORS = {
    "docs": (PLAIN, {**CALL, "Caller": "+14158675309", "From": "+14158675309"}, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    "sdk": (PLAIN, {**CALL, "Caller": "+12349013030", "From": "+12349013030"}, "0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
    "other host": (
        "https://example.com/myapp.php?foo=1&bar=2",
        {**CALL, "Caller": "+14158675310", "From": "+14158675310"},
        "L/OH5YylLD5NRKLltdqwSvS0BnU=",
    ),
    "no query": (
        "https://example.com/myapp",
        {**CALL, "Caller": "+14158675310", "From": "+14158675310"},
        "gVxvIWCj069FxBHABMLOEDo6rzs=",
    ),
    "emoji": ("https://example.test/webhooks/sms/", SMS, "Af23dRJIqTv2Br+avYmPzrC9AUo="),
}


def hook(url: str, body: bytes, signature: str, kind: str = FORM, **headers: str) -> Hook:
    return Hook("POST", url, {"Content-Type": kind, "X-Twilio-Signature": signature, **headers}, body)


@pytest.mark.parametrize("name", VECTORS)
def test_examples_are_recognized(name: str) -> None:
    url, fields, signature = VECTORS[name]
    assert is_signed(hook(url, urlencode(fields).encode(), signature), (TOKEN,))
    assert not is_signed(hook(url, urlencode(fields).encode(), signature), ("12346",))
    assert not is_signed(hook(url + "&x=1", urlencode(fields).encode(), signature), (TOKEN,))


def test_a_json_request_is_recognized_by_the_digest_in_its_address() -> None:
    assert hashlib.sha256(JSON_BODY).hexdigest() == JSON_DIGEST
    url, signature = f"{PLAIN}&bodySHA256={JSON_DIGEST}", "a9nBmqA0ju/hNViExpshrM61xv4="
    assert is_signed(hook(url, JSON_BODY, signature, "application/json"), (TOKEN,))
    assert is_signed(hook(url, JSON_BODY, signature, "Application/JSON; charset=utf-8"), (TOKEN,))
    assert not is_signed(hook(url, JSON_BODY + b" ", signature, "application/json"), (TOKEN,))


def test_a_json_request_without_a_digest_is_not_accepted() -> None:
    assert not is_signed(hook(PLAIN, JSON_BODY, sign(TOKEN, PLAIN), "application/json"), (TOKEN,))
    twice = f"{PLAIN}&bodySHA256={JSON_DIGEST}&bodySHA256={JSON_DIGEST}"
    assert not is_signed(hook(twice, JSON_BODY, sign(TOKEN, twice), "application/json"), (TOKEN,))


def test_a_form_cannot_hide_behind_the_digest_of_an_address() -> None:
    url = f"{PLAIN}&bodySHA256={JSON_DIGEST}"
    assert not is_signed(hook(url, b"Body=forged", sign(TOKEN, url), FORM), (TOKEN,))
    assert not is_signed(hook(url, b"Body=forged", sign(TOKEN, url), "application/json"), (TOKEN,))


@pytest.mark.parametrize(
    ("signed", "seen"),
    [
        ("https://x.example:443/a?b=1", "https://x.example/a?b=1"),
        ("https://x.example/a?b=1", "https://x.example:443/a?b=1"),
        ("http://x.example:80/a", "http://x.example/a"),
        ("https://x.example/a", "https://x.example:8443/a"),
        ("http://[::1]:80/a", "http://[::1]/a"),
        ("https://user:word@x.example:443/a", "https://user:word@x.example/a"),
        ("https://x.example/a", "https://x.example/a#rc=5&rp=all"),
    ],
)
def test_twilio_may_sign_with_or_without_the_port_and_never_the_fragment(signed: str, seen: str) -> None:
    assert is_signed(hook(seen, b"A=1", sign(TOKEN, signed + "A1")), (TOKEN,))


def test_another_port_or_host_or_scheme_is_another_address() -> None:
    signature = sign(TOKEN, "https://x.example/aA1")
    for url in ("https://y.example/a", "http://x.example:81/b", "https://x.example/a/", "https://x.example/A"):
        assert not is_signed(hook(url, b"A=1", signature), (TOKEN,))


def test_repeats_are_sorted_and_counted_once() -> None:
    signature = sign(TOKEN, "https://x.example/aMedia1Media2To+1")
    assert is_signed(hook("https://x.example/a", b"Media=2&To=%2B1&Media=1&Media=2", signature), (TOKEN,))


def test_blank_fields_and_spaces_count() -> None:
    signature = sign(TOKEN, "https://x.example/aBody two  spaces Empty")
    assert is_signed(hook("https://x.example/a", b"Body=+two++spaces+&Empty=", signature), (TOKEN,))


def test_the_sender_does_not_choose_the_algorithm() -> None:
    strong = RequestValidator(TOKEN).compute_signature("https://x.example/a", {"A": "1"}, "HMAC_SHA256")
    headers = {"X-Twilio-Webhooks-Signature-Settings": "key=k,algorithm=HMAC_SHA256"}
    assert not is_signed(hook("https://x.example/a", b"A=1", strong, **headers), (TOKEN,))


def test_the_name_of_the_header_may_be_written_in_any_case() -> None:
    url, fields, signature = VECTORS["docs"]
    lower = Hook("POST", url, {"content-type": FORM, "x-twilio-signature": signature}, urlencode(fields).encode())
    assert is_signed(lower, (TOKEN,))


def test_too_many_fields_are_refused() -> None:
    body = "&".join(f"f{n}=" for n in range(501))
    names = "".join(sorted(f"f{n}" for n in range(501)))
    assert not is_signed(
        hook("https://x.example/a", body.encode(), sign(TOKEN, "https://x.example/a" + names)), (TOKEN,)
    )


fields = st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=12), max_size=6)


@given(fields=fields, path=st.text("abc/é%?&=", max_size=10))
def test_whatever_the_sdk_signs_is_recognized(fields: dict[str, str], path: str) -> None:
    url = f"https://x.example/{path}"
    signature = RequestValidator(TOKEN).compute_signature(url, fields)
    assert is_signed(hook(url, urlencode(fields).encode(), signature), ("another", TOKEN))


@given(fields=st.dictionaries(st.text(min_size=1), st.lists(st.text(), min_size=1, max_size=3), max_size=5))
def test_a_form_is_read_as_it_was_written(fields: dict[str, list[str]]) -> None:
    assert form_fields(urlencode(fields, doseq=True).encode()) == fields
