"""A form from its first word to the customer's YES: written in one browser, filled in without JavaScript in another."""

from django.utils import timezone
from playwright.sync_api import expect

from compliance.ledger.consent import Evidence, state_of
from compliance.models import ConsentEvent, FormKey, OptIn, Program
from compliance.opt_in import opting_in
from tenancy.isolation import activate

from .browser import MakePerson, needs_browser
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
    page = someone().let_in(office.owner).tab("/settings/forms/")
    page.get_by_role("link", name="Make the first form").click()
    page.get_by_label("Name").fill("Front door")
    page.get_by_label("Reminders").check()
    page.get_by_role("button", name="Go on").click()

    wording = page.get_by_label("Wording for Reminders")
    preview = page.locator("#preview")
    expect(preview.get_by_text("Nothing is missing")).to_be_visible()
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
    expect(page.get_by_text("Version 1 is published.")).to_be_visible()
    found += violations(page, "published form")

    with activate(office.organization):
        address = f"/forms/{FormKey.objects.get(organization=office.organization).key}/"
    phone = someone(width="phone", scripts="off")
    customer = phone.tab(address)
    customer.wait_for_timeout(2_100)  # nobody reads in less
    customer.get_by_label("Mobile number", exact=True).fill(office.phone.number)
    customer.get_by_role("button", name="Sign up").click()
    expect(customer.get_by_role("alert")).to_contain_text("Tick at least one box")
    expect(customer.get_by_label("Mobile number", exact=True)).to_have_value(office.phone.number)
    customer.get_by_role("checkbox").check()
    customer.wait_for_timeout(2_100)
    customer.get_by_role("button", name="Sign up").click()
    expect(customer.get_by_role("heading", name="Thank you")).to_be_visible()
    assert phone.context.cookies() == []

    # By day the question is on the customer's phone in a moment; by night it waits, so the YES is not typed here.
    with activate(office.organization):
        waiting = OptIn.objects.select_related("program", "asked", "contact").get()
        yes = Evidence(source=ConsentEvent.Source.REQUEST)
        opting_in.say_yes(waiting, evidence=yes, say=lambda *_: None)
        assert state_of(waiting.contact).permits("informational:appointment")
    page.reload()
    expect(page.get_by_text("Permission given")).to_be_visible()

    public = someone().tab(address)
    found += violations(public, "public form")
    assert not found, "\n".join(found)
