"""An identity provider that others have written (pysaml2), on this machine under another name than ours.

It is reached as `localhost`, we as `127.0.0.1`: two sites for a browser, so that cookies are put to the test.
"""

import html
import shutil
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.accounts.saml.identity_provider import pair

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # about its own use of other libraries
    from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
    from saml2.config import IdPConfig
    from saml2.metadata import entity_descriptor
    from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
    from saml2.server import Server
    from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

NO_XMLSEC = "no xmlsec1: install it (Debian: apt install xmlsec1) to try single sign-on against pysaml2"


class RealProvider:
    """Knows everybody, and asks nothing but a name."""

    def __init__(self, folder: Path, port: int, ours: str) -> None:
        self.address = f"http://localhost:{port}"
        keys = pair("pysaml2")
        key, certificate = folder / "idp.key", folder / "idp.crt"
        key.write_text(keys.key)
        certificate.write_text(keys.certificate)
        self.settings: dict[str, Any] = {
            "entityid": f"{self.address}/metadata",
            "xmlsec_binary": shutil.which("xmlsec1"),
            "key_file": str(key),
            "cert_file": str(certificate),
            "service": {
                "idp": {
                    "endpoints": {"single_sign_on_service": [(f"{self.address}/sso", BINDING_HTTP_REDIRECT)]},
                    "want_authn_requests_signed": True,
                }
            },
        }
        self.ours = ours

    @property
    def metadata(self) -> str:
        return str(entity_descriptor(IdPConfig().load(dict(self.settings))))

    def knows(self, metadata: str) -> None:
        """Take our metadata over, as an admin there does."""
        self.server = Server(config=IdPConfig().load({**self.settings, "metadata": {"inline": [metadata]}}))

    def takes_posts_only(self) -> None:
        """From now on its metadata names HTTP-POST."""
        endpoints = self.settings["service"]["idp"]["endpoints"]
        endpoints["single_sign_on_service"] = [(f"{self.address}/sso", BINDING_HTTP_POST)]

    def page(self, query: dict[str, list[str]]) -> str:
        """The question is read and its signature checked; a name is asked for."""
        by = BINDING_HTTP_REDIRECT if "SigAlg" in query else BINDING_HTTP_POST
        detached = {"sigalg": query["SigAlg"][0], "signature": query["Signature"][0]} if "SigAlg" in query else {}
        asked = self.server.parse_authn_request(
            query["SAMLRequest"][0], by, relay_state=query["RelayState"][0], **detached
        ).message
        fields = {"id": asked.id, "acs": asked.assertion_consumer_service_url, "relay": query["RelayState"][0]}
        hidden = "".join(f'<input type="hidden" name="{name}" value="{html.escape(fields[name])}">' for name in fields)
        return (
            f'<form method="post" action="/in"><label>Who <input name="who"></label>{hidden}<button>Go</button></form>'
        )

    def answer(self, form: dict[str, str]) -> str:
        who = form["who"]
        response = self.server.create_authn_response(
            {"mail": [who], "displayName": [who.partition("@")[0].title()]},
            form["id"],
            form["acs"],
            self.ours,
            name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text=f"person-{abs(hash(who))}"),
            authn={"class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"},
            sign_assertion=True,
            sign_response=True,
            sign_alg=SIG_RSA_SHA256,
            digest_alg=DIGEST_SHA256,
        )
        sent = self.server.apply_binding(BINDING_HTTP_POST, str(response), form["acs"], form["relay"], response=True)
        return str(sent["data"])


@contextmanager
def served(provider: RealProvider, port: int) -> Iterator[None]:
    """The provider's pages, in a thread of this process."""

    class Pages(BaseHTTPRequestHandler):
        problems: ClassVar[list[str]] = []

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self.write(provider.page(parse_qs(parts.query)) if parts.path == "/sso" else "")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            fields = parse_qs(body)
            if self.path == "/sso":
                self.write(provider.page(fields))
            else:
                self.write(provider.answer({name: values[0] for name, values in fields.items()}))

        def write(self, page: str) -> None:
            body = page.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Pages)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def needs_xmlsec() -> None:
    """One clear line where pysaml2 cannot work."""
    if shutil.which("xmlsec1") is None:
        pytest.skip(NO_XMLSEC)
