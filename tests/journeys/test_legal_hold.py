"""An admin keeps a customer's texts for a lawyer; nobody removes them; two people let them go."""

from playwright.sync_api import expect

from tenancy.isolation import activate
from texting.models import Message

from .browser import MakePerson, needs_browser, shoot
from .simulated_office import Office

pytestmark = needs_browser


def test_a_hold_is_placed_stops_a_removal_and_is_released_by_two(office: Office, someone: MakePerson) -> None:
    conversation = office.hear("I will see you in court", which=1)
    with activate(office.organization):
        message = Message.objects.get(conversation=conversation)
    owner = someone().let_in(office.owner).page
    owner.goto("/settings/holds/")
    owner.get_by_role("link", name="New hold").click()
    owner.get_by_label("Matter").fill("Doe v. Harbor Dental")
    owner.get_by_label("Why it must be kept").fill("Letter of their lawyer")
    owner.get_by_label("Customer or conversation").fill(office.number(1))
    owner.get_by_role("button", name="See what it covers").click()
    expect(owner.locator("form.form")).to_contain_text("1 customer · 1 conversation · 1 text")
    shoot(owner, "hold-preview")
    owner.get_by_role("button", name="Place hold").click()
    expect(owner.get_by_role("heading", level=1)).to_have_text("Doe v. Harbor Dental")

    owner.goto(office.address(conversation))
    expect(owner.locator("#thread-notices")).to_contain_text("On hold: Doe v. Harbor Dental")
    text = owner.locator(f"#message-{message.pk}")
    text.focus()
    text.get_by_role("button", name="Remove the words").click()
    dialog = owner.get_by_role("dialog")
    dialog.get_by_role("radio", name="Wrong customer").check()
    dialog.get_by_role("button", name="Remove for good").click()
    expect(dialog).to_contain_text("on legal hold")
    shoot(owner, "hold-refuses")
    expect(text).to_contain_text("I will see you in court")

    owner.goto("/settings/holds/")
    owner.get_by_role("link", name="Doe v. Harbor Dental").click()
    owner.get_by_role("link", name="Ask for release").click()
    owner.get_by_label("Reason").fill("The case is settled")
    owner.get_by_role("button", name="Ask for release").click()
    expect(owner.locator("main")).to_contain_text("waits for a second person")

    second = someone().let_in(office.member("admin", "Vera Moss")).page
    second.goto("/settings/holds/?tab=waiting")
    second.get_by_role("link", name="Doe v. Harbor Dental").click()
    second.get_by_role("link", name="Answer the request").click()
    expect(second.locator("main")).to_contain_text("The case is settled")
    second.get_by_label("Reason").fill("Read the settlement")
    shoot(second, "hold-answer")
    second.get_by_role("button", name="Confirm the release").click()
    expect(second.locator("main")).to_contain_text("Olga Brandt asked, Vera Moss confirmed")
    expect(second.locator(".timeline")).to_contain_text("Released")
