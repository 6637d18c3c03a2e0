"""A text that cannot arrive says so by itself, in words that lead on."""

from playwright.sync_api import expect

from .browser import MakePerson, messages, needs_browser, stays, write
from .simulated_office import Office

pytestmark = needs_browser


def test_a_text_to_a_landline_says_why_it_did_not_arrive(office: Office, someone: MakePerson) -> None:
    conversation = office.hear("Call me about the crown")
    agent = someone().let_in(office.agent)
    phone = agent.tab(office.phone_address)
    phone.get_by_label("Is a landline: not delivered").check()
    expect(phone.get_by_text("From the next text on.")).to_be_visible()

    inbox = agent.opens(office.address(conversation))
    inbox_stays = stays(inbox)
    write(inbox, "When may we call you?")
    failed = messages(inbox).locator(".message.is-failed")
    expect(failed).to_contain_text("When may we call you?")
    expect(failed).to_contain_text("Not delivered. This number cannot receive texts")
    assert inbox_stays()
