"""An agent looks for a text of last week by the keyboard alone, reads it where it was written, and goes back."""

import re

from playwright.sync_api import expect

from tenancy.isolation import activate
from texting import contacts
from texting.models import Message

from .browser import MakePerson, needs_browser, shoot
from .simulated_office import Office

pytestmark = needs_browser


def test_a_text_is_found_by_the_keyboard_and_read_in_its_thread(office: Office, someone: MakePerson) -> None:
    first = office.hear("Is the porcelain crown ready?", which=1)
    for number in range(60):
        office.hear(f"One more thing, number {number}", which=1)
    office.hear("A porcelain filling, how much?", which=2)
    with activate(office.organization):
        wanted = Message.objects.filter(conversation=first).earliest("created_at")
        contacts.rename_contact(member=office.owner, contact=first.contact, name="Marcus Bell")
    page = someone().let_in(office.agent).page
    page.goto("/contacts/")
    page.keyboard.press("Control+k")
    words = page.get_by_label("Words, a name or a number")
    expect(words).to_be_focused()
    expect(page.locator("#found")).to_contain_text("people by how their names begin")
    words.fill("porcelain")
    words.press("Enter")
    found = page.locator("#found mark")
    expect(found).to_have_text(["porcelain", "porcelain"])
    expect(page).to_have_url(re.compile(r"/search/\?again="))
    assert "porcelain" not in page.url
    shoot(page, "search-journey")

    words.fill('"porcelain crown"')
    words.press("Enter")
    expect(found).to_have_text(["porcelain crown"])
    words.press("ArrowDown")
    page.keyboard.press("Enter")
    text = page.locator(f"#message-{wanted.pk}")
    expect(text).to_be_in_viewport()
    shoot(page, "search-thread")
    page.go_back()
    expect(found).to_have_text(["porcelain crown"])

    words.fill("mar")
    words.press("Enter")
    page.locator("#found").get_by_role("link", name="Marcus Bell").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Marcus Bell")
