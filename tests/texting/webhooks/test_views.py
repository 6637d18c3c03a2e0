"""What a provider's request is answered, whatever stands in it."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.texting.twilio_line import FORM, cast, twilio
from texting.providers.base import MAX_HOOK_BYTES

__all__ = ["cast", "twilio"]


def test_a_signed_text_is_taken_and_answered_empty(twilio):
    answer = twilio.post()
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/xml; charset=utf-8")
    assert answer.content == b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
    assert twilio.texts() == ["See you at 5"]
    assert twilio.kept() == []


def test_a_repeat_is_taken_once(twilio):
    assert [twilio.post().status_code for _ in range(3)] == [200, 200, 200]
    assert twilio.texts() == ["See you at 5"]


def test_a_wrong_signature_is_refused_and_kept(twilio):
    assert twilio.post(secret="guessed").status_code == 403
    assert twilio.texts() == []
    assert [(row.state, row.kind, row.line_id) for row in twilio.kept()] == [("waiting", "inbound", twilio.line.pk)]


def test_a_signed_request_that_cannot_be_read_is_refused_and_kept(twilio):
    assert twilio.post(MessageSid=None).status_code == 400
    assert [row.cause for row in twilio.kept()] == ["unreadable"]


def test_a_report_about_a_text_that_is_not_known_is_neither_taken_nor_kept(twilio):
    path = twilio.path.replace("/inbound", "/status/no-such-attempt")
    assert twilio.post(path=path, MessageStatus="delivered").status_code == 404
    assert twilio.kept() == []


@pytest.mark.parametrize("path", ["/webhooks/twilio/{}/inbound", "/webhooks/nobody/{key}/inbound"])
@pytest.mark.parametrize("key", ["no-such-key", "%00", "%ff%fe", "x" * 3000, "%F0%9F%91%8D", "'%20OR%201=1"])
def test_an_unknown_address_is_not_found_and_nothing_is_kept(twilio, path, key):
    real = twilio.path.split("/")[3]
    where = path.format(key, key=real)
    assert Client().post(where, b"x", content_type=FORM).status_code == 404
    assert twilio.kept() == []


ODD_BODIES = [b"", b"\x00", b"\xff\xfe\x80", b"=&=&&&", b"Body=%ff%fe%00", b"a" * 60_000, b"{" * 5_000, "👍".encode()]


@pytest.mark.parametrize("body", ODD_BODIES, ids=range(len(ODD_BODIES)))
@pytest.mark.parametrize("kind", [FORM, "application/json", "multipart/form-data", "", "\x7f", "x" * 5000])
def test_odd_bytes_are_refused_and_kept_without_an_error(twilio, body, kind):
    headers = {"X-Twilio-Signature": "\xff\xfe=" + "é" * 40, "X-Forwarded-Host": "a b\x01,[::1]:99,"}
    answer = Client(raise_request_exception=True).post(twilio.path, body, content_type=kind, headers=headers)
    assert answer.status_code == 403
    assert len(twilio.kept()) == 1
    assert twilio.texts() == []


@pytest.mark.parametrize("length", ["-1", "1e3", "٣", "70000", "9" * 5000, "0x10"])
def test_a_strange_length_is_too_large(twilio, length):
    assert Client().post(twilio.path, b"x", content_type=FORM, CONTENT_LENGTH=length).status_code == 413
    assert twilio.kept() == []


def test_a_body_over_the_limit_is_not_kept(twilio):
    body = b"Body=" + b"x" * MAX_HOOK_BYTES
    assert Client().post(twilio.path, body, content_type=FORM).status_code == 413
    assert twilio.kept() == []


def test_a_get_is_no_webhook(twilio):
    assert Client().get(twilio.path).status_code == 405


def test_a_refusal_costs_a_bounded_number_of_queries(twilio):
    twilio.post(secret="guessed")
    with CaptureQueriesContext(connection) as queries:
        twilio.post(secret="guessed")
    assert len(queries) < 30, "\n".join(query["sql"][:120] for query in queries)


def test_a_host_that_is_not_ours_is_no_reason_to_lose_a_text(twilio, settings):
    """The signature covers our own address; the Host header decides nothing, and is no way in either."""
    assert settings.ALLOWED_HOSTS != ["*"]
    assert twilio.post(headers={"Host": "inner.example"}).status_code == 200
    there = {"Host": "old.harbor.example"}
    assert twilio.post(base="https://old.harbor.example", headers=there, MessageSid="SM2").status_code == 403
    assert [row.signed_address for row in twilio.kept()] == ["https://old.harbor.example"]
    assert Client().get("/sign-in/", headers=there).status_code == 400, "pages insist on it"


def test_a_request_over_http_is_judged_and_not_redirected(twilio, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert twilio.post().status_code == 200
    assert twilio.post(base="http://text.harbor.example", MessageSid="SM2").status_code == 403
    assert [row.signed_address for row in twilio.kept()] == ["http://text.harbor.example"]
    assert Client().get("/sign-in/").status_code == 301
