"""Sending later: chosen in the composer, seen in the thread and on the list, changed, left at its time."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from tenancy.isolation import activate
from tests.midday import midday_zone
from texting.models import ScheduledText

from .browser import MakePerson, messages, needs_browser, shoot
from .simulated_office import Office

pytestmark = needs_browser


def test_a_text_for_later_is_scheduled_changed_and_leaves_by_the_clock(office: Office, someone: MakePerson) -> None:
    conversation = office.hear("Can you remind me?", name="Marcus Bell")
    with activate(office.organization):
        conversation.contact.time_zone = midday_zone()
        conversation.contact.save(update_fields=["time_zone"])
    page = someone().let_in(office.agent).opens(office.address(conversation))
    field = page.get_by_label("Message", exact=True)
    field.fill("Your visit is at ten")
    page.get_by_role("button", name="Send later").click()
    dialog = page.get_by_role("dialog", name="Send later")
    expect(dialog).to_contain_text("Tomorrow, 9:00 am")
    expect(dialog).to_contain_text("as they told you")
    shoot(page, "send-later-dialog")
    dialog.get_by_label("Date and time").fill("2020-01-01T09:00")
    dialog.get_by_role("button", name="Schedule").click()
    expect(dialog).to_contain_text("That time has passed")
    expect(field).to_have_value("Your visit is at ten")
    dialog.get_by_label("Tomorrow, 9:00 am").check()
    dialog.get_by_role("button", name="Schedule").click()

    waiting = page.locator("#thread-upcoming .is-scheduled")
    expect(waiting).to_contain_text("Your visit is at ten")
    expect(waiting).to_contain_text("9:00 am")
    expect(field).to_have_value("")
    shoot(page, "send-later-thread")

    waiting.get_by_role("button", name="Change").click()
    change = page.get_by_role("dialog", name="Change a scheduled text")
    change.get_by_label("Message").fill("Your visit is at eleven")
    change.get_by_role("button", name="Save").click()
    expect(waiting).to_contain_text("Your visit is at eleven")
    waiting.get_by_role("button", name="Cancel it").click()
    expect(waiting).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(waiting).to_be_visible()

    page.goto("/scheduled/")
    expect(page.get_by_role("list", name="Scheduled texts")).to_contain_text("Your visit is at eleven")
    shoot(page, "send-later-list")
    with activate(office.organization):
        now = timezone.now() - timedelta(seconds=1)
        assert ScheduledText.objects.update(send_at=now, look_at=now) == 1
    page.goto(office.address(conversation))
    sent = messages(page).locator(".message.out").filter(has_text="Your visit is at eleven")
    expect(sent).to_contain_text("Delivered", timeout=30_000)
    expect(waiting).to_have_count(0)
