"""A card comes in two texts while colleagues look: its first half leaves every open page by itself."""

import re

from playwright.sync_api import expect

from .browser import MakePerson, messages, needs_browser, stays, text_from
from .simulated_office import Office

pytestmark = needs_browser

FIRST, SECOND = "My card is 4111 1111", "and then 1111 1111"


def test_no_open_page_goes_on_showing_the_first_half_of_a_card(office: Office, someone: MakePerson) -> None:
    conversation = office.hear("Can I pay by phone?", name="Grace Whitfield")
    people = [someone().let_in(member) for member in (office.agent, office.colleague)]
    pages = [person.opens(office.address(conversation)) for person in people]
    unmoved = [stays(page) for page in pages]
    phone = people[0].tab(office.phone_address)

    text_from(phone, FIRST)
    for page in pages:
        expect(messages(page)).to_contain_text("4111 1111")
        expect(page.locator("body")).to_contain_text(FIRST)
    text_from(phone, SECOND)
    for page in pages:
        expect(messages(page)).to_contain_text("and then [card")
        expect(page.locator("body")).not_to_contain_text(re.compile(r"4111"))
        expect(page.locator("body")).not_to_contain_text(re.compile(r"1111 1111"))
    assert all(same() for same in unmoved), "all of it came by itself"
