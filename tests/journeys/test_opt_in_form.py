"""A form from its first word to the customer's YES: written in one browser, filled in without JavaScript in another."""

from django.utils import timezone
from playwright.sync_api import Page, expect

from compliance.ledger.consent import state_of
from compliance.models import FormKey, Program
from tenancy.isolation import activate
from tests.midday import midday_zone
from texting import threads
from texting.phone_numbers import parse
from texting.simulator.phones import add_phone

from .browser import MakePerson, Person, needs_browser, text_from
from .simulated_office import Office
from .test_accessible import violations

pytestmark = needs_browser


def test_a_form_is_written_published_filled_in_and_confirmed(office: Office, someone: MakePerson) -> None:
    with activate(office.organization):
        Program.objects.create(
            name="Reminders",
            scope="informational",
            category="appointment",
            frequency="Up to 4 msgs/month",
            terms_url="https://harbor.example/sms",
            privacy_url="https://harbor.example/privacy",
            made_by=office.owner,
            made_at=timezone.now(),
        )
    owner = someone().let_in(office.owner)
    page = owner.tab("/settings/forms/")
    page.get_by_role("link", name="Make the first form").click()
    page.get_by_label("Name").fill("Front door")
    page.get_by_label("Reminders").check()
    page.get_by_role("button", name="Go on").click()

    wording = page.get_by_label("Wording for Reminders")
    preview = page.locator("#preview")
    expect(preview.get_by_text("Nothing is missing")).to_be_visible()
    page.wait_for_load_state()  # nobody types before the scripts are there
    words = wording.input_value()
    wording.fill(words.replace("STOP to cancel", "STOP, which does not work"))
    expect(preview.get_by_text("STOP ends the texts, or takes it back")).to_be_visible()
    expect(preview.locator(".form-card")).to_contain_text("which does not work")
    found = violations(page, "builder")
    wording.fill(words)
    expect(preview.get_by_text("Nothing is missing")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("I opened the linked terms").check()
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Not every linked page opened from here")).to_be_visible()
    page.get_by_label("I have just opened these pages myself").check()
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 1 is published.")).to_be_visible()
    found += violations(page, "published form")

    with activate(office.organization):
        address = f"/forms/{FormKey.objects.get(organization=office.organization).key}/"
        other = add_phone(office.agent, office.number(1))
    for phone, scripts in ((office.phone, "off"), (other, "on")):
        signs_up(office, someone(width="phone", scripts=scripts), address, phone.number)
        says_yes(owner.opens(f"/phones/{office.line.pk}/{phone.id}/"))
        with activate(office.organization):
            contact = threads.contact_for(parse(phone.number))
            assert state_of(contact).permits("informational:appointment")
    page.reload()
    expect(page.get_by_text("Permission given").first).to_be_visible()

    public = someone().tab(address)
    found += violations(public, "public form")
    assert not found, "\n".join(found)


def signs_up(office: Office, phone: Person, address: str, number: str) -> None:
    """A customer for whom it is midday fills in the form, first without a tick; no cookie is set."""
    with activate(office.organization):
        contact = threads.contact_for(parse(number))
        contact.time_zone = midday_zone()
        contact.save(update_fields=["time_zone"])
    customer = phone.tab(address)
    customer.wait_for_timeout(2_100)  # nobody reads in less
    customer.get_by_label("Mobile number", exact=True).fill(number)
    customer.get_by_role("button", name="Sign up").click()
    expect(customer.get_by_role("alert")).to_contain_text("Tick at least one box")
    expect(customer.get_by_label("Mobile number", exact=True)).to_have_value(number)
    customer.get_by_role("checkbox").check()
    customer.wait_for_timeout(2_100)
    customer.get_by_role("button", name="Sign up").click()
    expect(customer.get_by_role("heading", name="Thank you")).to_be_visible()
    assert phone.context.cookies() == []


def says_yes(phone: Page) -> None:
    """On the phone: the question is there, YES is typed, and it is confirmed."""
    got = phone.locator(".phone-text.got")
    expect(got.last).to_contain_text("reply YES to get")
    text_from(phone, "YES")
    expect(got.last).to_contain_text("you're subscribed")
