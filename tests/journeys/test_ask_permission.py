"""Nobody may write to somebody who permitted nothing: instead of the composer there is a question for permission."""

from django.utils import timezone
from playwright.sync_api import expect

from tenancy.isolation import activate
from tests.compliance.opt_ins import make_program
from tests.midday import midday_zone
from texting import threads
from texting.phone_numbers import parse
from texting.simulator.phones import add_phone

from .browser import MakePerson, needs_browser, stays, text_from, write
from .simulated_office import Office

pytestmark = needs_browser


def test_who_permitted_nothing_is_asked_and_the_composer_comes_with_the_yes(
    office: Office, someone: MakePerson
) -> None:
    with activate(office.organization):
        make_program(office.owner, "Reminders", scope="informational", category="appointment")
        phone = add_phone(office.agent, office.number(1))
        contact = threads.contact_for(parse(phone.number))
        contact.time_zone = midday_zone()
        contact.save(update_fields=["time_zone"])
        conversation = threads.open_conversation(contact, office.line, at=timezone.now())
    agent = someone().let_in(office.agent)
    inbox = agent.opens(office.address(conversation))
    customer = agent.tab(f"/phones/{office.line.pk}/{phone.id}/")
    agent.wait_until_live(customer)
    inbox_stays = stays(inbox)
    composer, refusal = inbox.get_by_label("Message", exact=True), inbox.locator("#refusal")
    expect(refusal).to_contain_text("There is no permission to text this number yet.")
    expect(composer).to_be_hidden()

    inbox.get_by_role("button", name="Ask them").click()
    expect(inbox.get_by_text("They are asked to agree to Reminders").first).to_be_visible()
    expect(inbox.get_by_role("button", name="Ask them")).to_have_count(0)
    expect(composer).to_be_hidden()
    expect(customer.locator(".phone-text.got").last).to_contain_text("reply YES to get")
    text_from(customer, "YES")
    expect(customer.locator(".phone-text.got").last).to_contain_text("you're subscribed")
    expect(composer).to_be_visible()
    expect(refusal).to_be_hidden()
    write(inbox, "See you on Friday")
    expect(customer.locator(".phone-text.got").last).to_contain_text("See you on Friday")
    assert inbox_stays()
