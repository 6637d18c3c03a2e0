"""A list of people who agreed on paper is imported in the browser, watched, and those without proof are asked."""

from playwright.sync_api import expect

from tenancy.isolation import activate
from tests.compliance.importing_lists import make_program, rows

from .browser import MakePerson, needs_browser
from .simulated_office import Office

pytestmark = needs_browser


def test_a_list_goes_from_a_file_to_permissions_while_one_watches(office: Office, someone: MakePerson) -> None:
    with activate(office.organization):
        make_program(office.owner)
    page = someone().let_in(office.owner).tab("/contacts/")
    page.get_by_role("link", name="Import permissions").click()
    raw = rows(30) + b"\nUnproved,(212) 555-0999,,\nNobody,,,\n"
    page.get_by_label("CSV file").set_input_files({"name": "forms.csv", "mimeType": "text/csv", "buffer": raw})
    page.get_by_role("button", name="Upload and look").click()
    expect(page.get_by_role("heading", name="What the columns mean")).to_be_visible()
    expect(page.get_by_label("Phone number")).to_have_value("1")
    page.get_by_role("button", name="Look at every row").click()
    expect(page.get_by_text("Waits for you")).to_be_visible()  # by itself, when the worker has looked
    expect(page.get_by_role("row", name="Cannot be used 1")).to_be_visible()
    page.get_by_role("link", name="Go on").click()
    page.get_by_label("Who collected the permissions").fill("Olga Brandt")
    page.get_by_label("How people agreed").fill("On the intake form")
    for box in page.get_by_role("checkbox").all():
        if box.is_visible():
            box.check()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Done", exact=True)).to_be_visible()
    expect(page.get_by_role("row", name="Imported 30")).to_be_visible()
    page.get_by_role("link", name="Ask them to confirm").click()
    page.get_by_role("button", name="Count them").click()
    expect(page.get_by_label("For what")).to_be_visible()  # nothing was chosen for it
    page.get_by_label("For what").select_option(label="Reminders")
    page.get_by_label("From which line").select_option(index=1)
    page.get_by_role("button", name="Count them").click()
    expect(page.get_by_role("heading", name="Ask 1 person")).to_be_visible()
