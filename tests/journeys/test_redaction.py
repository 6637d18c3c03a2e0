"""A supervisor removes the words of a text; a colleague's open page shows it at once, and the carrier forgets them."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connections
from playwright.sync_api import expect

from tenancy.isolation import activate
from texting import carrier_copies
from texting.models import Message
from texting.simulator import network

from .browser import MakePerson, needs_browser, stays
from .simulated_office import Office

pytestmark = needs_browser

SECRET = "The gate code is 7291"


def one_round() -> dict[str, int]:
    """What the clock does every half minute."""
    try:
        return carrier_copies.ask_providers()
    finally:
        connections.close_all()


def test_words_that_are_removed_are_gone_for_the_colleague_and_at_the_carrier(
    office: Office, someone: MakePerson
) -> None:
    conversation = office.hear("Hello")
    ben = someone().let_in(office.colleague).opens(office.address(conversation))
    customer = someone().let_in(office.colleague).opens(office.phone_address)
    customer.get_by_label("Text to Main line").fill(SECRET)
    customer.get_by_role("button", name="Send", exact=True).click()
    expect(ben.locator("#messages")).to_contain_text(SECRET, timeout=30_000)
    with activate(office.organization):
        message = next(one for one in Message.objects.all() if one.body == SECRET)
    bens_page_stays = stays(ben)

    supervisor = someone().let_in(office.member("supervisor", "Sofia Marsh")).opens(office.address(conversation))
    text = supervisor.locator(f"#message-{message.pk}")
    text.focus()
    text.get_by_role("button", name="Remove the words").click()
    dialog = supervisor.get_by_role("dialog")
    expect(dialog).to_contain_text("nobody can bring them back")
    dialog.get_by_role("radio", name="Wrong customer").check()
    dialog.get_by_role("button", name="Remove for good").click()

    tombstone = ben.locator(f"#message-{message.pk}")
    expect(tombstone).to_contain_text("Words removed by Sofia Marsh on")
    expect(tombstone).to_contain_text("wrong customer")
    expect(supervisor.locator(f"#message-{message.pk}")).to_contain_text("Words removed by Sofia Marsh on")
    for page in (ben, supervisor):
        expect(page.locator("body")).not_to_contain_text(SECRET)

    with ThreadPoolExecutor(1) as away_from_the_browsers_loop:
        assert away_from_the_browsers_loop.submit(one_round).result() == {"asked": 1, "failed": 0}
    expect(tombstone).to_contain_text("The carrier removed its copy.")
    kept = network.find_text(str(message.provider_message_id))
    assert kept is None or SECRET not in repr(kept)
    assert bens_page_stays()
