"""On a phone: one pane at a time, and the browser's own back button goes between them."""

import pytest
from playwright.sync_api import expect

from .browser import MakePerson, messages, needs_browser
from .simulated_office import Office

pytestmark = needs_browser


def test_list_and_thread_are_pages_of_their_own_on_a_phone(office: Office, someone: MakePerson) -> None:
    office.hear("Hello from the bus", name="Grace Whitfield")
    page = someone(width="phone").let_in(office.agent).opens("/inbox/")
    row, log = page.get_by_role("link", name="Grace Whitfield"), messages(page)
    search = page.get_by_label("Search by name or number")
    expect(search).to_be_visible()

    row.click()
    expect(log).to_contain_text("Hello from the bus")
    expect(search).to_be_hidden()
    page.go_back()
    expect(search).to_be_visible()
    expect(log).to_be_hidden()
    page.go_forward()
    expect(log).to_contain_text("Hello from the bus")
    page.get_by_role("link", name="Back to conversations").click()
    expect(row).to_be_visible()
    expect(log).to_be_hidden()


def test_nothing_is_wider_than_a_phone(office: Office, someone: MakePerson) -> None:
    conversation = office.hear("https://harbor.example/" + "a" * 300, name="Featherstonehaugh" * 5)
    page = someone(width="phone").let_in(office.owner).page
    for path in ("/inbox/", office.address(conversation), "/contacts/", office.phone_address, "/settings/people/"):
        page.goto(path)
        widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert widths[0] <= widths[1], path


@pytest.mark.parametrize("width", ["laptop", "desktop"])
def test_the_whole_rail_is_there_on_a_low_screen(office: Office, someone: MakePerson, width: str) -> None:
    page = someone(width=width).let_in(office.owner).opens("/inbox/")
    rail = page.get_by_role("navigation", name="Main")
    for entry in (rail.get_by_role("link", name="Settings"), rail.get_by_role("button", name="Your account")):
        expect(entry).to_be_in_viewport(ratio=1)
