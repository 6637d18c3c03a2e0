"""A supervisor writes what may be sensitive: the text stays to be changed, and leaves with a reason."""

from playwright.sync_api import expect

from .browser import MakePerson, messages, needs_browser, shoot
from .simulated_office import Office

pytestmark = needs_browser


def test_a_text_that_may_not_go_like_this_stays_and_leaves_with_a_reason(office: Office, someone: MakePerson) -> None:
    conversation = office.hear("Which account was it?")
    inbox = someone().let_in(office.member("supervisor", "Sam Achebe")).opens(office.address(conversation))
    composer, refusal = inbox.get_by_label("Message", exact=True), inbox.locator("#refusal")

    composer.fill("We charged card 4111 1111 1111 1111")
    expect(refusal).to_contain_text("a card number")
    expect(composer).to_be_visible()
    expect(inbox.get_by_role("button", name="Send it all the same")).to_have_count(0)

    composer.fill("your account number is 0012345678")
    why = inbox.get_by_label("Why it may be texted")
    expect(why).to_be_visible()
    inbox.get_by_role("button", name="Send it all the same").click()
    expect(why).to_be_focused()
    shoot(inbox, "explaining")
    why.fill("She asked for it on the phone")
    why.press("Enter")
    expect(messages(inbox).locator(".message.out")).to_contain_text("0012345678")
    expect(composer).to_have_value("")
    expect(refusal).to_be_hidden()
