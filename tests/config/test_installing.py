"""What makes Parley an app: for a signed-in member it is the same as for a stranger."""

import json
import re
from io import BytesIO

from django.test import Client
from PIL import Image

from config import installing
from tests.cast import cast, signed_in

__all__ = ["cast"]

ADDRESSES = ("/app.webmanifest", "/worker.js", "/offline/")


def read(address, browser=None):
    answer = (browser or Client()).get(address)
    assert answer.status_code == 200
    return answer


def test_they_say_nothing_of_who_asks(cast):
    member = signed_in(Client(), cast.owner)
    for address in ADDRESSES:
        answer = read(address, member)
        assert answer.content == read(address).content
        for secret in (cast.owner.user.name, cast.owner.organization.name, "csrf"):
            assert secret.encode() not in answer.content
        assert "script-src 'self'" in answer["Content-Security-Policy"]


def test_the_manifest_names_pictures_of_the_size_it_says():
    answer = read("/app.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    said = json.loads(answer.content)
    assert (said["scope"], said["start_url"], said["display"]) == ("/", "/", "standalone")
    for one in said["icons"]:
        picture = b"".join(Client().get(one["src"]).streaming_content)
        assert "x".join(map(str, Image.open(BytesIO(picture)).size)) == one["sizes"]
    assert {(one["sizes"], one["purpose"]) for one in said["icons"]} >= {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }


def test_the_worker_may_keep_the_whole_page_and_nothing_else():
    script = read("/worker.js")
    assert script["Content-Type"].startswith("text/javascript")
    given = json.loads(re.search(r"const GIVEN = (.*);\n", script.content.decode())[1])
    page = read(given["offline"]).content.decode()
    needed = set(re.findall(r'(?:src|href)="([^"]+)"', page))
    assert needed == set(given["files"])
    assert all(address.startswith("/static/") for address in given["files"])
    assert script.content.count(b".put(") == 1, "one place where anything is kept"


def test_a_release_that_changes_the_page_changes_the_worker(monkeypatch):
    before = read("/worker.js").content
    monkeypatch.setattr(installing, "_offline", lambda: "another page")
    assert read("/worker.js").content != before
