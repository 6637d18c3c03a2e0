"""A phone sends a picture, the agent sees it by itself, opens it, sends one back; the phone shows it."""

import re

import pytest
from playwright.sync_api import expect

from tests.texting.attachments import samples

from .browser import MakePerson, needs_browser
from .simulated_office import Office

pytestmark = [pytest.mark.browser, needs_browser]


def test_pictures_go_both_ways(office: Office, someone: MakePerson) -> None:
    conversation = office.hear("Good evening")
    agent = someone().let_in(office.agent)
    agent.opens(office.address(conversation))
    customer = someone().let_in(office.colleague)
    customer.opens(office.phone_address)

    customer.page.get_by_label("Send a picture").click()
    customer.page.get_by_label("Picture", exact=True).select_option("evening")
    customer.page.get_by_label("Text to Main line").fill("The sign at your door")
    customer.page.get_by_role("button", name="Send", exact=True).click()

    closed = agent.page.get_by_role("link", name="Show picture")
    expect(closed).to_be_visible()
    assert agent.page.locator(".message.in img").count() == 0, "nothing of it is there before somebody asks"
    closed.focus()
    agent.page.keyboard.press("Enter")
    arrived = agent.page.locator(".message.in .picture img")
    expect(agent.page.locator(".message.in .picture")).to_be_focused()
    expect(arrived).to_be_visible()
    with agent.page.context.expect_page() as opening:
        agent.page.locator(".message.in .picture").click()
    full = opening.value
    full.wait_for_load_state()
    expect(full.locator("img")).to_be_visible()
    assert full.evaluate("document.images[0].naturalWidth") == 1200
    full.close()

    with agent.page.expect_file_chooser() as choosing:
        agent.page.get_by_role("button", name="Attach pictures or files").click()
    big = samples.saved(samples.noise((1800, 1200)), "PNG")
    choosing.value.set_files([{"name": "map.png", "mimeType": "image/png", "buffer": big}])
    chip = agent.page.locator(".unsent")
    expect(chip).to_contain_text("made smaller")
    chip.get_by_role("textbox").fill("Way to the entrance")
    chip.get_by_role("textbox").blur()
    expect(agent.page.locator("#meter")).to_contain_text("1 picture message")
    agent.page.get_by_role("button", name="Send", exact=True).click()
    expect(chip).to_have_count(0)
    expect(agent.page.get_by_alt_text("Way to the entrance")).to_be_visible(timeout=15_000)

    got = customer.page.locator(".phone-text.got img")
    expect(got).to_be_visible(timeout=30_000)
    expect(got).to_have_js_property("complete", value=True)
    expect(agent.page.locator(".message.out").last).to_contain_text(re.compile("Delivered"))


_GIVE = """([event, name, bytes]) => {
  const held = new DataTransfer();
  held.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));
  const where = document.querySelector("#composer textarea");
  const more = { bubbles: true, cancelable: true };
  if (event === "paste") return where.dispatchEvent(new ClipboardEvent("paste", { ...more, clipboardData: held }));
  where.dispatchEvent(new DragEvent("dragover", { ...more, dataTransfer: held }));
  return where.dispatchEvent(new DragEvent("drop", { ...more, dataTransfer: held }));
}"""


def test_pasted_and_dropped_files_go_into_the_composer_and_not_into_a_note(office: Office, someone: MakePerson) -> None:
    agent = someone().let_in(office.agent)
    agent.opens(office.address(office.hear("Where is it?")))
    picture, chips = list(samples.png_with_place()), agent.page.locator(".unsent")
    for number, (event, name) in enumerate((("paste", "map.png"), ("drop", "door.png")), start=1):
        assert agent.page.evaluate(_GIVE, [event, name, picture]) is False, "the browser itself does nothing with it"
        expect(chips).to_have_count(number)
        expect(chips.last).to_contain_text(name)
    agent.page.get_by_role("button", name="Note", exact=True).click()
    agent.page.evaluate(_GIVE, ["paste", "note.png", picture])
    expect(chips.filter(has_text="note.png")).to_have_count(0)
