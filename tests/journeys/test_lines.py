"""An admin connects a number and sees it work; a wrong setting loses no text."""

import re
import secrets
from dataclasses import replace
from typing import Any

from django.utils import timezone
from playwright.sync_api import Page, expect

from tenancy.isolation import activate
from texting.models import Line, LineKey, QuarantinedRequest
from texting.phone_numbers import display
from texting.providers.base import Credentials
from texting.simulator.signed_requests import send_signed

from .browser import MakePerson, needs_browser, stays, text_from
from .simulated_office import Office

pytestmark = needs_browser


def connect(page: Page, name: str) -> None:
    """From the list of lines to the page of a new simulated one."""
    page.goto("/settings/lines/")
    page.get_by_role("link", name="Connect a number").click()
    page.get_by_role("link", name="Connect through Simulator").click()
    page.get_by_label("Number", exact=True).select_option(index=2)
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def test_an_admin_connects_a_line_tries_it_and_hears_back(office: Office, someone: MakePerson) -> None:
    admin = someone().let_in(office.owner)
    page = admin.page
    connect(page, "Reminders")
    expect(page.get_by_text("Waiting for the first webhook")).to_be_visible()
    same = stays(page)

    page.get_by_label("Your own phone number").fill(display(office.number(0)))
    page.get_by_role("button", name="Send a test text").click()
    expect(page.get_by_label("This number is my own")).to_be_focused()  # the browser asks for it
    page.get_by_label("This number is my own").check()
    page.get_by_role("button", name="Send a test text").click()
    expect(page.locator("#test-text").get_by_text("Delivered", exact=True)).to_be_visible()

    with activate(office.organization):
        line = Line.objects.get(name="Reminders")
    phone = admin.tab(f"/phones/{line.pk}/{office.phone.id}/")
    expect(phone.get_by_text("This is a test text.").first).to_be_visible()
    expect(page.get_by_text("Waiting for the first webhook")).to_be_visible()  # the report came by its own address
    text_from(phone, "It works here")
    expect(page.get_by_text("It works", exact=True)).to_be_visible()
    assert same(), "the page was never reloaded"

    page.goto("/settings/lines/")
    row = page.get_by_role("listitem").filter(has_text="Reminders")
    expect(row.locator("dl div").filter(has_text="Received").locator("dd")).to_have_text("1")
    expect(row.locator("dl div").filter(has_text="Delivered").first.locator("dd")).to_have_text("1")

    page.clock.install()
    for address, news in (
        ("/settings/lines/", "Nothing leaves Reminders"),
        (f"/settings/lines/{line.pk}/", "Nothing leaves on"),
    ):
        page.goto(address)
        same = stays(page)
        with activate(office.organization):
            LineKey.objects.filter(line_id=line.pk).update(stopped_at=timezone.now(), stopped_for="auth")
        page.clock.fast_forward(20_000)
        expect(page.get_by_text(news)).to_be_visible()
        assert same(), "the page told it without being reloaded"
        with activate(office.organization):
            LineKey.objects.filter(line_id=line.pk).update(stopped_at=None, stopped_for="")


SECRET = "the token that the provider signs with"


def refused_text(office: Office, *, secret: str = SECRET) -> None:
    """A customer's text as the network offers it, signed with a token that the line does not have."""
    key = LineKey.objects.get(line_id=office.line.pk).key
    text = {"type": "inbound", "id": secrets.token_hex(8), "from": office.number(3), "to": office.line.number}
    url = f"{office.base_url}/webhooks/simulator/{key}/inbound"
    assert send_signed(url, text | {"text": "I am running late"}, secret) == 403


def put_right(office: Office, secret: str) -> None:
    """The admin stores the token that the provider signs with."""
    with activate(office.organization):
        line = Line.objects.get(pk=office.line.pk)
        line.credentials = replace(Credentials.from_json(line.credentials), secret=secret).to_json()
        line.save()


def test_a_text_that_was_refused_waits_and_is_taken_in(office: Office, someone: MakePerson, settings: Any) -> None:
    """The text is signed by one token when it is sent and checked with another when it comes."""
    settings.PUBLIC_BASE_URL = office.base_url
    admin = someone().let_in(office.owner)
    page = admin.page
    page.goto("/settings/quarantine/")
    expect(page.get_by_text("Nothing was refused")).to_be_visible()

    refused_text(office)
    expect(page.get_by_text("more came since you opened this page")).to_be_visible()
    page.get_by_role("link", name="Show").click()
    entry = page.get_by_role("listitem").filter(has_text=re.compile("neither the present token"))
    expect(entry).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("I am running late")
    entry.get_by_role("button", name="Take in").click()
    expect(page.get_by_text("Still refused, and it stays here.").first).to_be_visible()

    put_right(office, SECRET)
    page.get_by_role("button", name="Take in all that verify now").click()
    expect(page.get_by_text("1 request taken in.").first).to_be_visible()
    expect(page.get_by_text("Nothing was refused")).to_be_visible()
    inbox = someone().let_in(office.agent).opens("/inbox/")
    expect(inbox.get_by_text("I am running late").first).to_be_visible()

    refused_text(office, secret="nobody's")
    page.reload()
    page.get_by_role("button", name="Discard", exact=True).click()
    expect(page.get_by_role("alertdialog")).to_contain_text("destroyed for good")
    page.get_by_role("alertdialog").get_by_role("button", name="Discard").click()
    expect(page.get_by_text("Nothing was refused")).to_be_visible()
    with activate(office.organization):
        assert {row.request for row in QuarantinedRequest.objects.all()} == {None}
