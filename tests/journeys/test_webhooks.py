"""An admin's own server is told of a text, and after it was down of everything that it has missed."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, expect
from standardwebhooks.webhooks import Webhook

from tests.tls import Authority, serving

from .browser import MakePerson, needs_browser, text_from
from .simulated_office import Office

pytestmark = [needs_browser, pytest.mark.timeout(240)]


@dataclass
class Receiver:
    """What an office has at home: answers `status`, keeps what it took."""

    address: str = ""
    status: int = 204
    took: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def types(self) -> list[str]:
        return [json.loads(body)["type"] for _headers, body in self.took]


@contextmanager
def receiving(authority: Authority) -> Iterator[Receiver]:
    receiver = Receiver()

    def speak(secure, request: bytes) -> None:
        head, _, body = request.partition(b"\r\n\r\n")
        lines = [line.split(": ", 1) for line in head.decode().split("\r\n")[1:]]
        if receiver.status < 300:
            receiver.took.append(({name.lower(): value for name, value in lines}, body))
        secure.sendall(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % receiver.status)

    with serving(authority.server_context("127.0.0.1"), speak) as server:
        receiver.address = f"https://127.0.0.1:{server.port}/t0ken"
        yield receiver


def rows(page: Page, kind: str):
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=kind, exact=True))


def test_a_server_hears_of_a_text_and_later_of_what_it_has_missed(
    office: Office, someone: MakePerson, authority: Authority
) -> None:
    with receiving(authority) as receiver:
        admin = someone().let_in(office.owner).page
        admin.goto("/settings/webhooks/")
        admin.get_by_role("link", name="Add an endpoint").click()
        admin.get_by_label("Address").fill("http://127.0.0.1/")
        admin.get_by_role("button", name="Add and show the secret").click()
        expect(admin.get_by_role("link", name="Only https addresses are called.")).to_be_visible()
        admin.get_by_label("Address").fill(receiver.address)
        admin.get_by_role("button", name="Add and show the secret").click()
        secret = admin.locator("#secret").inner_text()
        admin.get_by_role("link", name="Done").click()
        expect(admin.get_by_text("Nothing was sent yet")).to_be_visible()

        admin.get_by_role("button", name="Send a test event").click()
        expect(rows(admin, "webhook.test")).to_contain_text("Delivered")
        phone = someone().let_in(office.agent).page
        phone.goto(office.phone_address)
        text_from(phone, "Are you open on Saturday?")
        expect(rows(admin, "message.received")).to_contain_text("Delivered")
        expect(rows(admin, "conversation.opened")).to_contain_text("Delivered")
        for headers, body in receiver.took:
            Webhook(secret).verify(body, headers)
            assert b"Saturday" not in body
        assert {"webhook.test", "message.received", "conversation.opened"} <= set(receiver.types())

        receiver.status = 410
        text_from(phone, "Or on Sunday?")
        expect(admin.get_by_text("This endpoint is disabled")).to_be_visible()
        expect(rows(admin, "message.received").filter(has_text="Failed")).to_have_count(1)
        text_from(phone, "Hello?")
        expect(rows(admin, "message.received").filter(has_text="Failed")).to_have_count(2)

        receiver.status = 204
        admin.get_by_role("button", name="Enable", exact=True).click()
        expect(admin.get_by_text("Enabled. Replay below")).to_be_attached()
        admin.get_by_role("button", name="Replay all").click()
        expect(rows(admin, "message.received").filter(has_text="Delivered")).to_have_count(3)
        expect(admin.get_by_role("row").filter(has_text=re.compile("Failed|waiting"))).to_have_count(0)
        assert receiver.types().count("message.received") == 3
        ids = [headers["webhook-id"] for headers, _body in receiver.took]
        assert len(ids) == len(set(ids)), "nothing came twice"
