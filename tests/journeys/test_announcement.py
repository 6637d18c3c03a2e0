"""One text to many: written, looked at, approved by a second person, and seen until everybody has it."""

from playwright.sync_api import expect

from tenancy.isolation import activate
from tests.midday import midday_zone
from tests.permitting import agree_to_everything
from texting import threads
from texting.models import Announcement, Message
from texting.phone_numbers import parse

from .browser import MakePerson, drawn_anew, needs_browser
from .simulated_office import Office

pytestmark = needs_browser

WORDS = "We are closed on Friday. Back on Monday at 8."


def customers(office: Office) -> None:
    """Three who agreed, for whom it is midday, and one who did not."""
    with activate(office.organization):
        for which in range(1, 5):
            contact = threads.contact_for(parse(office.number(which)))
            contact.time_zone = midday_zone()
            contact.save(update_fields=["time_zone"])
            if which < 4:
                agree_to_everything(contact)


def test_a_closure_is_announced_by_one_and_approved_by_another(office: Office, someone: MakePerson) -> None:
    customers(office)
    owner = someone().let_in(office.owner).tab("/announcements/")
    alone = owner.get_by_label("Customers one person may tell alone")
    expect(alone).to_have_value("500")
    alone.fill("2")
    owner.get_by_role("button", name="Save").click()
    expect(alone).to_have_value("2")

    page = someone().let_in(office.member("supervisor", "Sam Achebe")).tab("/announcements/")
    page.get_by_role("link", name="Write one").click()
    page.get_by_label("Name").fill("Closed on Friday")
    page.get_by_label("Text", exact=True).fill(WORDS)
    page.get_by_role("button", name="Check who gets it").click()
    expect(page.get_by_role("heading", name="Who does not get it")).to_be_visible()
    expect(page.locator(".facts")).to_contain_text("Get it3")
    expect(page.get_by_role("row", name="No permission")).to_contain_text("1")
    page.get_by_role("button", name="Ask for approval").click()
    expect(page.get_by_text("Waits for approval")).to_be_visible()

    owner.goto("/announcements/")
    rail = owner.get_by_role("navigation", name="Main").get_by_role("link", name="Announce")
    expect(rail).to_contain_text("1 waiting")
    owner.get_by_role("link", name="Closed on Friday").click()
    expect(owner.get_by_text("Sam Achebe asks you to look at it")).to_be_visible()
    owner.get_by_role("button", name="Approve and start").click()
    drawn_anew(owner, "form[action$='/approve/']")
    owner.get_by_role("button", name="Let it begin").click()
    expect(owner.get_by_text("Finished")).to_be_visible()
    expect(owner.get_by_role("row", name="All who were to get it")).to_contain_text("3")
    with activate(office.organization):
        row = Announcement.objects.get()
        assert (row.state, row.started_by.user.name) == ("finished", "Sam Achebe")
        told = Message.objects.filter(announcement=row)
        assert len({text.contact_id for text in told}) == told.count() == 3
