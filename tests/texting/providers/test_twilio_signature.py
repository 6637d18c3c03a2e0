"""Twilio's signatures: published and recomputed examples, and what may not be accepted."""

import hashlib
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from texting.providers.base import Hook
from texting.providers.twilio_signature import is_signed, sign

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


# --- the same answer as Twilio's own validator, whatever comes ----------------------------------------------------

ports = st.sampled_from(["", ":443", ":80", ":8443"])
pairs = st.lists(st.tuples(st.text(min_size=1, max_size=6), st.text(max_size=8)), max_size=8)
paths = st.text("abc/é%2-_.~", max_size=8)
queries = st.text("ab=&é%2", min_size=1, max_size=8).map("?".__add__) | st.just("")


def validator_says(url: str, body: object, signature: str) -> bool:
    return bool(RequestValidator(TOKEN).validate(url, body, signature))


@settings(max_examples=400, deadline=None)
@given(
    scheme=st.sampled_from(["https", "http"]),
    signed_port=ports,
    seen_port=ports,
    path=paths,
    query=queries,
    pairs=pairs,
    repeat=st.booleans(),
    token=st.sampled_from([TOKEN, "12346"]),
)
def test_a_form_is_judged_as_by_the_sdk(
    *,
    scheme: str,
    signed_port: str,
    seen_port: str,
    path: str,
    query: str,
    pairs: list[tuple[str, str]],
    repeat: bool,
    token: str,
) -> None:
    pairs = pairs + pairs[:1] if repeat else pairs
    body = urlencode(pairs).encode()
    fields = QueryDict(body)
    signed, seen = (f"{scheme}://x.example{port}/{path}{query}" for port in (signed_port, seen_port))
    signature = RequestValidator(token).compute_signature(signed, fields)
    ours = is_signed(hook(seen, body, signature), (TOKEN,))
    assert ours is validator_says(seen, fields, signature)
    if token == TOKEN and signed_port == seen_port:
        assert ours
    # while the token is changed: by either of two, and by no third one
    assert is_signed(hook(seen, body, signature), ("new", TOKEN)) is ours
    assert not is_signed(hook(seen, body, signature), ("new", "newer"))


@settings(max_examples=300, deadline=None)
@given(
    content=st.text(max_size=40),
    other=st.none() | st.text(max_size=5),
    signed_port=ports,
    seen_port=ports,
    more=st.sampled_from(["", "a=1&", "b=%20&"]),
)
def test_a_json_body_is_judged_as_by_the_sdk(
    content: str, other: str | None, signed_port: str, seen_port: str, more: str
) -> None:
    digest = hashlib.sha256(content.encode()).hexdigest()
    signed, seen = (f"https://x.example{port}/hook?{more}bodySHA256={digest}" for port in (signed_port, seen_port))
    signature = RequestValidator(TOKEN).compute_signature(signed, {})
    arrived = content if other is None else other
    ours = is_signed(hook(seen, arrived.encode(), signature, "application/json"), (TOKEN,))
    assert ours is validator_says(seen, arrived, signature)


@given(fields=st.dictionaries(st.text(min_size=1), st.lists(st.text(), min_size=1, max_size=3), max_size=5))
def test_a_form_is_read_as_it_was_written(fields: dict[str, list[str]]) -> None:
    assert hook(PLAIN, urlencode(fields, doseq=True).encode(), "").form == fields
