"""What must not go by text: the customer opens it with a code, with script and without, and answers."""

import re

from playwright.sync_api import Page, expect

from tenancy.isolation import activate
from texting.models import Message

from .browser import MakePerson, drawn_anew, messages, needs_browser, shoot, stays
from .simulated_office import Office
from .test_accessible import violations

pytestmark = needs_browser

SECRET = "Your tooth needs a root canal; the X-ray is clear about it."
REFUSED = "health information, which must not be sent by text"
ANSWER = "Then Thursday, and I am allergic to penicillin."


def last_code(phone: Page, *, besides: str = "") -> str:
    """The newest code on the customer's phone, once there is one that is not `besides`."""
    words = re.compile(r"(\d{6}) is your code")
    expect(phone.locator("main")).to_have_text(re.compile(rf"(?!{besides or 'x{6}'})\d{{6}} is your code"))
    return [code for code in words.findall(phone.locator("main").inner_text()) if code != besides][-1]


def looks(page: Page, name: str) -> None:
    """Pictures of a page at each width and in both schemes, when somebody wants some."""
    for width, across in (("desktop", 1440), ("laptop", 1024), ("phone", 390)):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": across, "height": 860})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            shoot(page, f"{name}-{width}-{scheme}")


def test_a_secret_goes_by_a_private_page_and_the_thread_tells_that_it_was_opened(
    office: Office, someone: MakePerson
) -> None:
    conversation = office.hear("Is my X-ray here?", name="Grace Whitfield")
    agent = someone().let_in(office.agent)
    page = agent.opens(office.address(conversation))
    page.get_by_label("Message", exact=True).fill(SECRET)
    expect(page.locator("#refusal")).to_contain_text(REFUSED)
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        page.get_by_label("Message", exact=True).press("Control+Enter")
    assert answered.value.status == 422
    expect(page.locator("#refusal")).to_contain_text(REFUSED)
    expect(page.get_by_label("Message", exact=True)).to_have_value(SECRET)
    expect(messages(page).locator(".message.out")).to_have_count(0)
    with activate(office.organization):
        assert not Message.objects.filter(direction="out").exists()
    page.get_by_role("button", name="Send securely").click()
    dialog = page.get_by_role("dialog", name="Send securely")
    expect(dialog.get_by_label("Private message")).to_have_value(SECRET)
    looks(page, "secure-dialog")
    page.set_viewport_size({"width": 1440, "height": 900})
    dialog.get_by_role("button", name="Send the link").click()
    expect(page.locator("#messages")).to_contain_text("Not opened yet")
    expect(page.locator("body")).not_to_contain_text(SECRET)
    expect(page.get_by_label("Message", exact=True)).to_have_value("")
    same = stays(page)

    phone = agent.tab(office.phone_address)
    expect(phone.locator("main")).to_have_text(re.compile(r"Harbor Dental: http\S+/s/[\w-]{22}#[\w-]{22}"))
    link = re.search(r"http\S+/s/[\w-]{22}#[\w-]{22}", phone.locator("main").inner_text())[0]

    customer = someone(width="phone")
    reader = customer.page
    reader.goto(link)
    expect(reader.get_by_role("heading", level=1)).to_have_text("Harbor Dental sent you a private message")
    looks(reader, "private-door")
    found = violations(reader, "door")
    reader.get_by_role("button", name="Text me a code").click()
    code = last_code(phone)
    looks(reader, "private-code")
    reader.get_by_label("Code", exact=True).fill(code)
    reader.get_by_role("button", name="Open the message").click()
    expect(reader.locator(".private-content")).to_have_text(SECRET)
    assert "#" not in reader.url, "the half of the key does not stay in the address"
    assert [cookie["name"] for cookie in customer.context.cookies()] == ["private_page"]
    looks(reader, "private-message")
    found += violations(reader, "message")
    assert not found, "\n".join(found)
    expect(page.locator("#messages")).to_contain_text("Opened")
    reader.get_by_label("Your answer").fill(ANSWER)
    reader.get_by_role("button", name="Send the answer").click()
    expect(reader.get_by_role("status")).to_contain_text("Your answer was sent")

    page.locator("#messages").get_by_role("button", name="Read it").click()
    expect(page.get_by_role("dialog", name="Answer on the private page")).to_contain_text(ANSWER)
    looks(page, "secure-reply")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    looks(page, "secure-thread")
    assert same(), "all of it came by itself"

    old = someone(width="phone", scripts="off")
    old.page.goto(link)
    old.page.get_by_role("button", name="Text me a code").click()
    old.page.get_by_label("Code", exact=True).fill(last_code(phone, besides=code))
    old.page.get_by_role("button", name="Open the message").click()
    expect(old.page.locator(".private-content")).to_have_text(SECRET)

    page.set_viewport_size({"width": 1440, "height": 900})
    page.locator("#messages").get_by_role("button", name="Take it back").click()
    drawn_anew(page, "#messages .message:has([hx-confirm])")
    page.get_by_role("alertdialog").get_by_role("button", name="Take it back").click()
    expect(page.locator("#messages")).to_contain_text("Taken back")
    reader.goto(link)
    expect(reader.get_by_role("heading", level=1)).to_have_text("This message can no longer be opened")
    looks(reader, "private-ended")
