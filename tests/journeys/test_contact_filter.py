"""An owner finds contacts by what is written about them, keeps the filter, and tells those contacts something."""

import re

from playwright.sync_api import expect

from tenancy.isolation import activate
from texting.fields import defining, writing
from texting.fields.kinds import Kind

from .browser import MakePerson, needs_browser, shoot
from .simulated_office import Office

pytestmark = needs_browser


def test_contacts_are_filtered_by_keyboard_and_the_filter_is_an_audience(office: Office, someone: MakePerson) -> None:
    gold = office.hear("Hello", which=1, name="Marcus Bell").contact
    office.hear("Good morning", which=2, name="Grace Whitfield")
    with activate(office.organization):
        visits = defining.add_field(member=office.owner, name="Visits", kind=Kind.NUMBER)
        writing.set_values(member=office.owner, contact=gold, typed={visits.pk: "12"})
    page = someone().let_in(office.owner).page
    page.goto("/contacts/")
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("What the next condition is about").select_option("Visits")
    page.get_by_role("button", name="Add condition").press("Enter")
    compared = page.get_by_label("How Visits is compared")
    expect(compared).to_be_focused()
    compared.select_option("is more than")
    value = page.get_by_role("textbox", name="Visits", exact=True)
    value.fill("ten")
    value.press("Enter")
    expect(page.get_by_text("Write a number such as 12")).to_be_visible()
    value.fill("10")
    value.press("Enter")
    expect(page).to_have_url(re.compile(r"\?find="))
    rows = page.get_by_role("table", name="Contacts").get_by_role("row")
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text("Marcus Bell")
    shoot(page, "contact-filter")
    page.get_by_role("button", name="Save filter").click()
    page.get_by_label("Name", exact=True).fill("Often here")
    page.get_by_label("Who uses it").select_option("Everybody who sees contacts")
    shoot(page, "contact-filter-save")
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("navigation", name="Saved filters").get_by_role("link")).to_have_attribute(
        "aria-current", "page"
    )
    expect(rows).to_have_count(2)
    page.goto("/announcements/new/")
    expect(page.get_by_label("Saved filter")).to_contain_text("Often here")
