"""What a newcomer does in the first five minutes, in the demo that `make up` builds."""

from playwright.sync_api import expect

from .browser import MakePerson, messages, needs_browser, stays, text_from, write
from .demo import PASSWORD, Demo

pytestmark = needs_browser

QUESTION = "Do you have time for a check-up this week?"
ANSWER = "We do: Thursday at 9:40. Shall I book it?"


def test_a_newcomer_texts_from_the_simulator_and_answers_in_the_inbox(demo: Demo, someone: MakePerson) -> None:
    newcomer = someone().sign_in("amelia@harbor.example", PASSWORD)
    inbox = newcomer.page
    expect(inbox.get_by_role("heading", name="Inbox")).to_be_visible()
    newcomer.wait_until_live()
    inbox_stays = stays(inbox)

    phone = newcomer.tab("/")
    phone.get_by_role("link", name="Phones").click()
    number = phone.get_by_label("Number of a new phone").input_value()
    phone.get_by_role("button", name="Add phone").click()
    expect(phone.get_by_role("region", name=f"Phone of {number}")).to_be_visible()  # until then there is another's
    newcomer.wait_until_live(phone)
    phone_stays = stays(phone)
    text_from(phone, QUESTION)

    row = inbox.get_by_role("listitem").filter(has_text=QUESTION)
    expect(row).to_contain_text("unread")
    row.get_by_role("link").click()
    expect(messages(inbox)).to_contain_text(QUESTION)
    expect(inbox.locator("#refusal")).to_have_text("")  # a journey that fails tells what stands there
    expect(inbox.locator("#permission")).to_contain_text("May be texted since")
    expect(inbox.locator("#permission")).to_contain_text("Company name and opt-out words are added")

    write(inbox, ANSWER)
    expect(phone.get_by_role("region", name="Texts")).to_contain_text(f"Harbor Dental: {ANSWER}")
    expect(messages(inbox).locator(".message.out")).to_contain_text("Delivered")
    expect(inbox.locator("#thread-who")).to_contain_text("You have it")
    expect(phone.locator("#phone-reports")).to_contain_text("To the customer, delivered")
    expect(phone.locator("#phone-news")).to_contain_text(ANSWER)
    assert inbox_stays()
    assert phone_stays()
