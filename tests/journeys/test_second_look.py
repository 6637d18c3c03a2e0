"""An agent writes an offer to somebody who never agreed to one: a supervisor looks first, refuses it, then approves."""

from playwright.sync_api import expect

from .browser import MakePerson, messages, needs_browser, shoot
from .simulated_office import Office

pytestmark = needs_browser


def test_an_offer_waits_for_a_second_person(office: Office, someone: MakePerson) -> None:
    conversation = office.hear("Do you have creams?")
    thread = someone().let_in(office.agent).opens(office.address(conversation))
    second = someone().let_in(office.member("supervisor", "Sam Achebe")).opens("/second-look/")
    expect(second.get_by_text("Nothing waits")).to_be_visible()

    composer, notices = thread.get_by_label("Message", exact=True), thread.locator("#thread-notices")
    composer.fill("Yes! All creams are 30% off this week only. Shop now!")
    expect(thread.locator("#refusal")).to_contain_text("have not agreed to marketing in writing")
    shoot(thread, "second-look-writing")
    thread.get_by_role("button", name="Send for a second look").click()
    expect(notices).to_contain_text("Your text waits for a colleague")
    expect(composer).to_have_value("")
    expect(messages(thread).locator(".message.out")).to_have_count(0)
    shoot(thread, "second-look-waiting")

    second.get_by_role("button", name="Do not send").click()
    second.get_by_label("Why").fill("Tell her the price, not the offer")
    shoot(second, "second-look-refusing")
    second.get_by_role("dialog").get_by_role("button", name="Do not send").click()
    expect(second.get_by_text("Nothing waits")).to_be_visible()

    expect(notices).to_contain_text("Tell her the price, not the offer")
    thread.get_by_role("button", name="Back into the composer").click()
    expect(composer).to_have_value("Yes! All creams are 30% off this week only. Shop now!")
    expect(notices).not_to_contain_text("Tell her the price")
    thread.get_by_role("button", name="Send for a second look").click()

    second.get_by_role("button", name="Approve").dblclick()
    expect(messages(thread).locator(".message.out")).to_have_count(1)
    expect(notices).not_to_contain_text("waits for a colleague")
