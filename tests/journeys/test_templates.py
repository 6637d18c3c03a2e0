"""A reminder from the library to the customer: changed and refused, mended and published, picked by keyboard, sent."""

from playwright.sync_api import expect

from tenancy.isolation import activate
from tests.compliance.templates_of import published

from .browser import MakePerson, messages, needs_browser, shoot
from .simulated_office import Office

pytestmark = needs_browser

FIRST_DRAFT_IS_SLOW = """() => {
  const real = fetch;
  window.drafts = [];
  window.fetch = async (url, more) => {
    if (String(url).endsWith("/draft/") && window.drafts.push(more.body.get("body")) === 1)
      await new Promise((done) => { window.release = done; });
    return real(url, more);
  };
}"""


def test_an_admin_takes_a_reminder_from_the_library_and_an_agent_sends_it_by_keyboard(
    office: Office, someone: MakePerson
) -> None:
    admin = someone().let_in(office.owner).page
    admin.goto("/settings/templates/library/?type=appointment")
    admin.get_by_role("button", name="Use this: Appointment reminder", exact=True).click()
    english, spanish = admin.get_by_label("English"), admin.get_by_label("Spanish")
    expect(english).to_be_visible()
    admin.wait_for_load_state()  # nobody types before the scripts are there
    spanish.fill("")
    english.fill("Hi {first_name}, see you soon at {company}.")
    preview = admin.locator("#preview")
    expect(preview).to_contain_text("needs a date or a time")
    admin.get_by_role("button", name="Save and publish").click()
    expect(admin.get_by_role("alert").first).to_contain_text("needs a date or a time")
    shoot(admin, "template-refused")
    english.fill("Hi {first_name}, see you at {company} on {date} at {time}.")
    expect(preview).to_contain_text("Nothing speaks against it")
    admin.get_by_role("button", name="Save and publish").click()
    expect(admin.get_by_role("heading", level=1)).to_have_text("Appointment reminder")
    expect(admin.locator(".page-head")).to_contain_text("Version 1")

    conversation = office.hear("When was my appointment again?")
    inbox = someone().let_in(office.agent).opens(office.address(conversation))
    composer = inbox.get_by_label("Message", exact=True)
    composer.press("/")
    search = inbox.get_by_label("Search templates")
    expect(search).to_be_focused()
    shoot(inbox, "template-picker")
    search.press_sequentially("remind")
    search.press("ArrowDown")
    expect(inbox.locator(".template-choice:focus")).to_contain_text("Appointment reminder")
    inbox.keyboard.press("Enter")
    first = inbox.locator("[name=value_date], [name=value_first_name]").first
    expect(first).to_be_visible()
    for name, value in (("first_name", "Ada"), ("date", "Thu, Dec 3"), ("time", "2:30 pm")):
        field = inbox.locator(f"[name=value_{name}]")
        if field.count():
            field.fill(value)
    shoot(inbox, "template-fill")
    inbox.keyboard.press("Enter")
    expect(composer).to_be_focused()
    expect(composer).to_have_value("Hi Ada, see you at Harbor Dental on Thu, Dec 3 at 2:30 pm.")
    inbox.evaluate(FIRST_DRAFT_IS_SLOW)
    composer.press("End")
    for _ in range(2):
        composer.press("Space")
        inbox.evaluate("document.dispatchEvent(new CustomEvent('htmx:beforeSwap', {detail: {target: {id: 'open'}}}))")
        assert len(inbox.evaluate("drafts")) == 1  # the second waits, or the first would overtake it
    with inbox.expect_response(lambda answer: "2:30 pm.  " in (answer.request.post_data or "")):
        inbox.evaluate("release()")
    inbox.reload()
    expect(composer).to_have_value("Hi Ada, see you at Harbor Dental on Thu, Dec 3 at 2:30 pm.  ")
    composer.press("Control+Enter")
    expect(messages(inbox).locator(".message.out")).to_contain_text("from “Appointment reminder”, version 1")
    expect(messages(inbox).locator(".message-origin")).not_to_contain_text("edited")


def test_on_a_phone_a_template_is_picked_edited_and_the_text_says_so(office: Office, someone: MakePerson) -> None:
    with activate(office.organization):
        published(office.owner, "Opening hours", "We are open until 6 today. {company}", shortcut="hours")
    conversation = office.hear("Are you open?")
    phone = someone(width="phone").let_in(office.agent).opens(office.address(conversation))
    phone.get_by_role("button", name="Use a template").click()
    expect(phone.get_by_label("Search templates")).to_be_focused()
    shoot(phone, "template-picker-phone")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.get_by_role("button", name="Opening hours").click()
    composer = phone.get_by_label("Message", exact=True)
    expect(composer).to_have_value("We are open until 6 today. Harbor Dental")
    composer.press_sequentially(" See you!")
    phone.get_by_role("button", name="Send", exact=True).click()
    expect(messages(phone).locator(".message-origin")).to_contain_text("edited")
