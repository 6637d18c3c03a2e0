"""The phone simulator on the running system: real webhooks, worker, clock and network of the simulated carrier."""

import time

import pytest
from playwright.sync_api import expect

from tenancy.isolation import activate
from texting.models import Conversation, Message
from texting.sending import send_text
from texting.statuses import MessageStatus

from .browser import MakePerson, Person, needs_browser
from .simulated_office import Office

pytestmark = [pytest.mark.browser, needs_browser]


def in_hand(office: Office, somebody: Person) -> Person:
    """The office's phone, on a live page."""
    somebody.let_in(office.agent).opens(office.phone_address)
    return somebody


def text(somebody: Person, body: str) -> None:
    """Type on the phone and press Enter; wait until it was taken."""
    somebody.page.get_by_label("Text to Main line").fill(body)
    somebody.page.keyboard.press("Enter")
    expect(somebody.page.locator(".phone-text.sent").last).to_contain_text(body)
    expect(somebody.page.locator(".phone-note").last).to_have_text("Delivered", timeout=8000)


def answer(office: Office, body: str) -> Message:
    """The agent answers in the inbox."""
    with activate(office.organization):
        conversation = Conversation.objects.select_related("contact", "line").latest("opened_at")
        return send_text(conversation=conversation, body=body, author=office.agent)


def status_of(office: Office, message: Message, wanted: MessageStatus, seconds: float = 12) -> Message:
    """The text once it has that status."""
    limit = time.monotonic() + seconds
    while True:
        with activate(office.organization):
            found = Message.objects.get(pk=message.pk)
        if found.status == wanted:
            return found
        assert time.monotonic() < limit, f"still {found.status}"
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("choice", "status", "shown"),
    [
        ("Is switched off: not delivered", MessageStatus.UNDELIVERED, False),
        ("Opted out at the carrier: refused", MessageStatus.FAILED, False),
        ("Works, but reports get lost", MessageStatus.QUEUED, True),
    ],
)
def test_the_chosen_behaviour_decides_what_becomes_of_our_text(
    office: Office, someone: MakePerson, choice: str, status: MessageStatus, shown: bool
) -> None:
    customer = in_hand(office, someone())
    text(customer, "Hello")
    customer.page.get_by_label(choice).check()
    expect(customer.page.get_by_text("From the next text on.")).to_be_visible()
    sent = answer(office, "Your appointment is tomorrow.")
    arrived = customer.page.locator(".phone-text.got")
    if shown:
        expect(arrived).to_have_count(1, timeout=8000)
    else:
        status_of(office, sent, status)
        expect(arrived).to_have_count(0)


def test_a_new_phone_can_be_added_and_used(office: Office, someone: MakePerson) -> None:
    customer = in_hand(office, someone())
    page = customer.page
    page.get_by_label("Number of a new phone").fill("415 867 5309")
    page.get_by_role("button", name="Add phone").click()
    expect(page.get_by_text("Choose a made-up number").first).to_be_visible()
    page.get_by_label("Number of a new phone").fill("(907) 555-0177")
    page.get_by_role("button", name="Add phone").click()
    expect(page.get_by_role("region", name="Phone of (907) 555-0177")).to_be_visible()
    customer.wait_until_live()
    text(customer, "Hello from Alaska")
