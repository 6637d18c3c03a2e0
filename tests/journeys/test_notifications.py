"""A colleague is mentioned by keyboard, hears of it at once, and marks it as read."""

from playwright.sync_api import expect

from .browser import WIDTHS, MakePerson, needs_browser, shoot, stays
from .simulated_office import Office

pytestmark = needs_browser


def test_a_mention_reaches_a_colleague_who_has_the_list_open(office: Office, someone: MakePerson) -> None:
    conversation = office.hear("Can I pay in parts?", name="Marcus Bell")
    name = office.colleague.user.name
    colleague = someone().let_in(office.colleague)
    waiting = colleague.opens("/notifications/")
    expect(waiting.get_by_text("Nothing yet")).to_be_visible()
    colleague.wait_until_live()
    it_stays = stays(waiting)

    page = someone().let_in(office.agent).opens(office.address(conversation))
    page.get_by_role("button", name="Note", exact=True).click()
    box = page.get_by_label("Note", exact=True)
    box.press_sequentially(f"@{name[:2]}")
    option = page.get_by_role("option", name=name)
    expect(option).to_be_visible()
    shoot(page, "mention-list")
    while option.get_attribute("aria-selected") != "true":
        box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value(f"@{name} ")
    expect(page.get_by_role("listbox")).to_be_hidden()
    box.press_sequentially("can you call?")
    box.press("Control+Enter")
    expect(page.get_by_text(f"@{name} can you call?")).to_be_visible()

    row = waiting.get_by_role("main").get_by_role("listitem").filter(has_text="can you call?")
    expect(row).to_contain_text("mentioned you in a note")
    rail = waiting.get_by_role("navigation", name="Main").get_by_role("link", name="For you")
    expect(rail).to_contain_text("1 waiting")
    assert it_stays(), "it came by itself"
    for width, (across, down) in WIDTHS.items():
        waiting.set_viewport_size({"width": across, "height": down})
        shoot(waiting, f"notifications-{width}")
    waiting.set_viewport_size({"width": 1440, "height": 900})
    waiting.get_by_role("button", name="Mark all as read").click()
    expect(row.get_by_role("button", name="Mark as unread")).to_be_visible()
    expect(rail).not_to_contain_text("waiting")
    waiting.get_by_role("button", name="Undo").click()
    expect(rail).to_contain_text("1 waiting")
