"""A customer offers a card: the agent calls them from the escalation, says what came of it, and it is closed. Resolved,
the conversation passes its review checks.
"""

import time

from playwright.sync_api import expect

from compliance.models import Call, CheckedConversation, Escalation
from tenancy.isolation import activate
from tests.midday import midday_zone

from .browser import MakePerson, needs_browser, text_from
from .simulated_office import Office
from .test_review_checks import is_checked

pytestmark = needs_browser


def test_from_the_card_offer_by_a_call_to_the_outcome(office: Office, someone: MakePerson) -> None:
    conversation = office.hear("Can I move my appointment?", name="Grace Whitfield")
    with activate(office.organization):
        conversation.contact.time_zone = midday_zone()
        conversation.contact.save(update_fields=["time_zone"])
    agent = someone().let_in(office.agent)
    inbox = agent.opens(office.address(conversation))
    phone = agent.tab(office.phone_address)
    text_from(phone, "Can I just text you my card number?")
    inbox.locator("#thread-notices").get_by_role("link", name="Open the escalation").click()

    agent.wait_until_live()
    inbox.get_by_role("button", name="Call them").click()
    dialog = inbox.get_by_role("dialog", name="Call the customer")
    dialog.get_by_label("Your phone").fill("(212) 555-0123")
    dialog.get_by_role("button", name="Call", exact=True).click()
    calls = inbox.get_by_role("list", name="Calls")
    expect(calls).to_contain_text("You talked")

    calls.get_by_role("button", name="What came of it").click()
    result = inbox.get_by_role("dialog", name="What came of the call")
    result.get_by_label("Reached them").check()
    result.get_by_label("Note").fill("Paid by phone")
    result.get_by_label("It is settled").check()
    result.get_by_role("button", name="Note it").click()
    expect(inbox.get_by_text("Closed: Phone").first).to_be_visible()
    with activate(office.organization):
        closed, call = Escalation.objects.get(), Call.objects.get()
        assert (closed.outcome, closed.closed_by, call.result) == ("Paid by phone", office.agent, "reached")

    inbox.goto(office.address(conversation))
    inbox.get_by_role("button", name="Resolve").click()
    expect(inbox.get_by_role("button", name="Reopen")).to_be_visible()
    end = time.monotonic() + 40
    while not is_checked(office):
        assert time.monotonic() < end, "nobody has looked at it"
        time.sleep(0.1)
    inbox.reload()
    checks = inbox.get_by_role("complementary", name="Contact").get_by_role("listitem")
    gray = checks.filter(has_text="Gray areas moved to another channel")
    expect(gray).to_contain_text("It was settled on another channel.")
    expect(gray).to_contain_text("Holds")
    with activate(office.organization):
        row = CheckedConversation.objects.get()
        assert (row.gray, row.content) == ("holds", "holds")
        assert "fails" not in (row.opt_in, row.opening)
