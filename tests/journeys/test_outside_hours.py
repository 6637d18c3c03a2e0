"""It is night where the customer is: whoever writes sees it, lets the text wait or sends it, and can take it back."""

from datetime import timedelta

from playwright.sync_api import Page, expect

from tenancy.isolation import activate
from tests.midday import zone_at
from texting.models import Conversation, Message, OutboxEntry

from .browser import SCHEMES, WIDTHS, MakePerson, messages, needs_browser, shoot
from .simulated_office import Office

pytestmark = needs_browser


def customer_at(office: Office, hour: int) -> Conversation:
    """Somebody who wrote two hours ago, where this hour of the day has begun."""
    conversation = office.hear("Is my crown ready?", name="Marcus Bell")
    with activate(office.organization):
        contact = conversation.contact
        contact.time_zone = zone_at(hour)
        contact.save(update_fields=["time_zone"])
        asked = conversation.last_inbound_at
        assert asked is not None
        Conversation.objects.filter(pk=conversation.pk).update(last_inbound_at=asked - timedelta(hours=2))
    return conversation


def pictures(page: Page, name: str) -> None:
    for width, (across, down) in WIDTHS.items():
        page.set_viewport_size({"width": across, "height": down})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            shoot(page, f"{name}-{width}-{scheme}")
    page.set_viewport_size({"width": 1440, "height": 900})


def test_at_night_a_text_waits_or_leaves_with_one_click_and_can_be_taken_back(
    office: Office, someone: MakePerson
) -> None:
    conversation = customer_at(office, 3)
    page = someone().let_in(office.agent).opens(office.address(conversation))
    composer = page.locator("#composer")
    expect(composer).to_contain_text("It is 3:")
    expect(composer).to_contain_text("am for them.")
    wait = composer.get_by_role("button", name="Send at 8:00 am")
    field = page.get_by_label("Message", exact=True)
    field.fill("It is ready")
    pictures(page, "night")

    field.press("Control+Enter")
    waiting = messages(page).locator(".message.out").filter(has_text="It is ready")
    expect(waiting).to_contain_text("Waits for their hours")
    with activate(office.organization):
        assert OutboxEntry.objects.get(contact_id=conversation.contact_id).held_until is not None
    field.fill("Your crown broke, call us")
    expect(wait).to_be_visible()
    composer.get_by_role("button", name="Send it anyway").click()
    urgent = messages(page).locator(".message.out").filter(has_text="Your crown broke")
    expect(urgent).to_contain_text("Delivered")
    pictures(page, "night-waiting")

    waiting.get_by_role("button", name="Take it back").click()
    expect(waiting).to_contain_text("Canceled")
    expect(waiting.get_by_role("button", name="Take it back")).to_have_count(0)
    with activate(office.organization):
        assert Message.objects.get(pk=waiting.get_attribute("id").removeprefix("message-")).sent_at is None


def test_by_day_the_line_beside_the_composer_says_the_time_and_keeps_up_with_it(
    office: Office, someone: MakePerson
) -> None:
    conversation = customer_at(office, 14)
    page = someone().let_in(office.agent).opens("/inbox/")
    page.clock.install()
    page.goto(office.address(conversation))
    composer = page.locator("#composer")
    expect(composer).to_contain_text("pm for them")
    expect(composer.get_by_role("button", name="Send it anyway")).to_be_hidden()
    expect(composer.get_by_role("button", name="Send", exact=True)).to_be_visible()

    with activate(office.organization):  # as if half a day went by
        contact = conversation.contact
        contact.time_zone = zone_at(3)
        contact.save(update_fields=["time_zone"])
    page.get_by_label("Message", exact=True).fill("Half a thought")
    page.clock.fast_forward(61_000)
    expect(composer).to_contain_text("am for them.")
    expect(composer.get_by_role("button", name="Send it anyway")).to_be_visible()
    expect(page.get_by_label("Message", exact=True)).to_have_value("Half a thought")
