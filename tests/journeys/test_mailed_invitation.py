"""An invitation goes by mail, and whoever opens it is in."""

from playwright.sync_api import Page, expect

from tests.accounts.test_people import NEW_PASSWORD

from .browser import MakePerson, needs_browser
from .simulated_office import Office

pytestmark = needs_browser


def invite(page: Page, name: str, address: str) -> None:
    page.goto("/settings/people/invite/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("E-mail").fill(address)
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("heading", name=f"A mail is on its way to {address}")).to_be_visible()


def open_the_mail(page: Page, address: str) -> None:
    """As somebody who looks into their mailbox: the mail comes by itself."""
    page.goto("/mailbox/")
    page.get_by_role("listitem").filter(has_text=address).get_by_role("link").first.click()
    page.get_by_role("link", name="/join/").click()


def test_a_newcomer_goes_from_the_mail_to_the_inbox(office: Office, someone: MakePerson) -> None:
    address = f"nia@{office.mark}.example"
    invite(someone().let_in(office.owner).page, "Nia Duarte", address)
    newcomer = someone().page
    open_the_mail(newcomer, address)
    expect(newcomer.get_by_role("heading", name="Join Harbor Dental")).to_be_visible()
    newcomer.get_by_label("New password").fill(NEW_PASSWORD)
    newcomer.get_by_label("The same again").fill(NEW_PASSWORD)
    newcomer.get_by_role("button", name="Set password").click()
    newcomer.get_by_label("E-mail").fill(address)
    newcomer.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    newcomer.get_by_role("button", name="Sign in").click()
    expect(newcomer.get_by_role("heading", name="Inbox")).to_be_visible()


def test_somebody_of_another_organization_accepts_a_second_one_and_switches(
    office: Office, someone: MakePerson
) -> None:
    elsewhere = Office(office.base_url, "Northside Plumbing")
    guest = elsewhere.agent
    invite(someone().let_in(office.owner).page, "Whatever the admin calls her", guest.user.email)
    page = someone().let_in(guest).page
    open_the_mail(page, guest.user.email)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_text("You belong to Harbor Dental too").first).to_be_visible()
    page.goto("/settings/account/")
    page.get_by_role("button", name="Northside Plumbing").first.click()
    page.get_by_role("button", name="Harbor Dental").click()
    expect(page.get_by_role("button", name="Organization: Harbor Dental")).to_be_visible()
