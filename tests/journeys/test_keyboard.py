"""The inbox without a mouse."""

from playwright.sync_api import expect

from tests.cast import PASSPHRASE

from .browser import MakePerson, messages, needs_browser, settled
from .simulated_office import Office

pytestmark = needs_browser


def test_an_agent_signs_in_reads_answers_and_resolves_by_keys_alone(office: Office, someone: MakePerson) -> None:
    for which, name in enumerate(("Marcus Bell", "Grace Whitfield", "Theo Nakamura")):
        office.hear(f"Hello from {name}", which=which, name=name)
    agent = someone()
    page, keys = agent.page, agent.page.keyboard

    page.goto("/")
    expect(page.get_by_label("E-mail")).to_be_focused()
    keys.type(office.agent.user.email)
    keys.press("Tab")
    keys.type(PASSPHRASE)
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    agent.wait_until_live()

    keys.press("j")
    expect(page.get_by_role("link", name="Theo Nakamura")).to_be_focused()
    keys.press("j")
    keys.press("j")
    expect(page.get_by_role("link", name="Marcus Bell")).to_be_focused()
    keys.press("k")
    expect(page.get_by_role("link", name="Grace Whitfield")).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Grace Whitfield")).to_be_focused()
    expect(messages(page)).to_contain_text("Hello from Grace Whitfield")

    keys.press("c")
    expect(page.get_by_label("Message", exact=True)).to_be_focused()
    keys.type("Good morning, Grace")
    keys.press("Control+Enter")
    expect(messages(page).locator(".message.out")).to_contain_text("Good morning, Grace")
    expect(page.get_by_label("Message", exact=True)).to_have_value("")
    settled(page)
    keys.press("Escape")
    keys.press("e")
    expect(page.locator("#thread-who")).to_contain_text("Resolved")
    expect(page.get_by_role("link", name="Grace Whitfield")).to_have_count(0)


def test_the_question_mark_shows_the_keys_and_escape_puts_them_away(office: Office, someone: MakePerson) -> None:
    office.hear("Hello", name="Grace Whitfield")
    page = someone().let_in(office.agent).opens("/inbox/")
    page.keyboard.press("j")
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard")
    expect(sheet).to_be_visible()
    for act in ("Next conversation", "Write a text", "Resolve or reopen", "Search this list", "Search everything"):
        expect(sheet.get_by_role("row", name=act)).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page.get_by_role("link", name="Grace Whitfield")).to_be_focused()
