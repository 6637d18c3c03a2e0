"""A customer says on the phone that they want no more texts: written down in the browser, and nothing leaves."""

from playwright.sync_api import expect

from .browser import MakePerson, needs_browser
from .simulated_office import Office

pytestmark = needs_browser


def test_what_a_customer_said_on_the_phone_is_written_down_and_holds(office: Office, someone: MakePerson) -> None:
    conversation = office.hear("Good morning", name="Grace Whitfield")
    page = someone().let_in(office.agent).tab(f"/contacts/{conversation.contact_id}/")
    page.get_by_role("link", name="Permission", exact=True).click()
    expect(page.get_by_text("May be texted", exact=True)).to_be_visible()

    page.get_by_role("button", name="They asked us to stop").click()
    dialog = page.get_by_role("dialog", name="They asked us to stop")
    dialog.get_by_label("How they told you").select_option("phone")
    dialog.get_by_label("What they said").fill("Please take me off your list")
    dialog.get_by_role("button", name="Stop all texts").click()
    expect(page.get_by_text("May not be texted", exact=True)).to_be_visible()
    expect(page.get_by_text("Please take me off your list")).to_be_visible()
    expect(dialog).not_to_be_visible()

    page.goto(office.address(conversation))
    expect(page.locator("#permission")).to_contain_text("May not be texted")

    page.goto(f"/contacts/{conversation.contact_id}/permission/")
    page.get_by_role("button", name="They agreed").click()
    agreed = page.get_by_role("dialog", name="They agreed to be texted")
    agreed.get_by_label("What they said").fill("")
    agreed.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("May not be texted", exact=True)).to_be_visible()
    agreed.get_by_label("What they said").fill("Start again, I changed my mind")
    agreed.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("May be texted", exact=True)).to_be_visible()
