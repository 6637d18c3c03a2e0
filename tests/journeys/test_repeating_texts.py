"""A reminder that repeats: chosen in the composer, seen in the thread, changed and paused on the page of its series."""

from playwright.sync_api import expect

from tenancy.isolation import activate
from tests.midday import midday_zone

from .browser import MakePerson, needs_browser, shoot
from .simulated_office import Office

pytestmark = needs_browser


def test_a_reminder_repeats_until_it_is_paused(office: Office, someone: MakePerson) -> None:
    conversation = office.hear("Can you remind me each week?", name="Marcus Bell")
    with activate(office.organization):
        conversation.contact.time_zone = midday_zone()
        conversation.contact.save(update_fields=["time_zone"])
    page = someone().let_in(office.agent).opens(office.address(conversation))
    page.get_by_label("Message", exact=True).fill("Time for your exercises")
    page.get_by_role("button", name="Send later").click()
    dialog = page.get_by_role("dialog", name="Send later")
    dialog.get_by_label("Tomorrow, 9:00 am").check()
    expect(dialog.get_by_label("Every how many")).to_be_hidden()
    dialog.get_by_label("Repeat").select_option("Every week")
    expect(dialog.get_by_label("On which day")).to_be_hidden()
    dialog.get_by_label("Monday", exact=True).check()
    dialog.get_by_label("Thursday", exact=True).check()
    shoot(page, "repeat-dialog")
    dialog.get_by_role("button", name="Schedule").click()

    waiting = page.locator("#thread-upcoming .is-scheduled")
    expect(waiting).to_contain_text("Time for your exercises")
    waiting.get_by_role("link", name="Repeats").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Marcus Bell")
    expect(page.locator("#attention")).to_contain_text("Every week on Monday, Thursday at 9:00 am")
    shoot(page, "series")
    facts = page.locator("#attention > section")
    facts.get_by_role("button", name="Change").click()
    change = page.get_by_role("dialog", name="Change what repeats")
    change.get_by_label("Message").fill("Exercises, please")
    change.get_by_label("Thursday").uncheck()
    change.get_by_role("button", name="Save").click()
    expect(facts).to_contain_text("Every week on Monday at 9:00 am")
    expect(page.get_by_role("list", name="Its texts")).to_contain_text("Exercises, please")
    facts.get_by_role("button", name="Pause").click()
    expect(facts.get_by_role("button", name="Resume")).to_be_visible()
    facts.get_by_role("button", name="Cancel all").click()
    expect(page.locator("#attention")).to_contain_text("Canceled")
    page.goto("/scheduled/?state=repeating")
    expect(page.get_by_role("list", name="Texts that repeat")).to_contain_text("Every week on Monday")
    shoot(page, "series-list")
