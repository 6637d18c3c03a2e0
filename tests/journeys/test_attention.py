"""Texts that did not arrive come to somebody by themselves, and leave when somebody has dealt with them."""

from playwright.sync_api import expect

from tenancy.isolation import activate
from texting import progress, sending
from texting.models import LineKey, Message, OutboxEntry
from texting.statuses import ErrorKind, MessageStatus

from .browser import SCHEMES, WIDTHS, MakePerson, messages, needs_browser, shoot, stays, write
from .pages import LONG_NAME, LONGEST, RIGHT_TO_LEFT
from .simulated_office import Office

pytestmark = needs_browser


End = tuple[MessageStatus, ErrorKind]
NOT_FOUND: End = (MessageStatus.FAILED, ErrorKind.ABSENT)


def trouble(office: Office, which: int, body: str, end: End, *, name: str = "") -> Message:
    """A text of the agent's that has ended badly, long ago for the worker."""
    conversation = office.hear("Hello", which=which, name=name)
    with activate(office.organization):
        message = sending.send_text(conversation=conversation, body=body, author=office.agent)
        OutboxEntry.objects.filter(message_id=message.pk).delete()
        progress.show(message, *end)
    return message


def test_a_text_to_a_landline_appears_on_the_list_and_leaves_it_again(office: Office, someone: MakePerson) -> None:
    conversation = office.hear("Call me about the crown", name="Marcus Bell")
    agent = someone().let_in(office.agent)
    phone = agent.tab(office.phone_address)
    phone.get_by_label("Is a landline: not delivered").check()
    expect(phone.get_by_text("From the next text on.")).to_be_visible()

    colleague = someone().let_in(office.colleague)
    waiting = colleague.opens("/attention/")
    expect(waiting.get_by_text("Nothing needs you")).to_be_visible()
    colleague.wait_until_live()
    it_stays = stays(waiting)
    write(agent.opens(office.address(conversation)), "When may we call you?")

    row = waiting.get_by_role("listitem").filter(has_text="When may we call you?")
    expect(row).to_contain_text("This number cannot receive texts")
    rail = waiting.get_by_role("navigation", name="Main").get_by_role("link", name="Attention")
    expect(rail).to_contain_text("1 waiting")
    assert it_stays(), "it came by itself"
    waiting.keyboard.press("j")
    expect(row.get_by_role("link", name="Marcus Bell")).to_be_focused()
    row.get_by_role("button", name="Dismiss").click()
    waiting.get_by_role("button", name="Told them another way").click()
    expect(waiting.get_by_text("Taken off the list.")).to_be_visible()
    expect(waiting.get_by_text("Nothing needs you")).to_be_visible()
    expect(rail).not_to_contain_text("waiting")
    thread = colleague.opens(office.address(conversation))
    expect(messages(thread).locator(".message.is-failed")).to_contain_text("Told them another way (You)")


def test_sending_again_asks_first_where_it_could_arrive_twice(office: Office, someone: MakePerson) -> None:
    trouble(office, 1, "See you at ten", NOT_FOUND, name="Grace Whitfield")
    agent = someone().let_in(office.agent)
    page = agent.opens("/attention/")
    page.get_by_role("button", name="Send again").click()
    question = page.get_by_role("alertdialog")
    expect(question).to_contain_text("could get it twice")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listitem").filter(has_text="See you at ten")).to_be_visible()
    page.get_by_role("button", name="Send again").click()
    question.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("heading", name="Grace Whitfield")).to_be_visible()
    expect(messages(page).locator(".message.out")).to_have_count(2)


def test_how_it_looks(office: Office, someone: MakePerson) -> None:
    """With everything on it: pictures where somebody wants them, and nothing that sticks out of a phone."""
    landline: End = (MessageStatus.UNDELIVERED, ErrorKind.INVALID_RECIPIENT)
    trouble(office, 1, "Your crown is ready. Shall we say Thursday at ten?", NOT_FOUND, name="Grace Whitfield")
    trouble(office, 2, "When may we call you?", landline, name="Marcus Bell")
    trouble(office, 3, LONGEST[:900], (MessageStatus.UNCONFIRMED, ErrorKind.UNKNOWN_OUTCOME), name=LONG_NAME)
    trouble(office, 4, RIGHT_TO_LEFT, (MessageStatus.FAILED, ErrorKind.CONTENT_REJECTED))
    LineKey.objects.filter(line_id=office.line.pk).update(
        stopped_at="2026-11-25T08:00Z", stopped_for="auth", probe_at="2100-01-01T00:00Z"
    )
    admin = someone().let_in(office.owner)
    page = admin.opens("/attention/")
    for width, (across, down) in WIDTHS.items():
        page.set_viewport_size({"width": across, "height": down})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            shoot(page, f"attention-full-{width}-{scheme}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Dismiss").first.click()
    shoot(page, "attention-menu")
    inbox = admin.opens("/inbox/")
    inbox.set_viewport_size({"width": 1440, "height": 900})
    shoot(inbox, "inbox-stopped")
