"""A customer texts STOP while somebody writes to them, and START when they want to hear again."""

from playwright.sync_api import expect

from .browser import MakePerson, messages, needs_browser, stays, text_from, write
from .simulated_office import Office

pytestmark = needs_browser


def test_stop_takes_the_composer_away_says_why_and_start_brings_it_back(office: Office, someone: MakePerson) -> None:
    conversation = office.hear("Can I move my appointment?")
    agent = someone().let_in(office.agent)
    inbox = agent.opens(office.address(conversation))
    phone = agent.tab(office.phone_address)
    agent.wait_until_live(phone)
    inbox_stays = stays(inbox)
    composer, refusal = inbox.get_by_label("Message", exact=True), inbox.locator("#refusal")
    composer.fill("Of course, how about")

    text_from(phone, "STOP")
    expect(composer).to_be_hidden()
    expect(inbox.get_by_text("May not be texted").first).to_be_visible()
    expect(refusal).to_contain_text("by texting STOP")
    expect(refusal).to_contain_text("Only they can undo it, by texting START")
    expect(refusal.get_by_role("link", name="Call instead")).to_be_visible()
    confirmations = phone.locator(".phone-text.got").filter(has_text="you are unsubscribed")
    expect(confirmations).to_have_count(1)

    text_from(phone, "STOP")
    expect(messages(inbox).locator(".message.in").filter(has_text="STOP")).to_have_count(2)
    text_from(phone, "START")
    expect(composer).to_be_visible()
    expect(composer).to_have_value("Of course, how about")
    expect(refusal).to_be_hidden()
    expect(phone.locator(".phone-text.got").last).to_contain_text("you're subscribed")
    expect(confirmations).to_have_count(1)

    write(inbox, "Good to have you back. Does Friday suit you?")
    expect(phone.locator(".phone-text.got").last).to_contain_text("Does Friday suit you?")
    assert inbox_stays()
