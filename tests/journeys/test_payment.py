"""An agent asks for money, the customer pays on a page of the provider's, and both see it by themselves."""

import re

from playwright.sync_api import expect

from portal.payments import accounts
from portal.payments.accounts import Wish
from portal.payments.base import AccountFacts
from tenancy.isolation import activate

from .browser import MakePerson, needs_browser, settled, stays
from .simulated_office import Office

pytestmark = needs_browser


def test_a_request_is_paid_on_the_phone_and_the_agent_sees_it_by_itself(office: Office, someone: MakePerson) -> None:
    with activate(office.organization):
        facts = AccountFacts("simulated", "Simulated payments", is_live=False)
        accounts.connect(actor=office.owner, wish=Wish("simulator"), facts=facts)
    conversation = office.hear("How do I pay my invoice?")
    agent = someone().let_in(office.agent)
    inbox = agent.opens(office.address(conversation))
    phone = agent.tab(office.phone_address)
    agent.wait_until_live(phone)
    inbox_stays = stays(inbox)

    inbox.get_by_role("button", name="Request payment").click()
    dialog = inbox.get_by_role("dialog", name="Request payment")
    dialog.get_by_label("Amount").fill("45.00")
    dialog.get_by_label("What it is for").fill("card 4242 4242 4242 4242")
    dialog.get_by_role("button", name="Send the link").click()
    expect(dialog).to_contain_text("It holds what looks like this: card")
    settled(inbox)
    dialog.get_by_label("What it is for").fill("Invoice 1001")
    dialog.get_by_role("button", name="Send the link").click()
    expect(dialog).to_be_hidden()
    card = inbox.locator(".payment-row")
    expect(card).to_contain_text("Requested")

    link = phone.locator(".phone-text.got").filter(has_text="request for payment")
    expect(link).to_be_visible()
    found = re.search(r"https?://\S+/p/[\w-]{22}", link.inner_text())
    assert found is not None
    assert "45" not in link.inner_text().replace(found.group(), "")

    customer = someone(width="phone").page
    customer.goto(found.group())
    expect(customer.get_by_role("heading", name="$45.00")).to_be_visible()
    expect(customer.get_by_text("Invoice 1001")).to_be_visible()
    customer.get_by_role("button", name="Pay $45.00").click()
    expect(card).to_contain_text("Opened")
    expect(customer.get_by_text("Simulation.")).to_be_visible()
    customer.get_by_role("button", name="Pay", exact=True).click()
    expect(customer.get_by_text("Your payment has arrived")).to_be_visible()

    expect(card).to_contain_text("Paid")
    receipt = phone.locator(".phone-text.got").filter(has_text="We have received your payment of $45.00")
    expect(receipt).to_have_count(1)
    assert inbox_stays()
