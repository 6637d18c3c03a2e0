"""Metadata from an address, by a real server with a certificate authority made here."""

import time

import pytest
from django.test import Client

from accounts.models import SamlProvider
from tenancy.egress import calling
from tenancy.isolation import activate
from tests.accounts.saml.identity_provider import ENTITY, metadata, pair
from tests.accounts.saml.office import own_key
from tests.cast import signed_in
from tests.tls import serving

HERE = "127.0.0.1"


def http(body: bytes, *, status: str = "200 OK", kind: str = "application/samlmetadata+xml", more: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{more}Content-Length: {len(body)}\r\n\r\n".encode() + body


GOOD = metadata(pair("provider")).encode()
PAGE = b"<!doctype html><html><title>Sign in</title><p>Who are you?</p></html>"


@pytest.fixture
def admin(cast) -> Client:
    with activate(cast.organization):
        own_key(cast.organization)
    return signed_in(Client(), cast.owner)


def fetch(admin, server):
    return admin.post("/settings/sso/provider/", {"metadata_url": f"https://{HERE}:{server.port}/metadata"})


def providers(cast):
    with activate(cast.organization):
        return list(SamlProvider.objects.all())


def test_metadata_is_fetched_taken_over_and_its_address_remembered(cast, admin, authority):
    with serving(authority.server_context(HERE), http(GOOD)) as server:
        assert fetch(admin, server).status_code == 302
    [provider] = providers(cast)
    assert provider.entity_id == ENTITY
    assert provider.metadata_url == f"https://{HERE}:{server.port}/metadata"
    assert server.heard[0].startswith(b"GET /metadata HTTP/1.1")
    assert b"Cookie" not in server.heard[0]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (http(b"", status="302 Found", more=f"Location: https://{HERE}/elsewhere\r\n"), "no metadata at this address"),
        (http(b"gone", status="404 Not Found"), "no metadata at this address"),
        (http(GOOD + b" " * 300_000), "larger than 256 kB"),
        (http(PAGE, kind="text/html"), "document type"),
        (http(b'{"error": "no"}', kind="application/json"), "not XML"),
        (http(b"\xff\xfe\x00" * 50, kind="application/octet-stream"), "not XML"),
        (http(b""), "not XML"),
        (http(b"<a/>"), "not SAML 2.0 metadata"),
        (b"SSH-2.0-OpenSSH_9.9\r\n", "could not be fetched"),
    ],
    ids=["redirect", "status", "too big", "a page", "json", "bytes", "nothing", "other xml", "no http"],
)
def test_what_is_not_metadata_is_refused_in_words_and_nothing_is_stored(cast, admin, authority, answer, words):
    with serving(authority.server_context(HERE), answer) as server:
        refused = fetch(admin, server)
    assert refused.status_code == 422
    assert words in refused.content.decode()
    assert server.connections == 1, "a redirect is not followed"
    assert providers(cast) == []


def test_a_server_that_does_not_answer_is_given_up(cast, admin, authority, monkeypatch):
    monkeypatch.setattr(calling, "ANSWER_SECONDS", 0.2)
    with serving(authority.server_context(HERE), lambda _socket, _request: time.sleep(1)) as server:
        refused = fetch(admin, server)
    assert refused.status_code == 422
    assert "could not be fetched" in refused.content.decode()
    assert providers(cast) == []


def test_a_server_that_is_somebody_else_is_not_believed(cast, admin, authority):
    with serving(authority.server_context("idp.other.example"), http(GOOD)) as server:
        refused = fetch(admin, server)
    assert refused.status_code == 422
    assert "certificate is not good" in refused.content.decode()
    assert providers(cast) == []
