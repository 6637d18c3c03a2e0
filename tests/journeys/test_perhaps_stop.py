"""A customer writes what may be a wish to stop; a member sees it at once, and decides in the thread and on the page."""

from playwright.sync_api import expect

from .browser import MakePerson, needs_browser, text_from
from .simulated_office import Office

pytestmark = needs_browser


def test_a_doubt_appears_by_itself_and_each_of_the_two_buttons_ends_it(office: Office, someone: MakePerson) -> None:
    conversation = office.hear("Can I move my appointment?", name="Grace Whitfield")
    agent = someone().let_in(office.agent)
    inbox = agent.opens(office.address(conversation))
    phone = agent.tab(office.phone_address)
    agent.wait_until_live(phone)

    text_from(phone, "how do I unsubscribe")
    notice = inbox.locator("#thread-notices")
    expect(notice).to_contain_text("They may have asked us to stop")
    notice.get_by_role("button", name="They did not").click()
    dialog = inbox.get_by_role("dialog", name="They did not ask to stop")
    dialog.get_by_label("Why").fill("She means our e-mails")
    dialog.get_by_role("button", name="Let texts go on").click()
    expect(notice).not_to_contain_text("They may have asked us to stop")

    page = agent.tab("/perhaps-stop/")
    expect(page.get_by_text("Nothing to decide")).to_be_visible()
    agent.wait_until_live()
    text_from(phone, "these texts are annoying")
    row = page.get_by_role("listitem").filter(has_text="these texts are annoying")
    row.get_by_role("button", name="They asked to stop").click()
    page.get_by_role("alertdialog").get_by_role("button", name="They asked to stop").click()
    expect(page.get_by_text("Nothing to decide")).to_be_visible()
    expect(phone.locator(".phone-text.got").last).to_contain_text("you are unsubscribed")
    expect(inbox.get_by_text("May not be texted").first).to_be_visible()
